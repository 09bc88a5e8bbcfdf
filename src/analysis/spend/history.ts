import { largestOf } from '../../model/lists.ts';
import { dailySpend } from './spendPoints.ts';
import { halves } from './trend.ts';

/** What a row of days or weeks looks like. Sums in nano-dollars, oldest first. */
const bars = '▁▂▃▄▅▆▇█';

/** A bar for each value, as high as its share of the highest. The lowest bar is nothing spent at all. */
export function sparkline(values: readonly number[]): string {
  const most = largestOf(values, 0);
  return values
    .map((value) => {
      if (value <= 0 || most === 0) return bars[0]!;
      return bars[Math.ceil((value / most) * (bars.length - 1))]!;
    })
    .join('');
}

/** Changes smaller than this are called flat. */
const flat = 0.1;

export interface Direction {
  readonly direction: 'up' | 'down' | 'flat';
  /** Of the later half against the earlier one; undefined where the earlier one is nothing. */
  readonly change: number | undefined;
}

/** Where spend goes: the later half of the values against the earlier. Undefined for fewer than two. */
export function directionOf(values: readonly number[]): Direction | undefined {
  const found = halves(values);
  if (found === undefined) return undefined;
  const { change, earlier, later } = found;
  if (change === undefined) return { direction: later > earlier ? 'up' : 'flat', change };
  if (Math.abs(change) < flat) return { direction: 'flat', change };
  return { direction: change > 0 ? 'up' : 'down', change };
}

/** Days that cost more than twice the average of the days with spend, by their index. */
export function costlyDays(days: readonly number[]): { average: number; above: number[] } {
  const { average } = dailySpend(days);
  const above = [...days.keys()].filter((index) => days[index]! > 2 * average);
  return { average, above };
}
