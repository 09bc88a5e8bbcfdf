import { roundingOf } from '../../model/clientTotal.ts';
import { mostSum } from '../schema/saturate.ts';
import type { TotalStep } from './clientTotals.ts';

/** What was spent at a time, in nano-dollars. */
export interface Spent {
  readonly at: number;
  readonly nano: number;
}

/** What is known to be in the client's totals. */
export interface Explained extends Spent {
  /** A request without a record: which total it is in, its time does not tell for certain. */
  readonly hidden?: boolean;
}

/** What totals leave unexplained, and how many of what explains them, earliest first, they cover. */
export interface Unexplained {
  readonly found: readonly Spent[];
  readonly covered: number;
}

/**
 * What Claude Code's totals have and neither message nor item explains, dated to each total's place;
 * what is not dated, to `undated`. `spent` is what these cost at the client's prices, earliest first.
 *
 * A total is dated by the last record before it, and a request that has no record may have been over
 * later. So what is hidden right behind a total counts as covered by it as long as the total leaves
 * that much unexplained, up to the next message or run.
 *
 * It never shrinks: what a later total leaves unexplained may be less, as after a run that was killed
 * before it wrote one, but was spent all the same.
 */
export function backgroundOf(
  steps: readonly TotalStep[],
  spent: readonly Explained[],
  undated: number,
): Unexplained {
  const sums = [0];
  for (const { nano } of spent) sums.push(sums.at(-1)! + nano);
  // A segment begins where the client began from nothing: at its first message, with what is told
  // since, behind the background found before it.
  let [first, told, behind] = [0, 0, 0];
  let [next, found] = [0, 0];
  let lastAt = Number.NEGATIVE_INFINITY;
  const byTime = new Map<number, number>();
  for (const [i, { state, from, nano: more }] of steps.entries()) {
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
    let gap = told - Math.max(0, sums[next]! - sums[first]!);
    const end = beginningOf(steps[i + 1]);
    for (; next >= first && next < spent.length; next++) {
      const { hidden = false, at: over, nano } = spent[next]!;
      // What earlier totals left unexplained they have found.
      const left = gap - (found - behind);
      const fits = nano <= left + roundingOf(Math.max(1, next - first));
      if (!hidden || over >= end || !fits) break;
      gap -= nano;
    }
    // What a session has beyond its messages is a sum as well, and ends where sums do.
    const nano = Math.min(behind + gap, mostSum) - found;
    if (gap <= roundingOf(Math.max(0, next - first)) || nano <= 0) continue;
    found += nano;
    byTime.set(at || undated, (byTime.get(at || undated) ?? 0) + nano);
  }
  return { found: [...byTime].map(([at, nano]) => ({ at, nano })), covered: next };
}

/** When the run begins that a total begins anew with; the end of time where it goes on from another. */
function beginningOf(step: TotalStep | undefined): number {
  const isNew = step !== undefined && step.from === undefined && step.state.started > 0;
  return isNew ? step.state.started : Number.POSITIVE_INFINITY;
}

/** How many were spent before a time, of those in its order (binary search). */
export function countBefore(spent: readonly Pick<Spent, 'at'>[], at: number): number {
  let [low, high] = [0, spent.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spent[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
