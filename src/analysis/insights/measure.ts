import { hashBytes } from '../../model/hash53.ts';
import type { InsightKind, MonthRange, Run } from './insight.ts';

/** Days of a month in figures "a month": savings are compared, not billed. */
const monthDays = 30;

/**
 * A month of what the single savings add up to, low and high: the sum and one standard deviation to
 * either side. How many runs there are varies as well as what each saves, so the variance of the sum
 * is the sum of squares (compound Poisson; Feller, "An Introduction to Probability Theory", I, XII.2):
 * a single large saving promises little, many small ones promise what they were.
 */
export function monthRange(savings: readonly number[], days: number): MonthRange {
  let [sum, squares] = [0, 0];
  for (const saving of savings) {
    sum += saving;
    squares += saving * saving;
  }
  const spread = Math.sqrt(squares);
  const month = (nano: number): number => Math.round((Math.max(0, nano) * monthDays) / days);
  return { low: month(sum - spread), high: month(sum + spread) };
}

/** A sum of nano-dollars by month. */
export function perMonth(nano: number, days: number): number {
  return Math.round((nano * monthDays) / days);
}

/** An id that two reports of the same thing share; short enough to be typed. */
export function insightId(kind: InsightKind, ...subject: readonly string[]): string {
  const bytes = new TextEncoder().encode([kind, ...subject].join('\0'));
  return `${kind}-${hashBytes(bytes, 0, bytes.length).toString(36).padStart(11, '0').slice(-6)}`;
}

/** A run this short needed little of its model: a look-up, a rename, a yes or no. */
const smallOutput = 1_000;
const smallMessages = 5;

/** Whether a run is a small task: few answers and little written in them. */
export function isSmall({ usage, messages }: Pick<Run, 'usage' | 'messages'>): boolean {
  return usage.output <= smallOutput && messages <= smallMessages;
}

/** Runs fewer than these are an occasion, not a habit. */
export const fewestRuns = 5;

/** The model that most of a run's money went to. */
export function mainModel({ parts }: Run): string {
  return parts.reduce((best, part) => (part.nano > best.nano ? part : best)).model;
}

export function sumOf<T>(items: Iterable<T>, value: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
}

/** Whether anything went wrong in a run. */
export function hasErrors({ errors }: Run): boolean {
  return errors.api + errors.tool + errors.interrupted > 0;
}
