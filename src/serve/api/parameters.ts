import * as z from 'zod/mini';
import { HumanError } from '../../model/errors.ts';
import { filterTexts, type OptionDefinition } from '../../query/options.ts';
import { type Askable, listed, type RawOptions } from '../../query/question.ts';

/** A parameter of an address: what it is called, and the schema its value is checked with. */
export interface Parameter {
  readonly name: string;
  readonly text: string;
  readonly schema: z.ZodMiniType;
  /** Name under which a report knows it. */
  readonly option: string;
  /** May be given several times. */
  readonly many: boolean;
  readonly flag: boolean;
}

/** No name of a project or branch is longer. */
const longest = 1000;
const text = z.string().check(z.minLength(1), z.maxLength(longest));

/** How the values of each kind of option are written. */
const kinds = {
  text: () => text,
  list: () => text,
  choice: ({ choices = [] }) => z.enum(choices as [string, ...string[]]),
  count: () => z.string().check(z.regex(/^[1-9]\d{0,8}$/)),
  number: () => z.string().check(z.regex(/^\d{1,9}(\.\d{1,9})?$/)),
  percent: () => z.string().check(z.regex(/^\d{1,9}(\.\d{1,6})?$/)),
  duration: () => z.string().check(z.regex(/^\d{1,4}(m|h|d|w|mo)$/)),
  durations: () => text,
  flag: () => z.enum(['true', 'false']),
} as const satisfies Record<OptionDefinition['kind'], (option: OptionDefinition) => z.ZodMiniType>;

interface ParameterOptions {
  /** Options that are not offered: they are fixed, or write. */
  readonly without?: readonly string[];
  /** Other names of options. */
  readonly names?: Readonly<Record<string, string>>;
}

/** The parameters of what can be asked: its period, its filters and its options. */
export function parametersOf(
  { period, filters, options }: Askable,
  { without = [], names = {} }: ParameterOptions = {},
): Parameter[] {
  const parameter = (
    option: string,
    words: string,
    schema: z.ZodMiniType,
    more: Partial<Parameter> = {},
  ): Parameter => {
    const name = names[option] ?? option;
    return { name, option, text: words, schema, many: false, flag: false, ...more };
  };
  const times =
    period === undefined
      ? []
      : [
          parameter(
            'period',
            `today, yesterday, week, lastweek, month, lastmonth, 2026-11, 7d, all, or FROM..TO (${period} unless another time is given)`,
            text,
          ),
          parameter('since', 'from this time on: a day, a moment, 24h, 7d, 3mo', text),
          parameter('until', 'up to this time; a day is included', text),
        ];
  return [
    ...times,
    ...filters.map((filter) => parameter(filter, `only ${filterTexts[filter].text}`, text)),
    ...options
      .filter(({ name }) => !without.includes(name))
      .map((option) => {
        const { name, kind, default: preset } = option;
        const words = preset === undefined ? option.text : `${option.text} (${String(preset)})`;
        const more = { many: kind === 'list', flag: kind === 'flag' };
        return parameter(name, words, kinds[kind](option), more);
      }),
  ];
}

/** Reads the parameters of an address; what is unknown, twice there or wrong is named. */
export function readParameters(
  parameters: readonly Parameter[],
  given: URLSearchParams,
): RawOptions {
  const raw: Record<string, unknown> = {};
  for (const name of new Set(given.keys())) {
    const parameter = parameters.find((each) => each.name === name);
    if (parameter === undefined) {
      const known = parameters.map((each) => each.name);
      const remedy = known.length === 0 ? 'There is none.' : `Use ${listed(known)}.`;
      throw refused(`There is no parameter ${quoted(name)}. ${remedy}`);
    }
    const values = given.getAll(name);
    if (values.length > 1 && !parameter.many) throw refused(`${name} is given several times.`);
    for (const value of values) {
      const checked = parameter.schema.safeParse(value);
      if (!checked.success) throw refused(wrongParameter(parameter, value, checked.error));
    }
    const [first] = values;
    raw[parameter.option] = parameter.many ? values : parameter.flag ? first === 'true' : first;
  }
  return raw;
}

function wrongParameter({ name, text: words }: Parameter, value: string, error: unknown): string {
  const [issue] = (error as z.core.$ZodError).issues;
  const choices = issue?.code === 'invalid_value' ? issue.values.map(String) : [];
  const remedy = choices.length > 0 ? `Use ${listed(choices)}.` : `It is: ${words}.`;
  return `${name}=${quoted(value)} cannot be used. ${remedy}`;
}

/** What a report says of its options, with the names an address has for them. */
export function inParameters(sentence: string, parameters: readonly Parameter[]): string {
  return sentence.replace(/--([a-z][a-z-]*)/g, (flag, option: string) => {
    const parameter = parameters.find((each) => each.option === option);
    return parameter?.name ?? flag;
  });
}

function refused(sentence: string): HumanError {
  return new HumanError('usage', sentence);
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 80));
}
