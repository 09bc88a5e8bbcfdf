/**
 * Money: an integer number of nano-dollars (1e-9 USD). Sums of integers are exact and do not depend
 * on their order, so a total built line by line equals one recomputed from scratch.
 * The largest safe integer is a little over nine million dollars.
 */
export type NanoUsd = number & { readonly __unit: 'nano-usd' };

/** Nano-dollars in one dollar. */
export const nanoPerUsd = 1_000_000_000;

/** Brands an integer as nano-dollars; throws on anything a sum could not stay exact with. */
export function nanoUsd(value: number): NanoUsd {
  if (!Number.isSafeInteger(value))
    throw new RangeError(`not a whole number of nano-dollars: ${value}`);
  return value as NanoUsd;
}

/** Dollars as written by others (settings, `cost-state`), rounded half up to nano-dollars. */
export function usdToNano(usd: number): NanoUsd {
  return nanoUsd(Math.floor(usd * nanoPerUsd + 0.5));
}

/** Nano-dollars as a JSON number of dollars with up to nine decimals. */
export function nanoToUsd(nano: number): number {
  const sign = nano < 0 ? -1 : 1;
  const abs = Math.abs(nano);
  const whole = Math.floor(abs / nanoPerUsd);
  const part = String(abs % nanoPerUsd).padStart(9, '0');
  return sign * Number(`${whole}.${part}`);
}

/** How a figure is written: grouping follows the locale in the editor, none in the terminal. */
export interface MoneyFormat {
  /** BCP 47 tag for grouping, or undefined for plain digits. */
  readonly locale?: string;
}

/**
 * Money as a person reads it: `$1,234` from a thousand up, `$12.34`, `$0.42`, `$0.0042` below a
 * cent, `$0` only for nothing at all.
 */
export function formatUsd(nano: number, format: MoneyFormat = {}): string {
  if (nano === 0) return '$0';
  const sign = nano < 0 ? '-' : '';
  return sign + formatPositive(Math.abs(nano), format);
}

function formatPositive(nano: number, format: MoneyFormat): string {
  const cents = Math.floor(nano / 10_000_000 + 0.5);
  if (cents >= 100_000) {
    const dollars = Math.floor(nano / nanoPerUsd + 0.5);
    return `$${format.locale === undefined ? dollars : new Intl.NumberFormat(format.locale).format(dollars)}`;
  }
  if (nano >= 10_000_000)
    return `$${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  // Below a cent: two significant digits, so that a small figure is never shown as nothing.
  const digits = Math.max(4, 10 - String(nano).length);
  const scaled = nano / nanoPerUsd;
  return `$${scaled.toFixed(Math.min(9, digits))}`;
}
