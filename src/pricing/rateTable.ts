import type { ClientPriceSource } from '../model/clientPrices.ts';
import { type TokenClass, tokenClasses } from '../model/tokens.ts';
import type { Catalogue, CatalogueModel, CatalogueRow, RateTexts } from './catalogue.ts';
import { dayStart } from './days.ts';
import { type Decimal, decimal, decimalText, decimalZero, times } from './decimal.ts';
import { matchModel, normaliseModel } from './matchModel.ts';
import type { Provider } from './otherVendors.ts';
import type { OverrideRow, PartialRates, PriceOverrides } from './overrides.ts';
import { periodRowName, type ServiceTier } from './rowName.ts';
import { gradeOfRate, type Tier } from './tiers.ts';

/** Who says a price: the catalogue, Claude Code (as its list or its managed settings have it), or the user. */
export type PriceOrigin = 'catalogue' | ClientPriceSource | 'override';

/** Whether a price is Claude Code's own, of a model the catalogue does not know. */
export function isNamedByClient({ origin }: { readonly origin: PriceOrigin }): boolean {
  return origin === 'client' || origin === 'managed';
}

/** A rate for every token class, US dollars per million tokens. */
export type Rates = { readonly [K in TokenClass]: Decimal };

/** What a model costs over one period, the user's overrides and multipliers included. */
export interface RatePeriod {
  /** First moment (UTC ms); -Infinity where the price also holds for what is older than itself. */
  readonly fromMs: number;
  /** First moment (UTC ms) it no longer holds, or Infinity. */
  readonly untilMs: number;
  /** The day the price row names, or null for a user's row without one. */
  readonly from: string | null;
  /** Names the price row, without the traits of a request. */
  readonly row: string;
  readonly rates: Rates;
  /** The rates of a whole request whose prompt is strictly longer. */
  readonly above?: { readonly promptTokens: number; readonly rates: Rates };
  /** US dollars per thousand searches. */
  readonly webSearchPerThousand: Decimal;
  /** What the user multiplies by; already in the rates. */
  readonly multiplier: Decimal;
  readonly fast?: Decimal;
  readonly fastRemoved?: string;
  /** Fast requests have no price. */
  readonly fastUnpriced?: true;
  readonly usGeo?: Decimal;
  readonly bedrockRegion?: Decimal;
  readonly batch?: Decimal;
  readonly priority?: Decimal;
  readonly flex?: Decimal;
  readonly origin: PriceOrigin;
  /** Where the catalogue's part comes from, in words; null when nothing is left of it. */
  readonly source: string | null;
  readonly checked: string | null;
}

/** A model of a price book with its price through time. */
export interface ModelRates {
  readonly id: string;
  /** Who makes it: null where only a user's row knows the model. */
  readonly provider: Provider | 'anthropic' | null;
  /** Set where the price is Claude Code's own, wherever no row of the user's is laid over it. */
  readonly namedBy: ClientPriceSource | undefined;
  readonly tier: Tier;
  readonly retired: boolean;
  /** The day Anthropic ends the model and who says so, in words; null where no day is known. */
  readonly ends: { readonly day: string; readonly source: string } | null;
  /** Oldest first, not overlapping; gaps only where a user's dated row is all there is. */
  readonly periods: readonly RatePeriod[];
}

/** Whether a model is neither Claude's nor known from a user's row alone. */
export function isOtherVendors({ provider }: Pick<ModelRates, 'provider'>): boolean {
  return provider !== null && provider !== 'anthropic';
}

/** Everything a price book knows about models. */
export interface RateTable {
  readonly models: ReadonlyMap<string, ModelRates>;
  /** Normalised name to model id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Those of them that are other vendors', which are found in more ways. */
  readonly otherIds: ReadonlyMap<string, string>;
  /** Whether some of the prices are the user's own. */
  readonly hasOwn: boolean;
}

/** The normalised names a catalogue's models go by. */
export function catalogueIds({ models, others }: Catalogue): Map<string, string> {
  return new Map([...idsOf(others?.models ?? []), ...idsOf(models)]);
}

function idsOf(models: readonly CatalogueModel[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { id, aliases = [] } of models) {
    for (const name of [id, ...aliases]) ids.set(normaliseModel(name).name, id);
  }
  return ids;
}

