import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { isBackgroundSource } from '../../src/model/requests/requestKind.ts';
import type { ToldSum } from '../../src/model/requests/toldSum.ts';
import type { Random } from './random.ts';

/** A sum with what does not matter left at its usual value. */
export function toldSum(sum: Pick<ToldSum, 'sessionId' | 'at'> & Partial<ToldSum>): ToldSum {
  return { series: 1, startedAt: sum.at, nano: 0, cumulative: false, ...sum };
}

/**
 * What metrics may tell of the same requests: what those of the background cost, and others that no event
 * tells of, in sums of some of them; of some sessions as sums that go on.
 */
export function sumsTold(events: readonly RequestEvent[], dice: Random): ToldSum[] {
  const told = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
  const sums: ToldSum[] = [];
  for (const [sessionId, own] of Map.groupBy(told, (event) => event.sessionId)) {
    const hidden = Array.from({ length: dice.below(3) }, () => ({
      at: dice.pick(own).at + dice.below(60_000),
      nano: 1 + dice.below(400_000_000),
    }));
    const spent = [...own.filter(({ source }) => isBackgroundSource(source)), ...hidden].sort(
      (a, b) => a.at - b.at,
    );
    const cumulative = dice.oneIn(4);
    const [series, startedAt] = [dice.below(1e9), spent[0]?.at ?? 0];
    let whole = 0;
    while (spent.length > 0) {
      const part = spent.splice(0, 1 + dice.below(3));
      const nano = part.reduce((sum, each) => sum + each.nano, 0);
      whole += nano;
      // A client that is killed never tells the last of them.
      if (dice.oneIn(6)) continue;
      sums.push({
        sessionId,
        series,
        startedAt: cumulative ? startedAt : part[0]!.at,
        at: part.at(-1)!.at + dice.below(2000),
        nano: cumulative ? whole : nano,
        cumulative,
      });
    }
  }
  return sums;
}
