import { readFileSync } from 'node:fs';
import { HumanError, messageOf } from '../model/errors.ts';
import { tokenClasses } from '../model/tokens.ts';
import { normaliseModel } from '../pricing/matchModel.ts';
import type { OverrideRow, PriceOverrides } from '../pricing/overrides.ts';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { createPriceBook, type RateBook } from '../pricing/priceBook.ts';

/** A place the user's own prices come from. */
export interface PriceSource {
  /** How a person finds it: the setting's name or the file's path. */
  readonly name: string;
  readonly data: unknown;
}

/** The user's own prices, all sources together. */
export interface UserPrices {
  readonly overrides: PriceOverrides;
  /** The same in the form they are written in, valid entries only: what the indexer is given. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Each names its source. */
  readonly problems: readonly string[];
}

const list = createPriceBook();

/**
 * Puts the user's prices together. An earlier source wins over a later one, model by model, so that
 * the setting is never mixed with a file's rates for the same model.
 */
export function mergePrices(sources: readonly PriceSource[]): UserPrices {
  const problems: string[] = [];
  const rows: OverrideRow[] = [];
  const taken = new Set<string>();
  let multiplier: string | undefined;
  for (const { name, data } of sources) {
    const parsed = parsePriceOverrides(data);
    problems.push(...parsed.problems.map((problem) => `${name}: ${problem}`));
    multiplier ??= parsed.overrides.multiplier;
    const fresh = parsed.overrides.rows.filter(({ model }) => !taken.has(keyOf(model)));
    for (const row of fresh) rows.push(row);
    for (const { model } of fresh) taken.add(keyOf(model));
  }
  const overrides = { ...(multiplier !== undefined && { multiplier }), rows };
  return { overrides, raw: writeOverrides(overrides), problems };
}

function keyOf(model: string): string {
  const id = list.modelId(model);
  return id === model ? normaliseModel(model).name : id;
}

/** Where the user's own prices may stand. */
export interface PricePlaces {
  /** The setting `outlay.prices.overrides`. */
  readonly setting: unknown;
  /** The setting `outlay.prices.file`, '' for none. */
  readonly file: string;
  /** What `outlay prices import` stored. */
  readonly imported: string;
}

/** Reads the user's prices from setting, file and import. A named file that is missing is a problem. */
export function readUserPrices(places: PricePlaces): UserPrices {
  const problems: string[] = [];
  const sources: PriceSource[] = [{ name: 'outlay.prices.overrides', data: places.setting }];
  const add = (file: string, mayBeMissing: boolean): void => {
    try {
      sources.push({ name: file, data: readPriceFile(file) });
    } catch (error) {
      const missing = (error as HumanError & { missing?: boolean }).missing === true;
      if (!(missing && mayBeMissing)) problems.push(messageOf(error));
    }
  };
  if (places.file !== '') add(places.file, false);
  add(places.imported, true);
  const merged = mergePrices(sources);
  return { ...merged, problems: [...problems, ...merged.problems] };
}

/** The JSON of a price file. */
export function readPriceFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const human = new HumanError('config', `The price file ${file} cannot be read (${code}).`);
    throw Object.assign(human, { missing: code === 'ENOENT' });
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new HumanError('config', `The price file ${file} is not JSON: ${messageOf(error)}`);
  }
}

/** A book of list prices with the user's own on top. */
export function bookWith(prices: Pick<UserPrices, 'overrides'>): RateBook {
  return createPriceBook(prices.overrides);
}

/** Overrides in the form they are read in, so that they can be stored or handed on. */
export function writeOverrides({ multiplier, rows }: PriceOverrides): Record<string, unknown> {
  const byModel = Map.groupBy(rows, ({ model }) => model);
  const models = [...byModel].map(([model, entries]) => [model, entries.map(writeRow)] as const);
  return {
    ...(multiplier !== undefined && { multiplier }),
    ...(models.length > 0 && { models: Object.fromEntries(models) }),
  };
}

function writeRow(row: OverrideRow): Record<string, unknown> {
  const { rates, above, from, until, local, multiplier, tier, webSearchPerThousand } = row;
  const optional = { from, until, multiplier, tier, webSearchPerThousand };
  return {
    ...ratesOf(rates),
    ...(above && { above: { promptTokens: above.promptTokens, ...ratesOf(above.rates) } }),
    ...(local && { local }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function ratesOf(rates: OverrideRow['rates']): Record<string, string> {
  const named = tokenClasses.filter((name) => rates[name] !== undefined);
  return Object.fromEntries(named.map((name) => [name, rates[name]!]));
}
