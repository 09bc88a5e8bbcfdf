import type { SpendPoint } from './spendPoints.ts';

/**
 * So many points as a chart can distinguish: of each of its columns the cheapest and the most
 * expensive, so that no peak is lost. Few points stay as they are.
 */
export function downsamplePoints<P extends SpendPoint>(
  points: readonly P[],
  { from, to }: { readonly from: number; readonly to: number },
  columns: number,
): readonly P[] {
  if (points.length <= 2 * columns) return points;
  const width = Math.max(1, (to - from) / columns);
  const found = new Map<number, { low: P; high: P }>();
  for (const point of points) {
    const column = Math.floor((point.at - from) / width);
    const known = found.get(column);
    if (known === undefined) {
      found.set(column, { low: point, high: point });
      continue;
    }
    if (point.nano < known.low.nano) known.low = point;
    if (point.nano > known.high.nano) known.high = point;
  }
  return [...found.values()].flatMap(({ low, high }) => (low === high ? [low] : [low, high]));
}
