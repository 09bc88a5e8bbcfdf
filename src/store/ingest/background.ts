import { roundingOf } from '../../model/clientTotal.ts';
import { mostSum } from '../schema/saturate.ts';
import type { TotalStep } from './clientTotals.ts';

/** What was spent at a time, in nano-dollars. */
export interface Spent {
  readonly at: number;
  readonly nano: number;
}

/**
 * What Claude Code's totals have and no message explains, dated to each total's place; what is not
 * dated, to `undated`. `spent` is what the messages cost at the client's prices, earliest first.
 *
 * It never shrinks: what a later total leaves unexplained may be less, as after a run that was killed
 * before it wrote one, but was spent all the same.
 */
export function backgroundOf(
  steps: readonly TotalStep[],
  spent: readonly Spent[],
  undated: number,
): Spent[] {
  const sums = [0];
  for (const { nano } of spent) sums.push(sums.at(-1)! + nano);
  // A segment begins where the client began from nothing: at its first message, with what is told
  // since, behind the background found before it.
  let [first, told, behind] = [0, 0, 0];
  let [next, found] = [0, 0];
  let lastAt = Number.NEGATIVE_INFINITY;
  const byTime = new Map<number, number>();
  for (const { state, from, nano: more } of steps) {
    const { at, started } = state;
    if (from === undefined) {
      // No message from before a run began is in its total.
      const start = started === 0 ? next : countBefore(spent, started);
      // Had the run before not ended yet, messages of both follow: one segment.
      if (started > 0 && started < lastAt) first = Math.min(first, start);
      else [first, told, behind] = [start, 0, found];
    }
    lastAt = at;
    told += more;
    while (next < spent.length && spent[next]!.at <= at) next += 1;
    const gap = told - Math.max(0, sums[next]! - sums[first]!);
    // What a session has beyond its messages is a sum as well, and ends where sums do.
    const nano = Math.min(behind + gap, mostSum) - found;
    if (gap <= roundingOf(Math.max(0, next - first)) || nano <= 0) continue;
    found += nano;
    byTime.set(at || undated, (byTime.get(at || undated) ?? 0) + nano);
  }
  return [...byTime].map(([at, nano]) => ({ at, nano }));
}

/** How many were spent before a time (binary search). */
function countBefore(spent: readonly Spent[], at: number): number {
  let [low, high] = [0, spent.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spent[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