/** Lays the user's rows over the catalogue. */
export function rateTable(overrides: PriceOverrides, catalogue: Catalogue): RateTable {
  const known = catalogueIds(catalogue);
  const ids = new Map(known);
  const rowsOf = new Map<string, OverrideRow[]>();
  for (const row of overrides.rows) {
    const name = normaliseModel(row.model).name;
    const id = matchModel(row.model, known)?.id ?? ids.get(name) ?? row.model;
    ids.set(name, id);
    const rows = rowsOf.get(id);
    if (rows === undefined) rowsOf.set(id, [row]);
    else rows.push(row);
  }
  const models = new Map<string, ModelRates>();
  const multiplier = decimal(overrides.multiplier ?? '1');
  const context = { catalogue, multiplier };
  const others = catalogue.others?.models ?? [];
  for (const model of [...catalogue.models, ...others]) {
    models.set(model.id, modelRates(context, model.id, model, rowsOf.get(model.id) ?? []));
    rowsOf.delete(model.id);
  }
  for (const [id, rows] of rowsOf) models.set(id, modelRates(context, id, undefined, rows));
  const hasOwn = overrides.rows.length > 0 || decimalText(multiplier) !== '1';
  return { models, ids, otherIds: idsOf(others), hasOwn };
}

interface Context {
  readonly catalogue: Catalogue;
  readonly multiplier: Decimal;
}

function modelRates(
  context: Context,
  id: string,
  model: CatalogueModel | undefined,
  overrides: readonly OverrideRow[],
): ModelRates {
  let periods: readonly RatePeriod[] | undefined;
  return {
    id,
    provider: model === undefined ? null : (model.provider ?? 'anthropic'),
    namedBy: model?.namedBy,
    tier: tierIn(model, overrides),
    retired: model?.retired === true,
    ends: endOf(context, model),
    // Models are many, and most programs price a few.
    get periods() {
      periods ??= periodsOf(context, id, model, overrides);
      return periods;
    },
  };
}

function periodsOf(
  context: Context,
  id: string,
  model: CatalogueModel | undefined,
  overrides: readonly OverrideRow[],
): readonly RatePeriod[] {
  const periods: RatePeriod[] = [];
  const rows = model?.rows ?? [];
  const cuts = [...rows.slice(1).flatMap(ends), ...overrides.flatMap(ends)];
  const starts = [...new Set([Number.NEGATIVE_INFINITY, ...cuts])]
    .filter((cut) => cut < Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b);
  for (const [index, start] of starts.entries()) {
    const row = rows.findLast((candidate, at) => at === 0 || ends(candidate)[0] <= start);
    const override = overrides.find((candidate) => {
      const [from, until] = ends(candidate);
      return from <= start && start < until;
    });
    const untilMs = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    const period = periodAt(context, { id, model, row, override }, start, untilMs);
    if (period !== undefined) periods.push(period);
  }
  return periods;
}

function endOf({ catalogue }: Context, model: CatalogueModel | undefined): ModelRates['ends'] {
  if (model?.ends === undefined) return null;
  const { day, source } = model.ends;
  return { day, source: catalogue.sources[source] ?? source };
}

/** A window's first moment and the first moment after it. */
function ends({ from, until }: Pick<OverrideRow, 'from' | 'until'>): [number, number] {
  return [
    from === undefined ? Number.NEGATIVE_INFINITY : bound(from),
    until === undefined ? Number.POSITIVE_INFINITY : bound(until),
  ];
}

function bound(day: string): number {
  const ms = dayStart(day);
  if (ms === undefined) throw new RangeError(`not a day: ${day}`);
  return ms;
}

interface Rule {
  readonly id: string;
  readonly model: CatalogueModel | undefined;
  readonly row: CatalogueRow | undefined;
  readonly override: OverrideRow | undefined;
}

function periodAt(
  context: Context,
  { id, model, row, override }: Rule,
  fromMs: number,
  untilMs: number,
): RatePeriod | undefined {
  if (row === undefined && override === undefined) return undefined;
  const multiplier = times(context.multiplier, decimal(override?.multiplier ?? '1'));
  const scaled = (rates: Rates): Rates => mapRates((name) => times(rates[name], multiplier));
  const rates = baseRates(row, override);
  const above = longContext(row, override, rates);
  const from = rowDay(row, override);
  const search =
    override?.webSearchPerThousand ??
    (override?.local === true ? '0' : model?.webSearchPerThousand) ??
    context.catalogue.webSearchPerThousand;
  return {
    fromMs,
    untilMs,
    from,
    row: periodRowName(
      id,
      from ?? model?.namedBy ?? null,
      override !== undefined,
      decimalText(multiplier),
    ),
    rates: scaled(rates),
    ...(above && { above: { promptTokens: above.promptTokens, rates: scaled(above.rates) } }),
    webSearchPerThousand: times(decimal(search), multiplier),
    multiplier,
    ...(model?.fast && { fast: decimal(model.fast.factor) }),
    ...(model?.fast?.removed !== undefined && { fastRemoved: model.fast.removed }),
    ...(model?.fastUnpriced === true && override === undefined && { fastUnpriced: true }),
    ...(model?.usGeo !== undefined && { usGeo: decimal(model.usGeo) }),
    ...(model?.bedrockRegion !== undefined && { bedrockRegion: decimal(model.bedrockRegion) }),
    ...tierFactors(context, model),
    origin: override !== undefined ? 'override' : (model?.namedBy ?? 'catalogue'),
    source: row === undefined ? null : sourceOf(context, model, row.source),
    checked: row?.checked ?? null,
  };
}

