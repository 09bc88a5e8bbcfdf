import { formatNumber } from './numbers.ts';

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

/**
 * Dollars as written by others (settings, `cost-state`), rounded half up to nano-dollars. More than an
 * exact sum can have is as much as it can have.
 */
export function usdToNano(usd: number): NanoUsd {
  const nano = Math.floor(usd * nanoPerUsd + 0.5);
  return nanoUsd(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, nano)));
}

/** Nano-dollars as a JSON number of dollars with up to nine decimals. */
export function nanoToUsd(nano: number): number {
  const sign = nano < 0 ? -1 : 1;
  const abs = Math.abs(nano);
  const whole = Math.floor(abs / nanoPerUsd);
  const part = String(abs % nanoPerUsd).padStart(9, '0');
  return sign * Number(`${whole}.${part}`);
}

/** How a figure is written. */
export interface MoneyFormat {
  /** BCP 47 tag for grouping and the decimal separator; English without one. */
  readonly locale?: string | undefined;
  /** ISO 4217 code of the currency the figure is in; US dollars where none is named. */
  readonly code?: string | undefined;
}

/** Nano-dollars as a person reads them: see `formatMoney`. */
export function formatUsd(nano: number, { locale }: MoneyFormat = {}): string {
  return formatMoney(nano, { locale });
}

/**
 * Money (nano-units of its currency) as a person reads it: `$1,234` from a thousand up, `$12.34`,
 * `$0.42`, `$0.0042` below a cent, `$0` only for nothing at all. Currencies without a minor unit
 * have none here either: `¥12`.
 */
export function formatMoney(
  nano: number,
  { locale = 'en', code = 'USD' }: MoneyFormat = {},
): string {
  const { symbol, digits } = currencyTraits(code);
  const amount = Math.abs(nano);
  const text = nano === 0 ? '0' : formatAmount(amount, digits, locale);
  return `${nano < 0 ? '-' : ''}${symbol}${text}`;
}

/** From so many units on a forecast, which knows no cents, is written without them. */
const wholeFrom = 5;

/** An amount that is only about so much: `$121`, below five units as `formatMoney` writes it. */
export function formatAbout(nano: number, format: MoneyFormat = {}): string {
  const units = Math.round(nano / nanoPerUsd);
  return Math.abs(units) < wholeFrom
    ? formatMoney(Math.round(nano), format)
    : formatWhole(nano, format);
}

/** From one amount to a larger one, the currency said once: `$112–134`. */
export function formatAboutRange(low: number, high: number, format: MoneyFormat = {}): string {
  const { symbol } = currencyTraits(format.code ?? 'USD');
  const [from, to] = [formatAbout(low, format), formatAbout(high, format)];
  return from === to ? to : `${from}–${to.slice(symbol.length)}`;
}

/** An amount to the nearest unit: `$3`. */
export function formatWhole(nano: number, format: MoneyFormat = {}): string {
  const units = Math.round(nano / nanoPerUsd);
  const { symbol } = currencyTraits(format.code ?? 'USD');
  return `${units < 0 ? '-' : ''}${symbol}${formatNumber(Math.abs(units), 0, format.locale)}`;
}

/** The same to the cent: what is less than one is said to be. */
export function formatCents(nano: number, format: MoneyFormat = {}): string {
  const coin = nanoPerUsd / 10 ** currencyTraits(format.code ?? 'USD').digits;
  if (nano <= 0 || nano >= coin) return formatMoney(nano, format);
  return `<\u2009${formatMoney(coin, format)}`;
}

/** An amount above nothing, without its symbol. `minor` is the number of digits of a minor unit. */
function formatAmount(nano: number, minor: number, locale: string | undefined): string {
  const scale = 10 ** minor;
  const coin = nanoPerUsd / scale;
  const coins = Math.floor(nano / coin + 0.5);
  if (coins >= 1000 * scale) {
    return formatNumber(Math.floor(nano / nanoPerUsd + 0.5), 0, locale);
  }
  if (nano >= coin) return formatNumber(coins / scale, minor, locale);
  // Less than the smallest coin: the first digits that count, so that it is never shown as nothing.
  const digits = Math.min(9, Math.max(minor + 2, 10 - String(nano).length));
  return formatNumber(nano / nanoPerUsd, digits, locale);
}

interface CurrencyTraits {
  /** What stands in front of an amount, with a no-break space where it ends in a letter. */
  readonly symbol: string;
  /** Decimals of the smallest unit in use. */
  readonly digits: number;
}

// The terminal writes dollars only, and Intl's tables take a while to load.
const traits = new Map<string, CurrencyTraits>([['USD', { symbol: '$', digits: 2 }]]);

function currencyTraits(code: string): CurrencyTraits {
  let known = traits.get(code);
  if (known === undefined) {
    known = readTraits(code);
    traits.set(code, known);
  }
  return known;
}

function readTraits(code: string): CurrencyTraits {
  const format = (currencyDisplay: 'narrowSymbol' | 'symbol'): Intl.NumberFormat =>
    new Intl.NumberFormat('en', { style: 'currency', currency: code, currencyDisplay });
  const symbolOf = (numbers: Intl.NumberFormat): string =>
    numbers.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? code;
  const narrow = symbolOf(format('narrowSymbol'));
  // Other dollars say which one they are: a bare sign is a US dollar.
  const symbol = narrow === '$' ? symbolOf(format('symbol')) : narrow;
  const digits = format('symbol').resolvedOptions().maximumFractionDigits ?? 2;
  return { symbol: /\p{L}$/u.test(symbol) ? `${symbol}\u00a0` : symbol, digits };
}
