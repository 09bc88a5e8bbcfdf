import type { TimeSpan } from './calendar.ts';

/** How many units of a currency one US dollar is worth, from a day on. */
export interface DatedRate {
  /** UTC milliseconds: the first moment of the day, in the user's zone, from which it holds. */
  readonly from: number;
  /** Units of the currency per US dollar, above 0. */
  readonly rate: number;
}

/**
 * The currency figures are shown in, at rates the user dated. Everything is priced, stored and
 * budgeted in US dollars; only what a view shows is converted.
 */
export interface Currency {
  /** ISO 4217 code in capitals, e.g. `EUR`. */
  readonly code: string;
  /** At least one, earliest first. */
  readonly rates: readonly DatedRate[];
}

/** What holds where the user chose no currency: nothing is converted. */
export const usDollars: Currency = { code: 'USD', rates: [{ from: 0, rate: 1 }] };

/** The rate in force at a moment; before the first date it is the first rate. */
export function rateAt({ rates }: Currency, at: number): number {
  return (rates.findLast(({ from }) => from <= at) ?? rates[0])?.rate ?? 1;
}

/** Nano-dollars as nano-units of a currency, rounded half up. */
export function convert(nanoUsd: number, rate: number): number {
  return rate === 1 ? nanoUsd : Math.floor(nanoUsd * rate + 0.5);
}

/** A period in which one rate holds. */
export interface RatedSpan extends TimeSpan {
  readonly rate: number;
}

/**
 * A span cut where the rate changes. Money of each piece is converted by itself, so that a new rate
 * changes nothing that was spent before it.
 */
export function ratedSpans(span: TimeSpan, currency: Currency): RatedSpan[] {
  const cuts = currency.rates.slice(1).filter(({ from }) => from > span.from && from < span.to);
  const starts = [span.from, ...cuts.map(({ from }) => from)];
  return starts.map((from, index) => ({
    from,
    to: starts[index + 1] ?? span.to,
    rate: rateAt(currency, from),
  }));
}
