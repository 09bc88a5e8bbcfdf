import { type Projection, project } from '../../analysis/spend/projection.ts';
import {
  dayMs,
  daySpan,
  lastSpan,
  monthSpan,
  type TimeSpan,
  weekSpan,
} from '../../model/calendar.ts';
import type { ReportContext } from '../context.ts';
import { firstSpend } from '../firstSpend.ts';
import type { Filters } from '../options.ts';
import { spanReader } from '../spendRate.ts';
import { usualHoursOf } from './usualHours.ts';

/** Days every forecast takes its rate from, budgets' too. */
export const usualWindowDays = 7;

/** So many days of 24 hours counted back from now, the latest first, each with the moment it ends. */
function lastDays(
  count: number,
  { now, zone }: Pick<ReportContext, 'now' | 'zone'>,
): { readonly at: number; readonly span: TimeSpan }[] {
  return Array.from({ length: count }, (_, age) => {
    const { from, to } = lastSpan(now, zone, (age + 1) * dayMs);
    const at = now - age * dayMs;
    return { at, span: { from, to: age === 0 ? to : at + 1 } };
  });
}

/** What a calendar period has cost, and comes to. Money in nano-dollars. */
export interface PeriodForecast {
  readonly span: TimeSpan;
  /** Spent in it, that of its last moments included. */
  readonly spent: number;
  /** Spent at its end, if it goes on as in the last seven days and at the usual hours. */
  readonly nano: number;
  /** Where that lies in about 19 of 20 cases; undefined before three days of data. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

/** The one forecast: of today, this week and this month. */
export interface Forecasts {
  readonly day: PeriodForecast;
  readonly week: PeriodForecast;
  readonly month: PeriodForecast;
  /** Spend of a day, in nano-dollars. */
  readonly rate: number;
  /** Days the rate was taken from: seven, or as many as there have been. */
  readonly days: number;
  /** A day of spend or more is known: before that a forecast is one of minutes, and nothing to say aloud. */
  readonly evident: boolean;
}

/** What forecasts ask of some spend. */
export interface SpendHistory {
  /** When anything was spent for the first time, UTC milliseconds; undefined where nothing ever was. */
  readonly first: number | undefined;
  /** Spent in a span, in nano-dollars or another unit. */
  readonly spentIn: (span: TimeSpan) => number;
}

/** The history of what some filters let pass, background included. In nano-dollars. */
export function filteredHistory(context: ReportContext, filters: Filters): SpendHistory {
  const read = spanReader(context, filters);
  const after = context.now - usualWindowDays * dayMs + 1;
  return {
    first: firstSpend(context, filters, read, after),
    spentIn: (span) => {
      const { sums, background } = read(span);
      return sums.nano + background;
    },
  };
}

/** What is spent in so many days from now, if it goes on as in the last seven and at the usual hours. */
export function projectHistory(
  context: Pick<ReportContext, 'reader' | 'now' | 'zone'>,
  { first, spentIn }: SpendHistory,
  horizons: readonly number[],
): Projection {
  const points = lastDays(usualWindowDays, context).map(({ at, span }) => ({
    at,
    nano: spentIn(span),
  }));
  const { now } = context;
  const hours = usualHoursOf(context);
  return project(points, { now, window: usualWindowDays, first, horizons, hours });
}

/** Reads where today, this week and this month lead. Budgets' outlooks are the same figures. */
export function readForecasts(context: ReportContext, filters: Filters): Forecasts {
  return forecastsOf(context, filteredHistory(context, filters));
}

/** The same of a history. */
export function forecastsOf(
  context: Pick<ReportContext, 'reader' | 'now' | 'zone' | 'weekStart'>,
  history: SpendHistory,
): Forecasts {
  const { now, zone, weekStart } = context;
  const { first, spentIn } = history;
  const spans = [daySpan(now, zone), weekSpan(now, zone, weekStart), monthSpan(now, zone)];
  const { rate, days, horizons } = projectHistory(
    context,
    history,
    spans.map(({ to }) => (to - now) / dayMs),
  );
  const [day, week, month] = spans.map((span, index): PeriodForecast => {
    const spent = spentIn(span);
    const { nano, band } = horizons[index]!;
    return {
      span,
      spent,
      nano: spent + nano,
      band: band && { low: spent + band.low, high: spent + band.high },
    };
  });
  return {
    day: day!,
    week: week!,
    month: month!,
    rate,
    days,
    evident: first !== undefined && now - first >= dayMs,
  };
}
