import { fingerprint } from '../model/fingerprint.ts';
import type { NanoUsd } from '../model/money.ts';
import type { Price, PriceBook, RequestTraits } from '../model/price.ts';
import { combineUsage, noUsage, promptTokens, type Usage } from '../model/tokens.ts';
import { bundledCatalogue, type Catalogue } from './catalogue.ts';
import { type Decimal, decimalText } from './decimal.ts';
import { type ModelMatch, matchModel } from './matchModel.ts';
import { noOverrides, type PriceOverrides } from './overrides.ts';
import { costOf, costOfBands, type RateCard, rateCard } from './rateCard.ts';
import {
  isOtherVendors,
  type ModelRates,
  mapRates,
  type RatePeriod,
  type RateTable,
  rateTable,
} from './rateTable.ts';
import {
  formatRowName,
  parseRowName,
  type RowTrait,
  type ServiceTier,
  serviceTiers,
  traitsOfRow,
} from './rowName.ts';
import type { Tier } from './tiers.ts';

/** Part of every revision: raised when matching, arithmetic or the names of rows change. */
const rulesVersion = 3;

/** Model strings remembered; transcripts hold a handful, a hostile one must not fill the memory. */
const rememberedModels = 2_000;

/** A price book that can also be read: listed, compared, asked for a model's id and tier. */
export interface RateBook extends PriceBook {
  readonly table: RateTable;
  /**
   * What a model as written in a transcript is called: the book's id, but for local models, which share one; a model
   * it does not know, as written.
   */
  readonly modelId: (written: string) => string;
  /** Its rates through time; undefined for a model the book does not know. */
  readonly ratesOf: (written: string) => ModelRates | undefined;
  /** The tier of a model the book prices, or undefined. */
  readonly knownTier: (written: string) => Tier | undefined;
  /** The rates a usage is priced at, band and traits settled; undefined when it has no price. */
  readonly cardOf: (
    usage: Usage,
    model: string,
    traits: RequestTraits,
    atMs: number,
  ) => RateCard | undefined;
  /** The same for a usage whose iterations may fall into two bands: the lower band first. */
  readonly bandsOf: (
    usage: Usage,
    model: string,
    traits: RequestTraits,
    atMs: number,
    iterations?: readonly Usage[],
  ) => readonly BandUsage[] | undefined;
  /** The rates behind the name of a price row; undefined for a row of other rates than the book's. */
  readonly cardOfRow: (row: string) => RateCard | undefined;
}

/** A part of a usage and the rates it is priced at. */
export interface BandUsage {
  readonly card: RateCard;
  readonly usage: Usage;
  /** Iterations in it; 0 where they do not tell. */
  readonly iterations: number;
}

/** Builds a price book from a catalogue and the user's overrides, which win. */
export function createPriceBook(
  overrides: PriceOverrides = noOverrides,
  base: Catalogue = bundledCatalogue,
): RateBook {
  const table = rateTable(overrides, base);
  const cards = new CardIndex(table);
  const match = (written: string): ModelMatch | undefined =>
    matchModel(written, table.ids, table.otherIds);

  const ratesOf = (written: string): ModelRates | undefined =>
    table.models.get(match(written)?.id ?? '');

  const price = (
    usage: Usage,
    model: string,
    traits: RequestTraits,
    atMs: number,
    iterations?: readonly Usage[],
  ): Price => {
    const dated = cards.find(model, traits, atMs);
    return (dated && priceDated(dated, usage, traits, iterations)) ?? { kind: 'unpriced', model };
  };

  let revision: string | undefined;
  return {
    price,
    listPrice: isNothing(overrides) ? price : createPriceBook(noOverrides, base).price,
    // Many milliseconds, and only who prices a store needs it.
    get revision() {
      revision ??= revisionOf(table);
      return revision;
    },
    catalogueDate: base.checked,
    table,
    modelId: (written) => {
      const found = match(written);
      return found?.name ?? found?.id ?? written;
    },
    ratesOf,
    knownTier: (written) => ratesOf(written)?.tier,
    cardOf: (usage, model, traits, atMs) => {
      const dated = cards.find(model, traits, atMs);
      return dated && bandOf(dated, usage, traits);
    },
    bandsOf: (usage, model, traits, atMs, iterations) => {
      const dated = cards.find(model, traits, atMs);
      return dated && bandsOf(dated, usage, traits, iterations);
    },
    cardOfRow: (row) => cards.ofRow(row),
  };
}

function isNothing({ multiplier, rows }: PriceOverrides): boolean {
  return multiplier === undefined && rows.length === 0;
}

