import { dayMs, hourMs } from '../../model/calendar.ts';
import { defaultThresholds } from '../../model/level.ts';
import { intervalSums, type SpendPoint, total } from './spendPoints.ts';
import { evenHours, type UsualHours } from './usualHours.ts';

/**
 * Where spend leads if it goes on as in a window of the past. Money in nano-dollars, not rounded;
 * lengths in days, which need not be whole.
 */

/** How far two-sided bands of 95 % of a normal distribution reach, in standard deviations. */
const bandWidth = 1.96;

/** Days of data before which their spread says nothing. */
const fewestDays = 3;

export interface ProjectionQuestion {
  /** UTC milliseconds. */
  readonly now: number;
  /** How many days back from now the rate is taken from. */
  readonly window: number;
  /** When anything was spent for the very first time, in the window or before it. */
  readonly first: number | undefined;
  /** For how many days from now to project. */
  readonly horizons: readonly number[];
  /** Which hours are usual; every one like any other without it. */
  readonly hours?: UsualHours;
}

/** A length of the future and what is spent in it. */
export interface Horizon {
  readonly days: number;
  readonly nano: number;
  /**
   * Where the spend will lie in about 19 of 20 cases; undefined before three days of data, and where
   * those were all alike (as after a week without spend): they do not tell how days differ.
   */
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

export interface Projection {
  /** `no-data` where nothing was ever spent. */
  readonly status: 'ok' | 'no-data';
  /** Spend in the window. */
  readonly spent: number;
  /** What the spend was divided by. */
  readonly days: number;
  /** The history is shorter than the window, and `days` is its length. */
  readonly clamped: boolean;
  /** Spend in a day. */
  readonly rate: number;
  /** Standard deviation of the whole days of the window; undefined before three of them. */
  readonly deviation: number | undefined;
  readonly horizons: readonly Horizon[];
}

/**
 * The rate of a window, and what comes of it. A history shorter than the window is divided by its
 * own length, though never by less than an hour: a first message has no rate yet.
 *
 * The band around `rate · h` is the usual prediction interval for a sum of h days, seen from the mean
 * of n days with the standard deviation s: ± 1.96 · s · √(h + h²/n), never below nothing. The first
 * term is how days differ, the second how little n days know of their mean. Where the usual hours are
 * known, h is how many days' spend lies ahead: in the evening little of a day's is left.
 */
export function project(
  points: readonly SpendPoint[],
  { now, window, first, horizons, hours = evenHours }: ProjectionQuestion,
): Projection {
  const [spent = 0] = intervalSums(points, now, window * dayMs, 1);
  const age = first === undefined ? undefined : Math.max(now - first, hourMs) / dayMs;
  const clamped = age !== undefined && age < window;
  const days = clamped ? age : window;
  const rate = spent / days;
  const whole = Math.floor(days);
  const deviation = standardDeviation(intervalSums(points, now, dayMs, whole));
  return {
    status: first === undefined ? 'no-data' : 'ok',
    spent,
    days,
    clamped,
    rate,
    deviation,
    horizons: horizons.map((days) => {
      // Whole days have every hour, whatever clocks do in between.
      const length = Number.isInteger(days) ? days : hours.between(now, now + days * dayMs);
      const nano = rate * length;
      if (!deviation) return { days, nano, band: undefined };
      const reach = bandWidth * deviation * Math.sqrt(length + (length * length) / whole);
      return { days, nano, band: { low: Math.max(0, nano - reach), high: nano + reach } };
    }),
  };
}

/** The standard deviation of a sample (n − 1); undefined for fewer than three values. */
function standardDeviation(values: readonly number[]): number | undefined {
  if (values.length < fewestDays) return undefined;
  const mean = total(values) / values.length;
  const squares = values.map((value) => (value - mean) ** 2);
  return Math.sqrt(total(squares) / (values.length - 1));
}

/** A budget as a projection sees it: amounts in nano-dollars, the limit above 0. */
export interface ProjectedBudget {
  readonly limit: number;
  readonly spent: number;
  /** Days until its period ends and spend begins again; undefined for one that never does. */
  readonly daysLeft: number | undefined;
  /** How many days' spend lies in them; as many without it. */
  readonly spendDaysLeft?: number | undefined;
}

/** When a share of a budget is used up. */
export interface Exhaustion {
  readonly share: number;
  /** Days from now, 0 for what is used already; undefined while nothing is spent. */
  readonly days: number | undefined;
  readonly outcome: 'passed' | 'ahead' | 'period-ends-first' | 'never';
}

/** When something is reached: from a moment on, by the usual hours. */
export interface Reckoning {
  readonly now: number;
  readonly hours: UsualHours;
}

const evenly: Reckoning = { now: 0, hours: evenHours };

/** In how many days a budget is used up to each of some shares, at a rate per day. */
export function exhaustion(
  { limit, spent, daysLeft }: ProjectedBudget,
  rate: number,
  shares: readonly number[] = Object.values(defaultThresholds),
  { now, hours }: Reckoning = evenly,
): Exhaustion[] {
  return shares.map((share) => {
    const missing = share * limit - spent;
    if (missing <= 0) return { share, days: 0, outcome: 'passed' };
    if (rate <= 0) return { share, days: undefined, outcome: 'never' };
    const days = hours.daysUntil(now, missing / rate);
    const late = daysLeft !== undefined && days > daysLeft;
    return { share, days, outcome: late ? 'period-ends-first' : 'ahead' };
  });
}

/** What a budget's period will have cost at its end, at a rate per day; undefined for one without an end. */
export function spentAtPeriodEnd(
  { spent, daysLeft, spendDaysLeft = daysLeft }: ProjectedBudget,
  rate: number,
): number | undefined {
  return spendDaysLeft === undefined ? undefined : spent + rate * spendDaysLeft;
}
