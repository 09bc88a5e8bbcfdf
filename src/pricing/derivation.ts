import { type Usage, usageKeys } from '../model/tokens.ts';
import type { PricedUsage } from './costByClass.ts';
import { type Decimal, decimal, decimalZero, plus, roundedTo, times } from './decimal.ts';
import type { BandUsage, RateBook } from './priceBook.ts';
import type { ModelRates, RatePeriod } from './rateTable.ts';
import { parseRowName, type RowTrait } from './rowName.ts';

/** How the price of a usage comes about, in exact decimals, from the rows of the price list themselves. */
export interface Derivation {
  /** Catalogue id of the model. */
  readonly model: string;
  /** One, or the lower and the upper where turns of the response fall into both. */
  readonly bands: readonly BandDerivation[];
  /** US dollars before they are rounded. */
  readonly dollars: Decimal;
  /** The same rounded once, half up, to nano-dollars. */
  readonly nano: number;
}

/** What of a usage is priced at one row. */
export interface BandDerivation {
  /** Names the price row with the traits that changed it. */
  readonly row: string;
  readonly period: RatePeriod;
  /** Prompt tokens above which this band holds; undefined for the lower band. */
  readonly above: number | undefined;
  /** The model's turns in it; 0 where they do not tell. */
  readonly turns: number;
  readonly factors: readonly RateFactor[];
  readonly lines: readonly CountDerivation[];
}

/** What a request's trait multiplies every rate for tokens by. */
export interface RateFactor {
  readonly trait: RowTrait;
  readonly factor: Decimal;
}

/** One count of a usage: count × rate × factors = dollars. */
export interface CountDerivation {
  readonly key: keyof Usage;
  readonly count: number;
  /** US dollars per `per` of them, the user's multiplier included. */
  readonly rate: Decimal;
  readonly per: number;
  /** US dollars, exactly. */
  readonly dollars: Decimal;
}

const perMillion = { per: 1_000_000, each: decimal('0.000001') };
const perThousand = { per: 1000, each: decimal('0.001') };

/** Derives the price of a usage; undefined where the book has none. */
export function derivationOf(book: RateBook, priced: PricedUsage): Derivation | undefined {
  const { usage, written, traits, at, iterations } = priced;
  const bands = book.bandsOf(usage, written, traits, at, iterations);
  const model = book.ratesOf(written);
  if (bands === undefined || model === undefined) return undefined;
  const derived = bands.flatMap((band) => bandDerivation(model, band) ?? []);
  if (derived.length < bands.length) return undefined;
  const dollars = derived
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => plus(sum, line.dollars), decimalZero);
  return { model: model.id, bands: derived, dollars, nano: Number(roundedTo(dollars, 9)) };
}

function bandDerivation(
  model: ModelRates,
  { card, usage, iterations }: BandUsage,
): BandDerivation | undefined {
  const { period: name, above, traits } = parseRowName(card.row);
  const period = model.periods.find(({ row }) => row === name);
  const rates = above === undefined ? period?.rates : period?.above?.rates;
  if (period === undefined || rates === undefined) return undefined;
  const factors = traits.map((trait) => ({ trait, factor: factorOf(period, trait) }));
  const together = factors.reduce((product, { factor }) => times(product, factor), decimal('1'));
  const lines = usageKeys
    .filter((key) => usage[key] > 0)
    .map((key): CountDerivation => {
      const count = usage[key];
      // The fee for a search knows neither speed nor region.
      const isSearch = key === 'webSearches';
      const rate = isSearch ? period.webSearchPerThousand : rates[key];
      const { per, each } = isSearch ? perThousand : perMillion;
      const whole = times(times(decimal(String(count)), rate), each);
      return { key, count, rate, per, dollars: isSearch ? whole : times(whole, together) };
    });
  return { row: card.row, period, above, turns: iterations, factors, lines };
}

function factorOf(
  { fast, bedrockRegion: region, usGeo: us, batch, priority, flex }: RatePeriod,
  trait: RowTrait,
): Decimal {
  return { fast, region, us, batch, priority, flex }[trait] ?? decimal('1');
}