function sourceOf({ catalogue }: Context, model: CatalogueModel | undefined, key: string): string {
  const sources = model?.provider === undefined ? catalogue.sources : catalogue.others?.sources;
  return sources?.[key] ?? key;
}

/** A batch of any model is cheaper by the catalogue's factor, but for other vendors', which have their own. */
function tierFactors(
  { catalogue }: Context,
  model: CatalogueModel | undefined,
): Pick<RatePeriod, ServiceTier> {
  const texts = model?.provider === undefined ? { batch: catalogue.batch } : (model.tiers ?? {});
  return Object.fromEntries(
    Object.entries(texts).map(([tier, factor]) => [tier, decimal(factor)] as const),
  );
}

/** The later of the two days: that is when this price began. */
function rowDay(row: CatalogueRow | undefined, override: OverrideRow | undefined): string | null {
  const days = [row?.from, override?.from].filter((day) => day !== undefined).sort();
  return days.at(-1) ?? null;
}

function baseRates(row: CatalogueRow | undefined, override: OverrideRow | undefined): Rates {
  if (override === undefined || override.local) return chosen(override?.rates ?? {}, row, override);
  return chosen(override.rates, row ?? usualCacheRates(override.rates.input), override);
}

/** A named class wins; else what stands below; else a local model's nothing. */
function chosen(
  named: PartialRates,
  below: { readonly [K in TokenClass]?: string } | undefined,
  override: OverrideRow | undefined,
): Rates {
  const rest = override?.local === true ? undefined : below;
  return mapRates((name) => {
    const text = named[name] ?? rest?.[name];
    return text === undefined ? decimalZero : decimal(text);
  });
}

/** Cache rates of a model only its input rate is known of: Anthropic's usual factors. */
export function usualCacheRates(
  input = '0',
): Pick<RateTexts, 'cacheWrite5m' | 'cacheWrite1h' | 'cacheRead'> {
  const base = decimal(input);
  const by = (factor: string): string => decimalText(times(base, decimal(factor)));
  return { cacheWrite5m: by('1.25'), cacheWrite1h: by('2'), cacheRead: by('0.1') };
}

/**
 * The upper band. A class the user named holds at any length, unless the user also named it for
 * long prompts; a class left alone keeps the catalogue's upper rate.
 */
function longContext(
  row: CatalogueRow | undefined,
  override: OverrideRow | undefined,
  base: Rates,
): { promptTokens: number; rates: Rates } | undefined {
  const promptTokens = override?.above?.promptTokens ?? row?.above?.promptTokens;
  if (promptTokens === undefined) return undefined;
  if (override?.local === true && override.above === undefined) return undefined;
  return {
    promptTokens,
    rates: mapRates((name) => {
      const named = override?.above?.rates[name];
      if (named !== undefined) return decimal(named);
      const upper = override?.rates[name] === undefined ? row?.above?.[name] : undefined;
      return upper === undefined || override?.local === true ? base[name] : decimal(upper);
    }),
  };
}

function tierIn(model: CatalogueModel | undefined, overrides: readonly OverrideRow[]): Tier {
  const last = overrides.at(-1);
  if (last?.tier !== undefined) return last.tier;
  if (last?.local === true || model?.provider === 'local') return 'local';
  return (
    model?.family ?? gradeOfRate(Number(last?.rates.input ?? model?.rows.at(-1)?.input ?? '0'))
  );
}

/** A rate for each class. */
export function mapRates<T>(rate: (name: TokenClass) => T): { readonly [K in TokenClass]: T } {
  return Object.fromEntries(tokenClasses.map((name) => [name, rate(name)])) as {
    [K in TokenClass]: T;
  };
}
