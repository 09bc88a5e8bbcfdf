import type { ClientPriceSource } from '../model/clientPrices.ts';
import type { TokenClass } from '../model/tokens.ts';
import bundled from './catalogue.json' with { type: 'json' };
import others from './otherVendors.json' with { type: 'json' };
import type {
  OtherVendorsJson,
  Provider,
  RatesJson,
  RowJson,
  TierFactors,
} from './otherVendors.ts';

/** Claude's model families; the names are Anthropic's. */
export const families = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'] as const;
export type Family = (typeof families)[number];

/** A rate for every token class: US dollars per million tokens, as a decimal string. */
export type RateTexts = { readonly [K in TokenClass]: string };

/** Rates for prompts strictly longer than a number of tokens; they hold for the whole request. */
export type LongContextTexts = RateTexts & { readonly promptTokens: number };

/** One dated price of a model. It holds from its day until the model's next row. */
export interface CatalogueRow extends RateTexts {
  /**
   * Day (UTC). The first row of a model also prices what is dated before it. Absent where Claude Code
   * names the price, which says no day.
   */
  readonly from?: string;
  readonly above?: LongContextTexts;
  /** Key into the catalogue's `sources`. */
  readonly source: string;
  /** Day on which the row was last compared with its source; absent like `from`. */
  readonly checked?: string;
}

/** A model and everything that decides its price. */
export interface CatalogueModel {
  /** Without date, region or context marker. */
  readonly id: string;
  /** Absent where neither the table nor the name says it. */
  readonly family?: Family;
  /** Who makes a model that is not Claude's. */
  readonly provider?: Provider;
  /** Set where the price is not the table's but Claude Code's own. */
  readonly namedBy?: ClientPriceSource;
  /** Other names of the same model that no normalisation leads to. */
  readonly aliases?: readonly string[];
  /** True when Anthropic's SDK no longer lists the model; old messages still need its price. */
  readonly retired?: boolean;
  /**
   * Factor of fast mode, and the day it was taken away. The day is for reading: a message that was
   * recorded as fast is priced as fast.
   */
  readonly fast?: { readonly factor: string; readonly removed?: string };
  /** Fast mode has rates that are no multiple of the others: its requests have no price. */
  readonly fastUnpriced?: true;
  /** Factors of service tiers. Absent for Claude's models, which have the catalogue's `batch` alone. */
  readonly tiers?: TierFactors;
  /** Factor for requests kept in the United States (`inference_geo: us`). */
  readonly usGeo?: string;
  /** Day on which Anthropic ends the model (requests fail from then on), and who says so. */
  readonly ends?: { readonly day: string; readonly source: string };
  /** Factor of Amazon Bedrock but for its `global` profiles; ids without a profile count. */
  readonly bedrockRegion?: string;
  /** US dollars per thousand web searches, where it is not the catalogue's. */
  readonly webSearchPerThousand?: string;
  /** Oldest first. */
  readonly rows: readonly CatalogueRow[];
}

/** Models of other vendors. `otherVendors.schema.json` describes the JSON, which is shorter. */
export interface OtherVendors {
  /** Day on which the table was last compared with the world. */
  readonly checked: string;
  readonly sources: { readonly [key: string]: string };
  readonly models: readonly (CatalogueModel & { readonly provider: Provider })[];
}

/** The dated table of list prices. `catalogue.schema.json` describes its JSON. */
export interface Catalogue {
  /** Day on which the table was last compared with the world. */
  readonly checked: string;
  readonly sources: { readonly [key: string]: string };
  /** Factor of the batch service tier. */
  readonly batch: string;
  /** US dollars per thousand web searches; no factor of speed, region or batch applies. */
  readonly webSearchPerThousand: string;
  /** Claude's models, and those Claude Code names the price of. */
  readonly models: readonly CatalogueModel[];
  /** Models other agents use; without them in catalogues of Claude's models alone. */
  readonly others?: OtherVendors;
}

/** The tables this version was built with. Their shape is proved by a test, not at run time. */
export const bundledCatalogue: Catalogue = {
  ...(bundled as unknown as Catalogue),
  others: readOtherVendors(others as unknown as OtherVendorsJson),
};

function readOtherVendors({ checked, sources, models }: OtherVendorsJson): OtherVendors {
  return {
    checked,
    sources,
    models: models.map((model) => ({
      ...model,
      // Nobody bills for a search either.
      ...(model.provider === 'local' && { webSearchPerThousand: '0' }),
      rows: model.rows.map(rowOf),
    })),
  };
}

function rowOf({ from, above, source, checked, ...rates }: RowJson): CatalogueRow {
  return {
    ...(from !== null && { from }),
    ...ratesOf(rates),
    ...(above && { above: { promptTokens: above.promptTokens, ...ratesOf(above) } }),
    source,
    checked,
  };
}

function ratesOf({ input, output, cacheRead = input, cacheWrite = input }: RatesJson): RateTexts {
  return { input, output, cacheWrite5m: cacheWrite, cacheWrite1h: cacheWrite, cacheRead };
}
