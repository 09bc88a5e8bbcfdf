import { type TokenClass, tokenClasses } from '../model/tokens.ts';
import { bundledCatalogue, type Catalogue } from './catalogue.ts';
import { dayStart } from './days.ts';
import { isModelId, matchModel, normaliseModel } from './matchModel.ts';
import { grades, noOverrides, type OverrideRow, type PriceOverrides } from './overrides.ts';
import { catalogueIds } from './rateTable.ts';
import { type JsonPath, type RateRange, Reader } from './readOverride.ts';

/** What came of reading a user's prices: what is in force, and what was refused and why. */
export interface ParsedOverrides {
  readonly overrides: PriceOverrides;
  /** One sentence each: where, what is wrong, what to write instead. */
  readonly problems: readonly string[];
}

const topKeys = ['multiplier', 'models', 'overrides', '$schema', 'note'];
const bandKeys = ['promptTokens', 'cacheWrite', ...tokenClasses];
const rowKeys = [
  ...['input', 'output', 'cacheWrite', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead', 'above'],
  ...['webSearchPerThousand', 'from', 'until', 'local', 'multiplier', 'tier', 'note'],
];
const mostRows = 1_000;

/**
 * Reads prices of the user's own from a setting or a file, trusting nothing in it:
 *
 *     { "multiplier": 0.9,
 *       "models": { "glm-4.7": { "input": 0.6, "output": 2.2 },
 *                   "claude-opus-5-5": [{ "cacheRead": 0.15, "from": "2026-12-01" }],
 *                   "qwen3-coder:30b": { "local": true } } }
 *
 * Rates are US dollars per million tokens. `overrides` in place of `models` and `cacheWrite` for
 * both cache lifetimes are read as well, because Claude Code's managed `modelPricing` is written
 * so. An entry with anything wrong in it is left out as a whole, the others hold.
 */
export function parsePriceOverrides(
  data: unknown,
  base: Catalogue = bundledCatalogue,
): ParsedOverrides {
  if (data === undefined || data === null) return { overrides: noOverrides, problems: [] };
  const reader = new Reader();
  const top = reader.object(data, 'prices', topKeys);
  if (top === undefined) return { overrides: noOverrides, problems: reader.problems };
  const multiplier = reader.multiplier(top.get('multiplier'), 'multiplier');
  const rows = new RowReader(reader, base);
  for (const key of ['models', 'overrides']) {
    if (top.get(key) === undefined) continue;
    for (const [model, entry] of reader.object(top.get(key), key) ?? []) {
      rows.read(model, entry, `${key}[${JSON.stringify(model)}]`);
    }
  }
  return {
    overrides: { ...(multiplier !== undefined && { multiplier }), rows: rows.rows },
    problems: reader.problems,
  };
}

class RowReader {
  readonly rows: OverrideRow[] = [];
  readonly #reader: Reader;
  readonly #base: Catalogue;
  readonly #ids: ReadonlyMap<string, string>;
  /** Windows already taken, by model. */
  readonly #taken = new Map<string, OverrideRow[]>();

  constructor(reader: Reader, base: Catalogue) {
    this.#reader = reader;
    this.#base = base;
    this.#ids = catalogueIds(base);
  }

  read(model: string, entry: unknown, place: JsonPath): void {
    const key = this.#modelKey(model, place);
    if (key === undefined) return;
    const entries = Array.isArray(entry) ? entry : [entry];
    for (const [index, one] of entries.entries()) {
      const where = Array.isArray(entry) ? `${place}[${index}]` : place;
      if (this.rows.length >= mostRows) {
        this.#reader.refuse(where, `is one of more than ${mostRows} entries`, 'Remove some');
        return;
      }
      const row = this.#row(model, one, where);
      if (row === undefined || !this.#claim(key, row, where)) continue;
      this.rows.push(row);
    }
  }

  /** What tells models apart: the catalogue's id or the normalised name. */
  #modelKey(model: string, place: JsonPath): string | undefined {
    if (!isModelId(model)) {
      this.#reader.refuse(place, 'is not a model id', 'Write the id as the transcripts have it');
      return undefined;
    }
    const match = matchModel(model, this.#ids);
    if (match?.regional === true) {
      this.#reader.refuse(
        place,
        'names one region of a model',
        `Write ${match.id}; the regional factor is applied on top`,
      );
      return undefined;
    }
    return match?.id ?? normaliseModel(model).name;
  }

  #row(model: string, entry: unknown, place: JsonPath): OverrideRow | undefined {
    const reader = this.#reader;
    const before = reader.problems.length;
    const fields = reader.object(entry, place, rowKeys);
    if (fields === undefined) return undefined;
    const local = reader.flag(fields.get('local'), `${place}.local`);
    const from = reader.day(fields.get('from'), `${place}.from`);
    const until = reader.day(fields.get('until'), `${place}.until`);
    const multiplier = reader.multiplier(fields.get('multiplier'), `${place}.multiplier`);
    const tier = reader.oneOf(fields.get('tier'), grades, `${place}.tier`);
    const search = reader.rate(
      fields.get('webSearchPerThousand'),
      `${place}.webSearchPerThousand`,
      {},
    );
    const rates = this.#rates(model, fields, place, local);
    const above = this.#above(model, fields.get('above'), `${place}.above`, local);
    if (from !== undefined && until !== undefined && from >= until) {
      reader.refuse(place, `ends (${until}) before it begins (${from})`, 'Swap the two days');
    }
    if (reader.problems.length === before) {
      this.#checkComplete(model, { local, rates, fields }, place);
    }
    if (reader.problems.length > before) return undefined;
    return {
      model,
      rates,
      local,
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      ...(multiplier !== undefined && { multiplier }),
      ...(tier !== undefined && { tier }),
      ...(search !== undefined && { webSearchPerThousand: search }),
      ...(above !== undefined && { above }),
    };
  }

  #rates(
    model: string,
    fields: ReadonlyMap<string, unknown>,
    place: JsonPath,
    local: boolean,
    upper = false,
  ): OverrideRow['rates'] {
    const rates: { [K in TokenClass]?: string } = {};
    for (const name of tokenClasses) {
      const both = name.startsWith('cacheWrite') && fields.get(name) === undefined;
      const key = both ? 'cacheWrite' : name;
      const range = local ? {} : this.#range(model, name, upper);
      const rate = this.#reader.rate(fields.get(key), `${place}.${key}`, range);
      if (rate !== undefined) rates[name] = rate;
    }
    return rates;
  }

  #above(
    model: string,
    data: unknown,
    place: JsonPath,
    local: boolean,
  ): OverrideRow['above'] | undefined {
    if (data === undefined) return undefined;
    const fields = this.#reader.object(data, place, bandKeys);
    if (fields === undefined) return undefined;
    const promptTokens = fields.get('promptTokens');
    if (!Number.isSafeInteger(promptTokens) || (promptTokens as number) < 1) {
      this.#reader.refuse(
        `${place}.promptTokens`,
        'is missing or not a whole number of tokens',
        'Write the longest prompt the lower rates hold for, such as 200000',
      );
      return undefined;
    }
    const rates = this.#rates(model, fields, place, local, true);
    return { promptTokens: promptTokens as number, rates };
  }

  /** Around the list price, where there is one: nobody is billed a hundredth or the hundredfold. */
  #range(model: string, name: TokenClass, upper: boolean): RateRange {
    const id = matchModel(model, this.#ids)?.id;
    const models = [...this.#base.models, ...(this.#base.others?.models ?? [])];
    const row = models.find((candidate) => candidate.id === id)?.rows.at(-1);
    if (row === undefined) return {};
    const list = Number((upper ? (row.above ?? row) : row)[name]);
    return { list, free: name !== 'input' && name !== 'output' };
  }

  #checkComplete(
    model: string,
    row: {
      local: boolean;
      rates: OverrideRow['rates'];
      fields: ReadonlyMap<string, unknown>;
    },
    place: JsonPath,
  ): void {
    const { input, output } = row.rates;
    if (row.local) return;
    const known = matchModel(model, this.#ids) !== undefined;
    if (known) {
      const says = rowKeys.some(
        (key) => !['from', 'until', 'local', 'note'].includes(key) && row.fields.has(key),
      );
      if (!says) this.#reader.refuse(place, 'changes nothing', 'Write the rates that differ');
    } else if (input === undefined || output === undefined) {
      this.#reader.refuse(
        place,
        'needs both input and output, because the catalogue does not know the model',
        'Add them in US dollars per million tokens, or "local": true for one that costs nothing',
      );
    } else if (input === '0' && output === '0') {
      this.#reader.refuse(place, 'costs nothing', 'Write "local": true if that is meant');
    }
  }

  /** Two prices for one day cannot both hold: the one written first does. */
  #claim(key: string, row: OverrideRow, place: JsonPath): boolean {
    const taken = this.#taken.get(key) ?? [];
    const clash = taken.find((other) => overlap(row, other));
    if (clash !== undefined) {
      this.#reader.refuse(
        place,
        `covers days an earlier entry for ${clash.model} already covers`,
        'Give each a from and an until that do not overlap',
      );
      return false;
    }
    this.#taken.set(key, [...taken, row]);
    return true;
  }
}

function overlap(a: OverrideRow, b: OverrideRow): boolean {
  const start = (row: OverrideRow): number => dayStart(row.from ?? '') ?? Number.NEGATIVE_INFINITY;
  const end = (row: OverrideRow): number => dayStart(row.until ?? '') ?? Number.POSITIVE_INFINITY;
  return start(a) < end(b) && start(b) < end(a);
}
