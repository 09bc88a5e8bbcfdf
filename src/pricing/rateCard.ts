import { largestOf } from '../model/lists.ts';
import { noUsage, type Usage, usageKeys } from '../model/tokens.ts';
import { type Decimal, decimal, times } from './decimal.ts';
import { mapRates, type RatePeriod, type Rates } from './rateTable.ts';

/** A dollar per million tokens is a thousand nano-dollars per token. */
const nanoPerToken = decimal('1000');
/** A dollar per thousand requests is a million nano-dollars per request. */
const nanoPerSearch = decimal('1000000');

/**
 * Whole-number rates, in nano-dollars divided by `scale`, of everything a usage counts. The scale
 * is the smallest power of ten that makes them all whole, so that a cost is an exact integer sum
 * and one rounded division.
 */
export interface RateCard {
  /** Names the price row with the traits that changed it. */
  readonly row: string;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  readonly webSearches: number;
  readonly scale: number;
  /** Half of the scale: added before the division it rounds half up. */
  readonly half: number;
  /** The same rates for sums that do not fit. */
  readonly exact: { readonly [K in keyof Usage]: bigint } & { readonly scale: bigint };
}

/** Builds the card of a period's lower or upper band under the factors a request's traits bring. */
export function rateCard(
  row: string,
  rates: Rates,
  period: RatePeriod,
  factors: readonly Decimal[],
): RateCard {
  const factor = factors.reduce(times, nanoPerToken);
  const perUnit = {
    ...mapRates((name) => times(rates[name], factor)),
    // The fee for a search knows neither speed nor region.
    webSearches: times(period.webSearchPerThousand, nanoPerSearch),
  };
  const places = largestOf(Object.values(perUnit).map((value) => value.places));
  const whole = (value: Decimal): bigint => value.digits * 10n ** BigInt(places - value.places);
  const exact = {
    input: whole(perUnit.input),
    output: whole(perUnit.output),
    cacheWrite5m: whole(perUnit.cacheWrite5m),
    cacheWrite1h: whole(perUnit.cacheWrite1h),
    cacheRead: whole(perUnit.cacheRead),
    webSearches: whole(perUnit.webSearches),
    scale: 10n ** BigInt(places),
  };
  const scale = Number(exact.scale);
  return {
    row,
    input: Number(exact.input),
    output: Number(exact.output),
    cacheWrite5m: Number(exact.cacheWrite5m),
    cacheWrite1h: Number(exact.cacheWrite1h),
    cacheRead: Number(exact.cacheRead),
    webSearches: Number(exact.webSearches),
    scale,
    half: scale === 1 ? 0 : scale / 2,
    exact,
  };
}

/**
 * The cost of a usage in nano-dollars, rounded once, half up. Undefined when there is no such
 * amount: counts that are not whole and non-negative, or more than nine million dollars.
 */
export function costOf(card: RateCard, usage: Usage): number | undefined {
  // Rounding is monotone: a computed sum within the safe integers means that no rate in use, product
  // or partial sum was beyond them, so all of them are exact. NaN and negative sums fail as well.
  const sum =
    usage.input * card.input +
    usage.output * card.output +
    usage.cacheWrite5m * card.cacheWrite5m +
    usage.cacheWrite1h * card.cacheWrite1h +
    usage.cacheRead * card.cacheRead +
    usage.webSearches * card.webSearches +
    card.half;
  if (sum >= card.half && sum <= Number.MAX_SAFE_INTEGER) return Math.floor(sum / card.scale);
  return exactCostOf(card, usage);
}

/** The cost of usages at several cards together, rounded once. */
export function costOfBands(
  bands: readonly { readonly card: RateCard; readonly usage: Usage }[],
): number | undefined {
  let sum = 0n;
  let scale = 1n;
  for (const { card, usage } of bands) {
    const part = exactSum(card, usage);
    if (part === undefined) return undefined;
    sum = sum * card.exact.scale + part * scale;
    scale *= card.exact.scale;
  }
  return roundHalfUp(sum, scale);
}

/** The cost of a count of one class alone: what `costOf` says of a usage without any other. */
export function costOfClass(card: RateCard, key: keyof Usage, count: number): number | undefined {
  const sum = count * card[key] + card.half;
  if (sum >= card.half && sum <= Number.MAX_SAFE_INTEGER) return Math.floor(sum / card.scale);
  return exactCostOf(card, { ...noUsage, [key]: count });
}

/** The same in integers of any size, for what ordinary numbers cannot carry. */
export function exactCostOf(card: RateCard, usage: Usage): number | undefined {
  const sum = exactSum(card, usage);
  return sum === undefined ? undefined : roundHalfUp(sum, card.exact.scale);
}

/** Nano-dollars times the card's scale. */
function exactSum({ exact }: RateCard, usage: Usage): bigint | undefined {
  let sum = 0n;
  for (const key of usageKeys) {
    const count = usage[key];
    if (!Number.isSafeInteger(count) || count < 0) return undefined;
    sum += BigInt(count) * exact[key];
  }
  return sum;
}

function roundHalfUp(sum: bigint, scale: bigint): number | undefined {
  const rounded = (2n * sum + scale) / (2n * scale);
  return rounded <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(rounded) : undefined;
}

/** A card's rates as a person reads them: US dollars per million tokens, searches per thousand. */
export function dollarRates(card: RateCard): Usage {
  const perMillion = (key: keyof Usage): number => card[key] / card.scale / 1000;
  return {
    input: perMillion('input'),
    output: perMillion('output'),
    cacheWrite5m: perMillion('cacheWrite5m'),
    cacheWrite1h: perMillion('cacheWrite1h'),
    cacheRead: perMillion('cacheRead'),
    webSearches: perMillion('webSearches') / 1000,
  };
}
