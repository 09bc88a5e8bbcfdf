import type { TokenClass } from '../model/tokens.ts';
import { dayOf } from './days.ts';
import { type Decimal, decimalToNumber } from './decimal.ts';
import type { RateBook } from './priceBook.ts';
import { type ModelRates, mapRates, type PriceOrigin, type Rates } from './rateTable.ts';
import type { Tier } from './tiers.ts';

/** Rates as plain numbers, US dollars per million tokens. */
export type RateNumbers = { readonly [K in TokenClass]: number };

/** One row of a price list: a model over one period, multipliers included. */
export interface PriceListing {
  readonly model: string;
  /** Who makes it; null where only a row of the user's own knows the model. */
  readonly provider: ModelRates['provider'];
  readonly tier: Tier;
  /** True when Anthropic no longer offers the model. */
  readonly retired: boolean;
  /** Day on which Anthropic ends the model, or null where none is known. */
  readonly ends: string | null;
  /** The row's name, as figures refer to it. */
  readonly row: string;
  /** First day (UTC) of the price, or null when none is named. */
  readonly from: string | null;
  /** First day (UTC) it no longer holds, or null when it still does. */
  readonly until: string | null;
  readonly rates: RateNumbers;
  /** Rates of whole requests with a strictly longer prompt. */
  readonly above: { readonly promptTokens: number; readonly rates: RateNumbers } | null;
  /** US dollars per thousand web searches. */
  readonly webSearchPerThousand: number;
  /** Factors, or null where the model offers no such thing. */
  readonly fast: number | null;
  /** Day on which fast mode was taken away, or null. */
  readonly fastRemoved: string | null;
  /** True where fast mode has rates that no factor expresses: its requests stay unpriced. */
  readonly fastUnpriced: boolean;
  readonly usGeo: number | null;
  readonly bedrockRegion: number | null;
  readonly batch: number | null;
  readonly priority: number | null;
  readonly flex: number | null;
  /** What the user multiplies by; already in the rates. */
  readonly multiplier: number;
  readonly origin: PriceOrigin;
  /** Where the catalogue's part comes from, in words. */
  readonly source: string | null;
  /** Day on which it was last compared with its source. */
  readonly checked: string | null;
}

/** Every price of a book, Claude's models first, other vendors' next, both in the catalogue's order, and the user's own last, oldest first. */
export function listPrices(book: RateBook): PriceListing[] {
  return [...book.table.models.values()].flatMap(({ id, provider, tier, retired, ends, periods }) =>
    periods.map((period) => ({
      model: id,
      provider,
      tier,
      retired,
      ends: ends?.day ?? null,
      row: period.row,
      from: dayOf(period.fromMs) ?? period.from,
      until: dayOf(period.untilMs),
      rates: numbers(period.rates),
      above: period.above
        ? { promptTokens: period.above.promptTokens, rates: numbers(period.above.rates) }
        : null,
      webSearchPerThousand: decimalToNumber(period.webSearchPerThousand),
      fast: factor(period.fast),
      fastRemoved: period.fastRemoved ?? null,
      fastUnpriced: period.fastUnpriced === true,
      usGeo: factor(period.usGeo),
      bedrockRegion: factor(period.bedrockRegion),
      batch: factor(period.batch),
      priority: factor(period.priority),
      flex: factor(period.flex),
      multiplier: decimalToNumber(period.multiplier),
      origin: period.origin,
      source: period.source,
      checked: period.checked,
    })),
  );
}

function numbers(rates: Rates): RateNumbers {
  return mapRates((name) => decimalToNumber(rates[name]));
}

function factor(value: Decimal | undefined): number | null {
  return value === undefined ? null : decimalToNumber(value);
}
