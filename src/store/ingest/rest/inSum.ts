import { roundingOf } from '../../../model/clientTotal.ts';
import type { Spent } from '../background.ts';
import type { BackgroundItem } from '../backgroundItems.ts';
import type { Rest } from './rest.ts';
import type { StoredSum } from './toldSumTable.ts';

/** What sums have beyond events, as it came to be. */
interface Beyond extends Spent {
  /** When the first of it was over at the earliest. */
  readonly from: number;
}

/**
 * What of the rest of a session's background is of requests told of only in sum: what metrics have of the
 * background beyond the events of it (`told`), as far as a total leaves so much unexplained. So a sum names
 * what is there, and adds nothing. `totals`: times of all totals, rising.
 */
export function itemsInSum(
  sums: readonly StoredSum[],
  told: readonly Spent[],
  totals: readonly number[],
  rest: Rest,
): BackgroundItem[] {
  if (sums.length === 0) return [];
  const items: BackgroundItem[] = [];
  const take = (at: number | undefined, nano: number): number => {
    const taken = at === undefined ? 0 : rest.take(at, nano, roundingOf(told.length + sums.length));
    if (taken > 0) items.push({ at: at!, kind: 'inSum', requests: 0, nano: taken });
    return nano - Math.min(nano, taken);
  };
  for (const { from, nano } of beyondEvents(increments(sums), told)) {
    // It is in the next total; but what is hidden right behind one may be in that already, and what is told
    // by itself may be taken for what the next one left unexplained.
    const found = totals.findIndex((at) => at >= from);
    const next = found < 0 ? totals.length : found;
    let left = nano;
    for (const at of [totals[next], totals[next - 1], ...totals.slice(next + 1)]) {
      if (left <= 0) break;
      left = take(at, left);
    }
  }
  return items;
}

/** What each sum has beyond the one before it. */
function increments(sums: readonly StoredSum[]): Beyond[] {
  const found: Beyond[] = [];
  const running = Map.groupBy(
    sums.filter(({ cumulative }) => cumulative),
    ({ series }) => series,
  );
  for (const { startedAt, at, nano, cumulative } of sums) {
    if (!cumulative) found.push({ from: startedAt, at, nano });
  }
  for (const series of running.values()) {
    let [from, known] = [series[0]!.startedAt, 0];
    for (const { at, nano } of [...series].sort((a, b) => a.at - b.at || a.nano - b.nano)) {
      if (nano > known) found.push({ from, at, nano: nano - known });
      known = Math.max(known, nano);
      from = at;
    }
  }
  return found.sort((a, b) => a.at - b.at || a.from - b.from || a.nano - b.nano);
}

/**
 * What sums have beyond events, dated where it stays: an event is in a sum that was taken when it was over,
 * but may say a moment later that it was. Together it is what all sums have beyond all events.
 */
function beyondEvents(sums: readonly Beyond[], told: readonly Spent[]): Beyond[] {
  const events = [...told].sort((a, b) => a.at - b.at);
  let [next, whole] = [0, 0];
  const balances = sums.map(({ at, nano }, i) => {
    whole += nano;
    // What is over before the next one begins is in this one.
    const end = Math.max(at, (sums[i + 1]?.from ?? 0) - 1);
    while (next < events.length && events[next]!.at <= end) whole -= events[next++]!.nano;
    return whole;
  });
  for (; next < events.length; next++) whole -= events[next]!.nano;
  // From the end on: what is told of later takes nothing twice.
  let least = whole;
  const lasting = balances
    .toReversed()
    .map((balance) => {
      least = Math.min(least, balance);
      return Math.max(0, least);
    })
    .reverse();
  return sums
    .map((sum, i) => ({ ...sum, nano: lasting[i]! - (lasting[i - 1] ?? 0) }))
    .filter(({ nano }) => nano > roundingOf(told.length));
}
