import type { Horizon } from '../../analysis/spend/projection.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { Filters } from '../../query/options.ts';
import { readQuestion } from '../../query/question.ts';
import { readSpendRate, spanReader } from '../../query/spendRate.ts';
import { projection as projectionReport, readProjection } from '../../reports/spend/projection.ts';

/** Where spend comes from and leads to; money in nano-dollars, days from now. */
export interface Forecast {
  /** Spend of each day, counted back from now, oldest first. */
  readonly days: readonly number[];
  /** What is spent from now on, with where it lies in about 19 of 20 cases. */
  readonly horizons: readonly Horizon[];
  /** Spend in a day, of the last days. */
  readonly rate: number;
  /** How many days the rate is taken from. */
  readonly rateDays: number;
}

/** Points of the line ahead. */
const steps = 10;

/** Reads as many days back as it looks ahead, and projects at the rate of the last seven. */
export function readForecast(context: ReportContext, filters: Filters, horizon: number): Forecast {
  const { now } = context;
  const length = Math.min(steps, horizon);
  const horizons = Array.from(
    { length },
    (_, index) => `${Math.round(((index + 1) * horizon) / length)}d`,
  ).join(',');
  const question = readQuestion(projectionReport, { ...filters, horizons }, context);
  const { projection } = readProjection(context, question);
  const spendRate = readSpendRate(spanReader(context, filters), {
    now,
    length: dayMs,
    reach: horizon * dayMs,
  });
  const days = new Array<number>(horizon).fill(0);
  for (const { at, nano } of spendRate.points)
    days[horizon - 1 - Math.round((now - at) / dayMs)] = nano;
  return { days, horizons: projection.horizons, rate: projection.rate, rateDays: projection.days };
}
