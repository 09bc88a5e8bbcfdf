import { hashText } from '../model/hash53.ts';
import { usdToNano } from '../model/money.ts';
import type { ToldSum } from '../model/requests/toldSum.ts';
import { isSoundTime, mostUsd, textOf } from './bounds.ts';
import type { MetricPoint } from './metricPoint.ts';

/** Sums found in an export. */
export interface FoundSums {
  readonly sums: readonly ToldSum[];
  /** Points about money that say too little to be used. */
  readonly unusable: number;
}

/** Claude Code's counter of dollars. */
const costMetric = 'claude_code.cost.usage';

/** What background requests cost, among the points of an export. Everything else is dropped here. */
export function toldSums(points: readonly MetricPoint[]): FoundSums {
  const sums: ToldSum[] = [];
  let unusable = 0;
  for (const point of points) {
    if (point.name !== costMetric || !isBackground(point)) continue;
    const sum = sumOf(point);
    if (sum === undefined) unusable++;
    else if (sum.nano > 0) sums.push(sum);
  }
  return { sums, unusable };
}

/** What answers cost, transcripts tell; a point that does not say what asked is of no use. */
function isBackground({ attributes }: MetricPoint): boolean {
  const source = textOf(attributes.get('query_source'));
  return source !== '' && !['main', 'subagent'].includes(source);
}

function sumOf(point: MetricPoint): ToldSum | undefined {
  const { startedAt, at, value, cumulative, attributes } = point;
  const sessionId = textOf(attributes.get('session.id'));
  if (sessionId === '' || !isSoundTime(at) || !isSoundTime(startedAt) || startedAt > at) {
    return undefined;
  }
  if (!(value >= 0) || value > mostUsd) return undefined;
  const named = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  const series = hashText(JSON.stringify([cumulative ? startedAt : 0, ...named]));
  return { sessionId, series, startedAt, at, nano: usdToNano(value), cumulative };
}
