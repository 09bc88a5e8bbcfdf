import { decimalText } from '../../pricing/decimal.ts';
import type { BandDerivation, CountDerivation, RateFactor } from '../../pricing/derivation.ts';
import type { RatePeriod } from '../../pricing/rateTable.ts';

/** Names of the counts of a usage, as tables of a message have them. */
export const countNames: Readonly<Record<CountDerivation['key'], string>> = {
  input: 'input',
  output: 'output',
  cacheWrite5m: 'cache write 5m',
  cacheWrite1h: 'cache write 1h',
  cacheRead: 'cache read',
  webSearches: 'web searches',
};

const traitNames: Readonly<Record<RateFactor['trait'], string>> = {
  fast: 'fast mode',
  region: 'regional profile',
  us: 'US inference',
  batch: 'batch',
  priority: 'priority processing',
  flex: 'flex processing',
};

/** `×2 fast mode, ×1.1 US inference`; '' for none. */
export function factorText(factors: readonly RateFactor[]): string {
  return factors
    .map(({ trait, factor }) => `×${decimalText(factor)} ${traitNames[trait]}`)
    .join(', ');
}

/** A rate with what it is for: `5 per 1,000,000`. */
export function rateText({ rate, per }: Pick<CountDerivation, 'rate' | 'per'>): string {
  return `$${decimalText(rate)} / ${per === 1000 ? '1k' : '1M'}`;
}

/** Who says a price and when it was last compared. */
export function sourceText({ origin, source, checked }: RatePeriod): string {
  const who = origin === 'override' ? 'your own price' : '';
  const whose = origin === 'client' || origin === 'managed' ? "Claude Code's own price" : '';
  const where = source ?? '';
  const when = checked === null ? '' : `checked ${checked}`;
  return [who, whose, where, when].filter((text) => text !== '').join('; ');
}

/** A band as a program reads it; amounts are decimals in texts, so that no digit is lost. */
export function bandJson(band: BandDerivation): object {
  const { row, period, above, turns, factors, lines } = band;
  return {
    priceRow: row,
    from: period.from,
    origin: period.origin,
    source: period.source,
    checked: period.checked,
    multiplier: decimalText(period.multiplier),
    abovePromptTokens: above ?? null,
    turns,
    factors: factors.map(({ trait, factor }) => ({ trait, factor: decimalText(factor) })),
    lines: lines.map(({ key, count, rate, per, dollars }) => ({
      class: key,
      count,
      rateUsd: decimalText(rate),
      per,
      usd: decimalText(dollars),
    })),
  };
}
