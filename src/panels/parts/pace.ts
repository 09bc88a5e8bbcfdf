import {
  type SteppedSpan,
  stepOf,
  stepSums,
  type UsualPace,
  usualPace,
} from '../../analysis/spend/pace.ts';
import {
  addDays,
  dayOf,
  daySpan,
  firstMoment,
  hourMs,
  monthSpan,
  type TimeSpan,
} from '../../model/calendar.ts';
import type { BurnPeriod } from '../../protocol/burn.ts';
import type { ReportContext } from '../../query/context.ts';
import { begun, mostCompared, sameWeekdays, spendPoints } from '../../query/forecast/usualDay.ts';
import type { Names } from '../../query/names.ts';
import type { Filters } from '../../query/options.ts';

type Clock = Pick<ReportContext, 'now' | 'zone'>;

/** How fast something is spent in a period, beside how fast it usually is. Money in nano-dollars. */
export interface Pace {
  readonly span: TimeSpan;
  /** Where its hours or days begin; the last of them are yet to come. */
  readonly starts: readonly number[];
  /** Spend of each, 0 for what is to come. */
  readonly sums: readonly number[];
  /** The one it is now in. */
  readonly present: number;
  readonly total: number;
  /** Undefined where there were too few periods like it. */
  readonly usual: UsualPace | undefined;
  /** From when on the running total was above the middle half of the others; undefined where it is not. */
  readonly aboveSince: number | undefined;
}

/** Reads a period and those it is held against, all by quarter of an hour. */
export function readPace(
  context: ReportContext,
  filters: Filters,
  period: BurnPeriod,
  names: Names,
): Pace {
  const { now } = context;
  const present = presentSpan(period, context);
  const others = othersOf(period, context);
  const points = spendPoints(
    context,
    filters,
    { from: others.at(-1)!.from, to: present.to },
    names,
  );
  const usual = usualPace(points, begun(context, filters, others), {
    steps: present.starts.length,
    elapsed: now - present.from,
  });
  const sums = stepSums(points, present);
  const step = stepOf(present.starts, now);
  return {
    span: { from: present.from, to: present.to },
    starts: present.starts,
    sums,
    present: step,
    total: sums.reduce((sum, nano) => sum + nano, 0),
    usual,
    aboveSince: aboveSince(present, sums, step, usual),
  };
}

function presentSpan(period: BurnPeriod, { now, zone }: Clock): SteppedSpan {
  switch (period) {
    case 'today':
      return byHours(daySpan(now, zone));
    case '7d':
      return weekUpTo(dayOf(now, zone), zone);
    case 'month':
      return byDays(monthSpan(now, zone), zone);
  }
}

/** Periods like the present one, the latest first. */
function othersOf(period: BurnPeriod, { now, zone }: Clock): SteppedSpan[] {
  switch (period) {
    case 'today':
      return sameWeekdays({ now, zone }).map(byHours);
    case '7d':
      return sameWeekdays({ now, zone }).map(({ from }) => weekUpTo(dayOf(from, zone), zone));
    case 'month': {
      const months: SteppedSpan[] = [];
      for (let { from } = monthSpan(now, zone); months.length < mostCompared; ) {
        const month = monthSpan(from - 1, zone);
        months.push(byDays(month, zone));
        from = month.from;
      }
      return months;
    }
  }
}

function weekUpTo(day: string, zone: string): SteppedSpan {
  const from = firstMoment(addDays(day, -6), zone);
  return byDays({ from, to: firstMoment(addDays(day, 1), zone) }, zone);
}

function byHours({ from, to }: TimeSpan): SteppedSpan {
  const hours = Math.ceil((to - from) / hourMs);
  return { from, to, starts: Array.from({ length: hours }, (_, hour) => from + hour * hourMs) };
}

function byDays({ from, to }: TimeSpan, zone: string): SteppedSpan {
  const starts: number[] = [];
  for (let at = from; at < to; at = daySpan(at, zone).to) starts.push(at);
  return { from, to, starts };
}

/** Up to which step the running total was not above what is usual, and has been since. */
function aboveSince(
  { starts }: SteppedSpan,
  sums: readonly number[],
  present: number,
  usual: UsualPace | undefined,
): number | undefined {
  if (usual === undefined) return undefined;
  let total = sums.reduce((sum, nano) => sum + nano, 0);
  if (total <= usual.byNow.high) return undefined;
  let step = present;
  for (; step > 0; step--) {
    total -= sums[step]!;
    if (total <= usual.totals[step]!.high) break;
  }
  return starts[step];
}
