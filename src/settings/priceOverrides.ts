import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HumanError, messageOf } from '../model/errors.ts';
import { appendAll } from '../model/lists.ts';
import { tokenClasses } from '../model/tokens.ts';
import { bundledCatalogue } from '../pricing/catalogue.ts';
import { matchModel, normaliseModel } from '../pricing/matchModel.ts';
import type { OverrideRow, PriceOverrides } from '../pricing/overrides.ts';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { catalogueIds } from '../pricing/rateTable.ts';

/** Where a user's own prices may stand. */
export interface OverrideSources {
  /** The setting `outlay.prices.overrides`, as written. */
  readonly setting: unknown;
  /** The setting `outlay.prices.file`; '' when there is none. */
  readonly file: string;
  /** Holds what `outlay prices import` stored. */
  readonly dataFolder: string;
  /** What would stand in that file, while an import is only being tried. */
  readonly imported?: unknown;
}

/** The user's own prices, all places together. */
export interface MergedOverrides {
  readonly overrides: PriceOverrides;
  /** The same in the form they are written in, valid entries only: what the indexer is given. */
  readonly data: Readonly<Record<string, unknown>>;
  /** One sentence each: in which place, what is wrong, what to do. */
  readonly problems: readonly string[];
}

/** One place with what stands there. */
interface Source {
  /** How a person finds it: the setting's name or the file's path. */
  readonly name: string;
  readonly data: unknown;
}

/** File in the data folder that `outlay prices import` writes. */
export function importedPricesFile(dataFolder: string): string {
  return join(dataFolder, 'prices.json');
}

/**
 * The user's prices from all places: the setting before the named file before what was imported,
 * model by model, so that one model's rates are never mixed from two places. What cannot be read or
 * makes no sense is named, and the rest holds.
 */
export function mergeOverrides(sources: OverrideSources): MergedOverrides {
  const problems: string[] = [];
  const found: Source[] = [{ name: 'outlay.prices.overrides', data: sources.setting }];
  const add = (name: string, mayBeMissing: boolean): void => {
    try {
      found.push({ name, data: readPriceFile(name) });
    } catch (error) {
      const missing = ((error as Error).cause as NodeJS.ErrnoException)?.code === 'ENOENT';
      if (!(missing && mayBeMissing)) problems.push(messageOf(error));
    }
  };
  if (sources.file !== '') add(sources.file, false);
  const imported = importedPricesFile(sources.dataFolder);
  if (sources.imported === undefined) add(imported, true);
  else found.push({ name: imported, data: sources.imported });
  const merged = mergeSources(found);
  return { ...merged, problems: [...problems, ...merged.problems] };
}

/** Puts places together, the first one winning. */
function mergeSources(sources: readonly Source[]): MergedOverrides {
  let ids: ReadonlyMap<string, string> | undefined;
  const keyOf = (model: string): string => {
    // Most users have no prices of their own: nothing is built for them.
    ids ??= catalogueIds(bundledCatalogue);
    return matchModel(model, ids)?.id ?? normaliseModel(model).name;
  };
  const problems: string[] = [];
  const rows: OverrideRow[] = [];
  const taken = new Set<string>();
  let multiplier: string | undefined;
  for (const { name, data } of sources) {
    const parsed = parsePriceOverrides(data);
    appendAll(
      problems,
      parsed.problems.map((problem) => `${name}: ${problem}`),
    );
    multiplier ??= parsed.overrides.multiplier;
    const fresh = parsed.overrides.rows.filter(({ model }) => !taken.has(keyOf(model)));
    appendAll(rows, fresh);
    for (const { model } of fresh) taken.add(keyOf(model));
  }
  const overrides = { ...(multiplier !== undefined && { multiplier }), rows };
  return { overrides, data: writeOverrides(overrides), problems };
}

/** The JSON of a price file. */
export function readPriceFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const message = `The price file ${file} cannot be read (${code}).`;
    throw new HumanError('config', message, { cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new HumanError('config', `The price file ${file} is not JSON: ${messageOf(error)}`);
  }
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