function priceDated(
  dated: DatedCard,
  usage: Usage,
  traits: RequestTraits,
  iterations: readonly Usage[] | undefined,
): Price | undefined {
  const [lower, above] = bandsOf(dated, usage, traits, iterations);
  if (lower === undefined) return undefined;
  const nano = above === undefined ? costOf(lower.card, usage) : costOfBands([lower, above]);
  if (nano === undefined) return undefined;
  const { model } = dated;
  const base = { kind: 'priced', nanoUsd: nano as NanoUsd, model, row: lower.card.row } as const;
  const priced = dated.otherVendor ? ({ ...base, otherVendor: true } as const) : base;
  if (above === undefined) return priced;
  const share = costOf(above.card, above.usage);
  if (share === undefined) return undefined;
  const { card, usage: long, iterations: count } = above;
  return {
    ...priced,
    above: { row: card.row, iterations: count, usage: long, nanoUsd: share as NanoUsd },
  };
}

function isLong(dated: DatedCard, usage: Usage): boolean {
  return dated.above !== undefined && promptTokens(usage) > dated.threshold;
}

/** Of a sum of requests nobody knows which were long: all are priced in the lower band. */
function bandOf(dated: DatedCard, usage: Usage, { requests = 1 }: RequestTraits): RateCard {
  return requests === 1 && isLong(dated, usage) ? dated.above! : dated.card;
}

/** One band, or the lower and the upper where iterations fall into both. */
function bandsOf(
  dated: DatedCard,
  usage: Usage,
  traits: RequestTraits,
  iterations: readonly Usage[] = [],
): readonly BandUsage[] {
  // A response no longer than the band begins has no iteration that is.
  const long = isLong(dated, usage) ? iterations.filter((turn) => isLong(dated, turn)) : [];
  if (long.length === iterations.length)
    return [{ card: bandOf(dated, usage, traits), usage, iterations: 0 }];
  if (long.length === 0) return [{ card: dated.card, usage, iterations: 0 }];
  const above = long.reduce((a, b) => combineUsage(a, b), noUsage);
  return [
    {
      card: dated.card,
      usage: combineUsage(usage, above, -1),
      iterations: iterations.length - long.length,
    },
    { card: dated.above!, usage: above, iterations: long.length },
  ];
}

/** A period's cards under one set of traits. */
interface DatedCard {
  readonly model: string;
  readonly otherVendor: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly card: RateCard;
  readonly above: RateCard | undefined;
  readonly threshold: number;
}

/** Traits as a number: an index into a model's cards. */
const fastBit = 1;
const usBit = 2;
const tierBits: Readonly<Record<ServiceTier, number>> = { batch: 4, priority: 8, flex: 16 };
const traitSets = 32;

function traitIndex({ speed, geo, tier }: RequestTraits): number {
  return (speed === 'fast' ? fastBit : 0) | (geo === 'us' ? usBit : 0) | tierBit(tier);
}

/** OpenAI's agents call priority processing "fast"; a Claude model has no factor for either word. */
function tierBit(tier: string | undefined): number {
  switch (tier) {
    case 'batch':
    case 'priority':
    case 'flex':
      return tierBits[tier];
    case 'fast':
      return tierBits.priority;
    default:
      return 0;
  }
}

/** The cards of a model, or of its regional profiles, by traits; built when first asked for. */
interface ModelCards {
  readonly rates: ModelRates;
  readonly name: string;
  readonly regional: boolean;
  readonly byTraits: (readonly DatedCard[] | undefined)[];
}

/** Finds the card of a request without building anything twice. */
class CardIndex {
  readonly #table: RateTable;
  readonly #byModel = new Map<string, ModelCards>();
  #byWritten = new Map<string, ModelCards | undefined>();
  /** Models by the names of their periods' rows, as they were asked for. */
  readonly #byRow = new Map<string, ModelRates | undefined>();

  constructor(table: RateTable) {
    this.#table = table;
  }

