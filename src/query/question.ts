import type { TimeSpan } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { shareOfPercent } from '../model/numbers.ts';

import type { FilterName, Filters, OptionDefinition, OptionValue } from './options.ts';
import { type Clock, lengthMs, spanOf } from './spans.ts';

/** What may be asked of a report. */
export interface Askable {
  /** Period where none is asked for; undefined where the report knows no period. */
  readonly period: 'today' | 'week' | 'month' | 'all' | '7d' | '30d' | undefined;
  readonly filters: readonly FilterName[];
  readonly options: readonly OptionDefinition[];
  /** Refuses what cannot be asked together, with a `HumanError`, before anything is read. */
  readonly check?: (question: Question) => void;
}

/** Everything somebody wants to know of a report, read and checked. */
export interface Question {
  /** Undefined: all time. */
  readonly span: TimeSpan | undefined;
  readonly filters: Filters;
  /** Values of the report's own options by name, defaults filled in; `argument` is its argument. */
  readonly options: Readonly<Record<string, OptionValue | undefined>>;
}

/** What was written: by flag name, without the dashes. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** Reads what was written for a report. Wrong values are named with the accepted ones. */
export function readQuestion(definition: Askable, raw: RawOptions, clock: Clock): Question {
  const text = (name: string): string | undefined => {
    const value = raw[name];
    return typeof value === 'string' ? value : undefined;
  };
  const { since, until } = { since: text('since'), until: text('until') };
  const given = text('period');
  const whole = since === undefined && until === undefined;
  const period = given ?? (whole ? definition.period : undefined);
  const span =
    definition.period === undefined ? undefined : spanOf({ since, until, period }, clock);
  const filters: { [K in FilterName]?: string } = {};
  for (const name of definition.filters) {
    const value = text(name)?.trim();
    if (value === '') throw new HumanError('usage', `--${name} is empty.`);
    if (value !== undefined) filters[name] = value;
  }
  const options = Object.fromEntries(
    definition.options.map((option) => [option.name, readOption(option, raw[option.name], clock)]),
  );
  const question = { span, filters, options: { ...options, argument: text('argument') } };
  definition.check?.(question);
  return question;
}

function readOption(
  option: OptionDefinition,
  given: unknown,
  clock: Clock,
): OptionValue | undefined {
  const { kind } = option;
  const value = given ?? option.default;
  if (value === undefined) return undefined;
  if (kind === 'flag') return value === true;
  if (Array.isArray(value)) return value.map(String);
  const written = String(value);
  switch (kind) {
    case 'text':
      return written;
    case 'list':
      return [written];
    case 'choice': {
      if (option.choices?.includes(written)) return written;
      return refuse(option, written, `Use ${listed(option.choices ?? [])}.`);
    }
    case 'count': {
      const number = Number(written);
      if (/^\d{1,9}$/.test(written) && number > 0) return number;
      return refuse(option, written, 'It must be a whole number above 0.');
    }
    case 'number': {
      const number = Number(written);
      if (/^\d{1,9}(\.\d{1,9})?$/.test(written)) return number;
      return refuse(option, written, 'It must be a number, 0 or more.');
    }
    case 'percent': {
      if (/^\d{1,9}(\.\d{1,6})?$/.test(written)) return shareOfPercent(Number(written));
      return refuse(option, written, 'It must be a percentage, 0 or more, such as 50 or 12.5.');
    }
    case 'duration':
      return lengthMs(written, clock) ?? refuse(option, written, durationRemedy);
    case 'durations': {
      const parts = written.split(',').map((part) => part.trim());
      const wrong = parts.find((part) => lengthMs(part, clock) === undefined);
      return wrong === undefined ? parts : refuse(option, wrong, durationRemedy);
    }
  }
}

const durationRemedy = 'Use a length of time such as 90m, 24h, 7d, 2w or 3mo.';

function refuse(option: OptionDefinition, written: string, remedy: string): never {
  throw new HumanError(
    'usage',
    `--${option.name} ${JSON.stringify(written.slice(0, 80))} cannot be used. ${remedy}`,
  );
}

/** `a, b or c` */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** The value of an option that takes text, if it was given or has a default. */
export function textOption({ options }: Question, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The value of an option that takes a number. */
export function numberOption({ options }: Question, name: string): number | undefined {
  const value = options[name];
  return typeof value === 'number' ? value : undefined;
}
