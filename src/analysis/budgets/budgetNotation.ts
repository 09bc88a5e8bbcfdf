import { mostDollars, parseNumber } from '../../model/amount.ts';
import { HumanError } from '../../model/errors.ts';
import { usdToNano } from '../../model/money.ts';
import { tokenClasses } from '../../model/tokens.ts';
import type { BudgetPeriod, BudgetScope, BudgetUnit } from './budget.ts';

/**
 * How scope, period, unit and limit of a budget are written in settings and on the command line. What
 * `format…` writes `parse…` reads; what cannot be read throws a `HumanError`.
 */

/** Reads `global`, `project:<path>` (`project:*` for each), `group:<name>`, `session` … `team`, `team:<group>`, `company`, `company:<group>`. */
export function parseScope(text: string): BudgetScope {
  const [kind, name] = headAndRest(text);
  switch (kind) {
    case 'global':
    case 'session':
    case 'agent':
    case 'member':
      if (name === undefined) return { kind };
      break;
    case 'company':
      if (name === undefined) return { kind };
      if (name) return { kind: 'companyGroup', name };
      break;
    case 'team':
      if (name === undefined) return { kind };
      if (name) return { kind: 'teamGroup', name };
      break;
    case 'project':
      if (name) return { kind, path: name };
      break;
    case 'group':
    case 'branch':
    case 'tag':
      if (name) return { kind, name };
      break;
  }
  throw unknown('scope', text, [
    'global, project:<path>, project:* for each project, group:<name>, session, agent',
    'branch:<name>, tag:<name>, team, team:<group> or member',
  ]);
}

export function formatScope(scope: BudgetScope): string {
  if (scope.kind === 'project') return `project:${scope.path}`;
  if (scope.kind === 'teamGroup') return `team:${scope.name}`;
  if (scope.kind === 'companyGroup') return `company:${scope.name}`;
  return 'name' in scope ? `${scope.kind}:${scope.name}` : scope.kind;
}

/** Reads `day`, `week`, `month`, `lifetime`, `run`, `rolling:<N>h` or `rolling:<N>d`. */
export function parsePeriod(text: string): BudgetPeriod {
  switch (text) {
    case 'day':
    case 'week':
    case 'month':
    case 'lifetime':
    case 'run':
      return { kind: text };
  }
  const [, digits, unit] = /^rolling:([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (digits !== undefined) {
    return { kind: 'rolling', count: Number(digits), unit: unit === 'h' ? 'h' : 'd' };
  }
  throw unknown('period', text, [
    'day, week, month, lifetime, run, or a rolling one such as rolling:5h or rolling:7d',
  ]);
}

export function formatPeriod(period: BudgetPeriod): string {
  return period.kind === 'rolling' ? `rolling:${period.count}${period.unit}` : period.kind;
}

/** Reads `usd`, `agents`, `tokens` (all classes) or `tokens:<class>,…`. */
export function parseUnit(text: string): BudgetUnit {
  const [kind, list] = headAndRest(text);
  if ((kind === 'usd' || kind === 'agents') && list === undefined) return { kind };
  if (kind === 'tokens') {
    const named = new Set(list?.split(',') ?? tokenClasses);
    const classes = tokenClasses.filter((name) => named.has(name));
    if (classes.length === named.size) return { kind, classes };
  }
  throw unknown('unit', text, [
    `usd, agents, tokens, or tokens:<class>,… with the classes ${tokenClasses.join(', ')}`,
  ]);
}

/** The classes are always in one order, so that the same unit is the same text. */
export function formatUnit(unit: BudgetUnit): string {
  if (unit.kind !== 'tokens') return unit.kind;
  if (unit.classes.length === tokenClasses.length) return 'tokens';
  return `tokens:${tokenClasses.filter((name) => unit.classes.includes(name)).join(',')}`;
}

const thousands: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** Reads a limit in its unit: `20`, `$0.50` (into nano-dollars); `100k`, `1.5M` tokens; `5` agents. */
export function parseLimit(text: string, unit: BudgetUnit): number {
  const limit = unit.kind === 'usd' ? dollars(text) : counted(text, unit.kind === 'tokens');
  if (limit !== undefined && limit > 0) return limit;
  const expected = {
    usd: `an amount of dollars above 0 and at most ${mostDollars}, such as 20 or 0.50`,
    tokens: 'a whole number of tokens above 0, such as 500000, 100k or 1M',
    agents: 'a whole number of agents above 0',
  }[unit.kind];
  throw unknown('limit', text, [expected]);
}

function dollars(text: string): number | undefined {
  const amount = parseNumber(
    text
      .trim()
      .replace(/^\$\s*/, '')
      .replace(/^\./, '0.'),
  );
  return amount === undefined || amount > mostDollars ? undefined : usdToNano(amount);
}

function counted(text: string, short: boolean): number | undefined {
  const [, digits = '', suffix = ''] = /^(.*?)([kmb]?)$/i.exec(text.trim()) ?? [];
  if (suffix !== '' && !short) return undefined;
  const count = (parseNumber(digits) ?? 0) * thousands[suffix.toLowerCase()]!;
  return Number.isSafeInteger(count) ? count : undefined;
}

function headAndRest(text: string): [head: string, rest: string | undefined] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function unknown(what: string, text: string, accepted: readonly string[]): HumanError {
  const sentence = `${JSON.stringify(text)} is no ${what} of a budget. Use ${accepted.join(', ')}.`;
  return new HumanError('usage', sentence);
}
