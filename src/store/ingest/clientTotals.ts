import { usdToNano } from '../../model/money.ts';
import type { StoredCostState } from '../schema/messageRow.ts';

/** One of Claude Code's totals beside the one it goes on from. */
export interface TotalStep {
  readonly state: StoredCostState;
  /** Undefined where the client began from nothing. */
  readonly from: StoredCostState | undefined;
  /** What the total has beyond that, in nano-dollars. */
  readonly nano: number;
  /** It goes on from the one before it, as nearly all do. */
  readonly follows: boolean;
}

/**
 * What each total of a session, in the order of time, goes on from; a fork's first from `base`. A
 * resumed run reads the last total in the transcript and keeps the time at which the first run
 * began. So totals of one beginning belong together, and of those
 *
 * - one that is less than the one before goes on from an earlier one: two runs have resumed the
 *   session at once, in two terminals;
 * - one of another beginning, which lies before the last total was written or which is less than
 *   that, comes from a run that found no total, and began from nothing.
 *
 * A total that does not say its beginning began from nothing when it is less than the one before.
 */
export function totalSteps(
  states: readonly StoredCostState[],
  base: StoredCostState | undefined,
): TotalStep[] {
  // By beginning, what a total to come may go on from: rising totals (a monotonic stack).
  const rising = new Map<number, StoredCostState[]>();
  let last = base;
  if (base !== undefined) rising.set(base.started, [base]);
  return states.map((state) => {
    const known = rising.get(state.started) ?? (last && goesOn(last, state) ? [last] : []);
    const falls = last !== undefined && state.total < last.total;
    if (falls && state.started === 0) known.length = 0;
    while (known.length > 0 && known.at(-1)!.total > state.total) known.pop();
    const from = known.at(-1);
    const nano = usdToNano(state.total) - usdToNano(from?.total ?? 0);
    const step = { state, from, nano, follows: from === last };
    known.push(state);
    rising.set(state.started, known);
    last = state;
    return step;
  });
}

/** Whether a total of another beginning goes on all the same, as far as can be told. */
function goesOn(last: StoredCostState, { started, total }: StoredCostState): boolean {
  if (started === 0 || last.started === 0) return true;
  return total >= last.total && started >= last.at;
}

/** What a session's totals come to, a fork's with its parent's, in dollars. */
export function wholeTotal(steps: readonly TotalStep[]): number {
  let [whole, before] = [0, 0];
  steps.forEach(({ state, from, follows }, i) => {
    if (i > 0 && !follows) before = from?.total ?? 0;
    // Of totals that follow each other the last has it all: no sum, and no rounding.
    if (steps[i + 1]?.follows !== true) whole += state.total - before;
  });
  return whole;
}
