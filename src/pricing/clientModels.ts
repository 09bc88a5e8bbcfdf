import type { ClientPriceList, ClientPriceSource } from '../model/clientPrices.ts';
import { isObject } from '../model/objects.ts';
import { type TokenClass, tokenClasses } from '../model/tokens.ts';
import {
  bundledCatalogue,
  type Catalogue,
  type CatalogueModel,
  type CatalogueRow,
  type RateTexts,
} from './catalogue.ts';
import { decimal, decimalText, times } from './decimal.ts';
import { isModelId, matchModel, normaliseModel } from './matchModel.ts';
import { catalogueIds, usualCacheRates } from './rateTable.ts';
import { Reader } from './readOverride.ts';
import { familyInName } from './tiers.ts';

/** Models taken from Claude Code's lists; a list of more is no price list. */
const mostModels = 200;

/** Entries looked at, usable or not. */
const mostEntries = 2_000;

/** What every newer model costs more in one place (`inference_geo: us`, a region of Bedrock). */
const placeFactor = '1.1';

/** How a list's prices are called where a source is named. */
const sources: Readonly<Record<ClientPriceSource, string>> = {
  client: "Claude Code's own price, as served to it (additionalModelCostsCache in .claude.json)",
  managed: "modelPricing in Claude Code's managed settings",
};

/** What an entry says, without the model's name. */
type Priced = Omit<CatalogueModel, 'id' | 'rows'> & { readonly row: Omit<CatalogueRow, 'source'> };

const entryReaders: Readonly<Record<ClientPriceSource, (data: unknown) => Priced | undefined>> = {
  client: servedEntry,
  managed: managedEntry,
};

/**
 * Models Claude Code knows the price of and a catalogue does not, so that a model is priced from its
 * first day on. A model the catalogue knows is never changed. Lists that come first win. Nothing in them
 * is trusted: an entry with anything wrong in it is left out, as Claude Code does.
 */
export function clientModels(
  lists: readonly ClientPriceList[],
  base: Catalogue = bundledCatalogue,
): CatalogueModel[] {
  const found = new Map<string, CatalogueModel>();
  if (lists.length === 0) return [];
  const known = catalogueIds(base);
  for (const { source, data } of lists) {
    for (const [written, entry] of entriesOf(source, data)) {
      if (found.size >= mostModels) break;
      const { name, regional } = normaliseModel(written);
      // A price for one region would be taken for the model's everywhere.
      if (!isModelId(written) || regional || matchModel(written, known) !== undefined) continue;
      if (found.has(name)) continue;
      const priced = entryReaders[source](entry);
      if (priced !== undefined) found.set(name, modelOf(name, source, priced));
    }
  }
  return [...found.values()];
}

/** A catalogue with what Claude Code names beside it; the catalogue itself where that is nothing. */
export function extendCatalogue(
  models: readonly CatalogueModel[] = [],
  base: Catalogue = bundledCatalogue,
): Catalogue {
  if (models.length === 0) return base;
  return {
    ...base,
    sources: { ...base.sources, ...sources },
    models: [...base.models, ...models],
  };
}

function entriesOf(source: ClientPriceSource, data: unknown): [string, unknown][] {
  const list = source === 'managed' && isObject(data) ? data.overrides : data;
  return isObject(list) ? Object.entries(list).slice(0, mostEntries) : [];
}

function modelOf(id: string, namedBy: ClientPriceSource, { row, ...rest }: Priced): CatalogueModel {
  const family = familyInName(id);
  return { id, ...(family && { family }), namedBy, ...rest, rows: [{ ...row, source: namedBy }] };
}

/** An entry of managed settings is charged as it stands, wherever and however fast. */
function managedEntry(data: unknown): Priced | undefined {
  if (!isObject(data)) return undefined;
  const write = rate(data.cacheWrite);
  const row = complete({
    input: rate(data.input),
    output: rate(data.output),
    cacheWrite5m: write,
    cacheWrite1h: write,
    cacheRead: rate(data.cacheRead),
  });
  return row && { row };
}

/** An entry of the list served to Claude Code. What is optional there may be absent, but not wrong. */
function servedEntry(data: unknown): Priced | undefined {
  const rates = servedRates(data);
  if (rates === undefined || !isObject(data)) return undefined;
  const { longPrompt, fast, webSearchRequests } = data;
  const band = longPrompt === undefined ? {} : bandOf(longPrompt);
  const speed = fast === undefined ? {} : fastOf(rates, fast);
  const search = webSearchRequests === undefined ? {} : searchOf(webSearchRequests);
  if (band === undefined || speed === undefined || search === undefined) return undefined;
  const places = { usGeo: placeFactor, bedrockRegion: placeFactor };
  return { ...speed, ...places, ...search, row: { ...rates, ...band } };
}

function servedRates(data: unknown): RateTexts | undefined {
  if (!isObject(data)) return undefined;
  const input = rate(data.inputTokens);
  const hourly = data.promptCacheWrite1hTokens;
  return complete({
    input,
    output: rate(data.outputTokens),
    cacheWrite5m: rate(data.promptCacheWriteTokens),
    cacheWrite1h: hourly === undefined ? usualCacheRates(input).cacheWrite1h : rate(hourly),
    cacheRead: rate(data.promptCacheReadTokens),
  });
}

function bandOf(data: unknown): Pick<CatalogueRow, 'above'> | undefined {
  const rates = servedRates(data);
  const promptTokens = isObject(data) ? data.abovePromptTokens : undefined;
  const isCount = Number.isSafeInteger(promptTokens) && (promptTokens as number) >= 1;
  return rates && isCount
    ? { above: { promptTokens: promptTokens as number, ...rates } }
    : undefined;
}

/** Fast mode is a factor here: where its rates are none, its requests are left without a price. */
function fastOf(
  rates: RateTexts,
  data: unknown,
): Pick<CatalogueModel, 'fast' | 'fastUnpriced'> | undefined {
  const fast = servedRates(data);
  if (fast === undefined) return undefined;
  const by = rates.input === '0' ? 'output' : 'input';
  const factor = new Reader().multiplier(Number(fast[by]) / Number(rates[by]), '');
  const isFactor =
    factor !== undefined &&
    tokenClasses.every(
      (name) => decimalText(times(decimal(rates[name]), decimal(factor))) === fast[name],
    );
  return isFactor ? { fast: { factor } } : { fastUnpriced: true };
}

function searchOf(perSearch: unknown): Pick<CatalogueModel, 'webSearchPerThousand'> | undefined {
  const perThousand = typeof perSearch === 'number' ? rate(perSearch * 1000) : undefined;
  return perThousand === undefined ? undefined : { webSearchPerThousand: perThousand };
}

/** Every rate or none; a price of nothing says that nobody knows it. */
function complete(
  rates: { readonly [K in TokenClass]: string | undefined },
): RateTexts | undefined {
  const isFree = rates.input === '0' && rates.output === '0';
  const isWhole = tokenClasses.every((name) => rates[name] !== undefined);
  return isWhole && !isFree ? (rates as RateTexts) : undefined;
}

/** A rate within reason as a decimal string. Numbers only: Claude Code takes nothing else. */
function rate(value: unknown): string | undefined {
  return typeof value === 'number' ? new Reader().rate(value, '', {}) : undefined;
}
