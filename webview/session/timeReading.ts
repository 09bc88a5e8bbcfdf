/** How charts on a time axis are read: along it, still, and with thousands of points. */
export const timeReading = {
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  parsing: false,
  normalized: true,
  interaction: { mode: 'nearest', axis: 'x', intersect: false },
} as const;

/** The ends of the time axis: a lone moment stands in the middle of two minutes. */
export function timeBounds({ from, to }: { readonly from: number; readonly to: number }): {
  readonly min: number;
  readonly max: number;
} {
  const lone = from === to ? 60_000 : 0;
  return { min: from - lone, max: to + lone };
}
