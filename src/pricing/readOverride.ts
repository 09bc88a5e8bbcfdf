import { dayStart } from './days.ts';

/** Where in the user's data something stands, as a person finds it. */
export type JsonPath = string;

/** What is known of a rate before it is read. */
export interface RateRange {
  /** The list price, US dollars per million tokens. */
  readonly list?: number;
  /** Whether nothing at all is a sensible rate; true when not said. */
  readonly free?: boolean;
}

/** No token of any model costs a cent; beyond that somebody mistook the unit. */
const dearest = 10_000;

/** The rate of even the most expensive model per single token is still below this. */
const cheapest = 0.0005;

/** Prices are kept to a billionth of a dollar per million tokens. */
const places = 9;
const largestMultiplier = 100;
const unit = 'Write US dollars per million tokens';

/** Reads values nobody vouches for, and collects what is wrong with them. */
export class Reader {
  readonly problems: string[] = [];

  /** Notes a refusal: where, what is wrong, what to do. */
  refuse(place: JsonPath, wrong: string, remedy: string): void {
    const problem = `${place} ${wrong}. ${remedy}; until then it is ignored.`;
    // One key can feed two classes and be wrong for both in the same way.
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }

  /** The own entries of a plain object, all of whose keys are known if `keys` are given. */
  object(
    data: unknown,
    place: JsonPath,
    keys?: readonly string[],
  ): ReadonlyMap<string, unknown> | undefined {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      this.refuse(place, `is ${kindOf(data)}, not an object`, 'Write it in braces');
      return undefined;
    }
    // A map, because `__proto__` can be a key of its own in JSON.
    const fields = new Map<string, unknown>(Object.entries(data));
    for (const key of fields.keys()) {
      if (keys !== undefined && !keys.includes(key)) {
        this.refuse(`${place}.${key}`, 'is not known', `Use one of ${keys.join(', ')}`);
      }
    }
    return fields;
  }

  /** A rate as a decimal string; undefined when absent or refused. */
  rate(data: unknown, place: JsonPath, range: RateRange): string | undefined {
    const value = this.#number(data, place, unit);
    if (value === undefined) return undefined;
    const wrong = wrongRate(value, range);
    if (wrong === undefined) return plain(value);
    this.refuse(place, wrong.what, wrong.remedy ?? `${unit}, 0 to ${dearest}`);
    return undefined;
  }

  /** A factor above 0 and at most 100, as a decimal string. */
  multiplier(data: unknown, place: JsonPath): string | undefined {
    const remedy = `Write a number above 0 and at most ${largestMultiplier}, such as 0.9`;
    const value = this.#number(data, place, remedy);
    if (value === undefined) return undefined;
    const text = value > 0 && value <= largestMultiplier ? plain(value) : '0';
    if (text !== '0') return text;
    this.refuse(place, `is ${value}`, remedy);
    return undefined;
  }

  /** A day of the calendar. */
  day(data: unknown, place: JsonPath): string | undefined {
    if (data === undefined) return undefined;
    if (typeof data === 'string' && dayStart(data) !== undefined) return data;
    this.refuse(place, 'is not a day', 'Write it as 2026-12-31');
    return undefined;
  }

  /** True or false; absent is false. */
  flag(data: unknown, place: JsonPath): boolean {
    if (data === undefined || typeof data === 'boolean') return data === true;
    this.refuse(place, `is ${kindOf(data)}`, 'Write true or false');
    return false;
  }

  /** One of a few words. */
  oneOf<T extends string>(data: unknown, words: readonly T[], place: JsonPath): T | undefined {
    if (data === undefined) return undefined;
    const word = words.find((candidate) => candidate === data);
    if (word === undefined) this.refuse(place, 'is not known', `Use one of ${words.join(', ')}`);
    return word;
  }

  #number(data: unknown, place: JsonPath, remedy: string): number | undefined {
    if (data === undefined) return undefined;
    // Decimal strings are taken, so that a price list may be copied without touching its digits.
    const value = typeof data === 'string' && /^\d+(\.\d+)?$/.test(data) ? Number(data) : data;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.refuse(place, `is ${kindOf(data)}`, remedy);
    return undefined;
  }
}

function wrongRate(
  value: number,
  { list, free = true }: RateRange,
): { what: string; remedy?: string } | undefined {
  if (value < 0) return { what: `is negative (${value})` };
  if (value > dearest) return { what: `is ${value}, which no model costs` };
  if (value === 0) {
    if (free) return undefined;
    return { what: 'is 0', remedy: 'Write "local": true if the model costs nothing' };
  }
  if (value < cheapest) return { what: `is ${value}, which looks like a price per single token` };
  if (list !== undefined && list > 0) {
    if (value * 100 <= list) {
      return { what: `is ${value}, a hundredth or less of the list price ${list}` };
    }
    if (value >= list * 100) {
      return { what: `is ${value}, a hundred times or more the list price ${list}` };
    }
  }
  return undefined;
}

/** Plain digits without exponent or trailing zeros. */
function plain(value: number): string {
  return value.toFixed(places).replace(/\.?0+$/, '');
}

function kindOf(data: unknown): string {
  if (data === null) return 'null';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'string') return `the text ${JSON.stringify(data.slice(0, 40))}`;
  if (typeof data === 'number') return String(data);
  return typeof data === 'object' ? 'an object' : `of type ${typeof data}`;
}