  find(written: string, traits: RequestTraits, atMs: number): DatedCard | undefined {
    let model = this.#byWritten.get(written);
    if (model === undefined) {
      if (this.#byWritten.has(written)) return undefined;
      model = this.#remember(written);
      if (model === undefined) return undefined;
    }
    const dated = this.#ofTraits(model, traitIndex(traits));
    for (let at = dated.length - 1; at >= 0; at -= 1) {
      const candidate = dated[at]!;
      if (atMs >= candidate.fromMs) return atMs < candidate.untilMs ? candidate : undefined;
    }
    return undefined;
  }

  /** The card a row's name stands for: the name says period, band and traits. */
  ofRow(row: string): RateCard | undefined {
    const { period, traits } = parseRowName(row);
    if (!this.#byRow.has(period)) this.#byRow.set(period, modelOfPeriod(this.#table, period));
    const rates = this.#byRow.get(period);
    if (rates === undefined) return undefined;
    const model = this.#modelCards(rates, { regional: traits.includes('region') });
    return this.#ofTraits(model, traitIndex(traitsOfRow(row)))
      .flatMap(({ card, above }) => [card, above])
      .find((card) => card?.row === row);
  }

  #ofTraits(model: ModelCards, index: number): readonly DatedCard[] {
    let dated = model.byTraits[index];
    if (dated === undefined) {
      dated = datedCards(model, index);
      model.byTraits[index] = dated;
    }
    return dated;
  }

  #modelCards(
    rates: ModelRates,
    { name = rates.id, regional }: Pick<ModelMatch, 'name' | 'regional'>,
  ): ModelCards {
    const made = { rates, name, regional, byTraits: new Array(traitSets).fill(undefined) };
    // Local models share their rates under as many names as there are.
    if (name !== rates.id) return made;
    const key = `${regional ? 'regional ' : ''}${name}`;
    const known = this.#byModel.get(key);
    if (known === undefined) this.#byModel.set(key, made);
    return known ?? made;
  }

  #remember(written: string): ModelCards | undefined {
    if (this.#byWritten.size >= rememberedModels) this.#byWritten = new Map();
    const { ids, otherIds } = this.#table;
    const match = matchModel(written, ids, otherIds);
    const rates = match && this.#table.models.get(match.id);
    const model = match && rates && this.#modelCards(rates, match);
    this.#byWritten.set(written, model);
    return model;
  }
}

/** The model a period's row is of: the name begins with its id. */
function modelOfPeriod({ models }: RateTable, name: string): ModelRates | undefined {
  return [...models.values()].find(
    (model) => name.startsWith(model.id) && model.periods.some(({ row }) => row === name),
  );
}

function datedCards(model: ModelCards, traits: number): DatedCard[] {
  const isPriced = ({ fastUnpriced }: RatePeriod): boolean =>
    fastUnpriced !== true || (traits & fastBit) === 0;
  return model.rates.periods.filter(isPriced).map((period) => {
    const { factors, changed } = factorsOf(period, model.regional, traits);
    const upper = period.above;
    const nameOf = (above?: number): string =>
      formatRowName({ period: period.row, above, traits: changed });
    return {
      model: model.name,
      otherVendor: isOtherVendors(model.rates),
      fromMs: period.fromMs,
      untilMs: period.untilMs,
      card: rateCard(nameOf(), period.rates, period, factors),
      above: upper && rateCard(nameOf(upper.promptTokens), upper.rates, period, factors),
      threshold: upper?.promptTokens ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** A trait the model has no factor for changes nothing and is not named. */
function factorsOf(
  period: RatePeriod,
  regional: boolean,
  traits: number,
): { factors: Decimal[]; changed: RowTrait[] } {
  const factors: Decimal[] = [];
  const changed: RowTrait[] = [];
  const apply = (factor: Decimal | undefined, trait: RowTrait): void => {
    if (factor === undefined) return;
    factors.push(factor);
    changed.push(trait);
  };
  if ((traits & fastBit) !== 0) apply(period.fast, 'fast');
  // A request runs in one place: the premium for staying there is paid once.
  if (regional) apply(period.bedrockRegion, 'region');
  else if ((traits & usBit) !== 0) apply(period.usGeo, 'us');
  for (const tier of serviceTiers) if ((traits & tierBits[tier]) !== 0) apply(period[tier], tier);
  return { factors, changed };
}

/** Everything a cost depends on, in a fixed order, as a fingerprint. */
function revisionOf(table: RateTable): string {
  const models = [...table.models.values()]
    .map(({ id, periods }) => `${id} ${JSON.stringify(periods.map(periodKey))}`)
    .sort();
  const ids = [...table.ids].map(([name, id]) => `${name}=${id}`).sort();
  return fingerprint([rulesVersion, ...models, ...ids].join('\n'));
}

function periodKey(period: RatePeriod): unknown {
  const text = (value: Decimal | undefined): string | null => (value ? decimalText(value) : null);
  return [
    String(period.fromMs),
    String(period.untilMs),
    period.row,
    mapRates((name) => decimalText(period.rates[name])),
    period.above && [
      period.above.promptTokens,
      mapRates((name) => decimalText(period.above!.rates[name])),
    ],
    text(period.webSearchPerThousand),
    text(period.fast),
    text(period.usGeo),
    text(period.bedrockRegion),
    ...serviceTiers.map((tier) => text(period[tier])),
    // Only where it is so: every other revision stays what it was.
    ...(period.fastUnpriced === true ? ['fast unpriced'] : []),
  ];
}
