import * as z from 'zod/mini';
import { type FilterName, filterTexts, type OptionDefinition } from '../query/options.ts';
import { type Askable, listed, type RawOptions } from '../query/question.ts';
import type { ToolInput } from './tool.ts';

/** No name of a project or branch is longer. */
const longest = 1000;
/** Tokens an answer may have: unless told otherwise, and the least and most that may be asked for. */
export const tokenBounds = { usual: 4_000, least: 1_000, most: 10_000 } as const;
/** Entries of each list, unless told otherwise, and at most. */
const itemBounds = { usual: 25, most: 500 } as const;

/** What every tool that asks takes: how long its answer may be. */
export const commonInput = {
  limit: z.optional(
    z
      .int()
      .check(
        z.minimum(1),
        z.maximum(itemBounds.most),
        z.describe(`most entries of each list (${itemBounds.usual})`),
      ),
  ),
  max_tokens: z.optional(
    z
      .int()
      .check(
        z.minimum(tokenBounds.least),
        z.maximum(tokenBounds.most),
        z.describe(`most tokens of the answer (${tokenBounds.usual}); the rest is counted`),
      ),
  ),
};

/** How long an answer may be, as it was asked for. */
export function boundsOf(input: ToolInput): {
  readonly items: number;
  readonly tokens: number;
} {
  const { limit = itemBounds.usual, max_tokens = tokenBounds.usual } = input as {
    limit?: number;
    max_tokens?: number;
  };
  return { items: limit, tokens: max_tokens };
}

type Field = z.ZodMiniType;

const text = z.string().check(z.minLength(1), z.maxLength(longest));

/** How the values of each kind of option are written. */
const kinds = {
  text: () => text,
  list: () => z.array(text),
  choice: ({ choices = [] }) => z.enum(choices as [string, ...string[]]),
  count: () => z.int().check(z.minimum(1), z.maximum(999_999_999)),
  number: () => z.number().check(z.minimum(0), z.maximum(999_999_999)),
  percent: () => z.number().check(z.minimum(0), z.maximum(999_999_999)),
  duration: () => z.string().check(z.regex(/^\d{1,4}(m|h|d|w|mo)$/)),
  durations: () => z.string().check(z.regex(/^\d{1,4}(m|h|d|w|mo)(,\d{1,4}(m|h|d|w|mo)){0,9}$/)),
  flag: () => z.boolean(),
} as const satisfies Record<OptionDefinition['kind'], (option: OptionDefinition) => Field>;

/** What of a report's question a tool takes. */
interface Offered {
  readonly filters?: readonly FilterName[];
  readonly options?: readonly string[];
  /** Another default than the report's own. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** The name of an option as an argument of a tool: `then_by` of `then-by`. */
export function argumentName(option: string): string {
  return option.replaceAll('-', '_');
}

/** The arguments of a tool that asks a report: its period, some of its filters and options. */
export function questionInput(
  { period, filters, options }: Askable,
  { filters: offered = [], options: named = [], defaults = {} }: Offered,
): Record<string, z.ZodMiniOptional<Field>> {
  const described = (schema: Field, words: string): z.ZodMiniOptional<Field> =>
    z.optional(schema.check(z.describe(words)));
  const times = {
    period: described(
      text,
      `today, yesterday, week, lastweek, month, lastmonth, 2026-11, 7d, all, or FROM..TO (${defaults.period ?? period})`,
    ),
    since: described(text, 'from this time on: a day, a moment, 24h, 7d, 3mo'),
    until: described(text, 'up to this time; a day is included'),
  };
  const chosen = options.filter(({ name }) => named.includes(name));
  return {
    ...(period !== undefined && times),
    ...Object.fromEntries(
      chosen.map((option) => {
        const preset = defaults[option.name] ?? option.default;
        const words = preset === undefined ? option.text : `${option.text} (${String(preset)})`;
        return [argumentName(option.name), described(kinds[option.kind](option), words)];
      }),
    ),
    ...Object.fromEntries(
      filters
        .filter((filter) => offered.includes(filter))
        .map((filter) => [filter, described(text, `only ${filterTexts[filter].text}`)]),
    ),
  };
}

/** What was given, as a report is asked it: by the names of its options. */
export function rawOf(input: ToolInput): RawOptions {
  const { limit: _limit, max_tokens: _tokens, ...question } = input;
  return Object.fromEntries(
    Object.entries(question).map(([name, value]) => [
      name.replaceAll('_', '-'),
      typeof value === 'number' ? decimal(value) : value,
    ]),
  );
}

/** A number as it is typed: never with an exponent. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/\.?0+$/, '');
}

/** What is wrong with arguments, in a sentence that names the one and what it may be. */
export function wrongInput(name: string, schema: z.ZodMiniType, error: z.core.$ZodError): string {
  const known = Object.keys(fieldsOf(schema));
  const [issue] = error.issues;
  if (issue === undefined || issue.path.length === 0) {
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
    if (keys.length === 0) return `The arguments of ${name} must be an object.`;
    return `There is no argument ${quoted(keys[0])} of ${name}. Use ${listed(known)}.`;
  }
  const field = String(issue.path[0]);
  const words = fieldsOf(schema)[field]?.description ?? '';
  const choices = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const remedy = choices.length > 0 ? `Use ${listed(choices)}.` : `It is: ${words}.`;
  return `The argument "${field}" of ${name} cannot be used as given. ${remedy}`;
}

/**
 * The schema as JSON Schema, as protocols and manifests want it: without what no caller comes near, since
 * each conversation pays for it.
 */
export function jsonSchemaOf(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return rest;
}

function fieldsOf(schema: z.ZodMiniType): Record<string, { description?: string }> {
  return (jsonSchemaOf(schema).properties ?? {}) as Record<string, { description?: string }>;
}

function quoted(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 80));
}
