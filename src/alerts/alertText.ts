import type { BudgetPeriod } from '../analysis/budgets/budget.ts';
import { isCompanys, recommendedAction, reliefOf } from '../analysis/budgets/budget.ts';
import { parsePeriod, parseScope, parseUnit } from '../analysis/budgets/budgetNotation.ts';
import type { Alert } from '../dataFolder/alertFile.ts';
import { dayOf, localTime, type Zone } from '../model/calendar.ts';
import { formatUsd } from '../model/money.ts';
import { formatTokens } from '../model/tokens.ts';
import type { AlertTemplates, TemplateField } from '../settings/alertSettings.ts';
import { lastPart } from '../text/paths.ts';
import { clip, plainText } from '../text/plainText.ts';

/** How alerts are put into words. */
export interface WordsOptions {
  readonly zone: Zone;
  /** Whether names of projects and titles of sessions may stand in them. */
  readonly names: boolean;
  readonly templates?: AlertTemplates;
}

/** An alert in English. */
export interface AlertWords {
  /** What has happened, such as `Today's budget is used up`. */
  readonly title: string;
  /** How much of what, since when, and where it leads. */
  readonly text: string;
  /** What made most of it; '' where nobody knows or nobody may be named. */
  readonly cause: string;
  /** What to do. */
  readonly action: string;
  /** All of it in a line, or what the user's template says. */
  readonly message: string;
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

/** Dollars without cents where there are none: `$50`, `$41.20`. */
export function usdWords(nano: number): string {
  return formatUsd(Math.round(nano)).replace(/\.00$/, '');
}

/** An alert as a person says it. */
export function alertWords(alert: Alert, options: WordsOptions): AlertWords {
  const { title, text, action } = told(alert, options);
  const cause = causeWords(alert, options);
  const whole = [`${title}: ${text}`, cause, action].filter((part) => part !== '').join(' ');
  const template = options.templates?.[alert.level];
  const words = { title, text, cause, action };
  const message =
    template === undefined ? whole : filled(template, fieldsOf(alert, words, options));
  return { ...words, message: plainText(message) };
}

/** A template with its fields put in; what stands in a value is no field. */
function filled(template: string, fields: Readonly<Record<TemplateField, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(fields, name) ? fields[name as TemplateField] : whole,
  );
}

function fieldsOf(
  alert: Alert,
  { title, text, cause, action }: Omit<AlertWords, 'message'>,
  options: WordsOptions,
): Readonly<Record<TemplateField, string>> {
  const { facts, level, rule } = alert;
  const amount = (value: number | undefined): string =>
    value === undefined ? '' : amountWords(alert, value);
  return {
    title,
    text,
    cause,
    action,
    level,
    rule,
    budget: alert.budget === undefined ? '' : budgetWords(alert, options),
    spent: amount(facts.spent),
    limit: amount(facts.limit),
    forecast: amount(facts.forecast),
    key: options.names ? alert.key : rule,
  };
}

interface Told {
  readonly title: string;
  readonly text: string;
  readonly action: string;
}

function told(alert: Alert, options: WordsOptions): Told {
  const { facts, rule, level, atLeast } = alert;
  const { spent = 0, limit = 0, usual = 0 } = facts;
  const amount = (value: number): string => amountWords(alert, value);
  const least = atLeast ? 'at least ' : '';
  switch (rule) {
    case 'budget':
      return budgetTold(alert, options);
    case 'forecast': {
      const name = budgetWords(alert, options);
      return {
        title: `${capital(name)} is likely to be used up early`,
        text: `${least}${amount(spent)} of ${amount(limit)}, on track for ${amount(facts.forecast ?? 0)}, used up ${whenWords(alert, options)}.`,
        action: 'Look at what costs most, or raise the budget.',
      };
    }
    case 'exhaustion':
      return {
        title: `${capital(budgetWords(alert, options))} is used up soon`,
        text: `${least}${amount(spent)} of ${amount(limit)}, used up ${whenWords(alert, options)} at the pace of the last seven days.`,
        action: 'Look at what costs most, or raise the budget.',
      };
    case 'hourly':
      return {
        title: 'More than your limit for an hour',
        text: `${least}${usdWords(spent)} in the last 60 minutes; the limit is ${usdWords(limit)}.`,
        action: level === 'critical' ? 'See what runs just now.' : 'Keep an eye on it.',
      };
    case 'projection':
      return {
        title: 'On the way to more than your limit for a day',
        text: `${least}${usdWords(spent)} today, on track for ${usdWords(facts.projected ?? 0)}; the limit is ${usdWords(limit)}.`,
        action: level === 'critical' ? 'See what runs just now.' : 'Keep an eye on it.',
      };
    case 'spike':
      return {
        title: 'Spend has jumped',
        text: `${least}${usdWords(spent)} in the last hour, ${timesWords(spent, usual)} the usual ${usdWords(usual)} of the 24 hours before.`,
        action: 'See what runs just now.',
      };
    case 'acceleration':
      return {
        title: 'Spend is speeding up',
        text: `${least}${usdWords(spent)} in the last 24 hours, ${timesWords(spent, usual)} a usual active day (${usdWords(usual)}).`,
        action: 'See what costs most.',
      };
    case 'outlier': {
      const what = alert.cause?.message === undefined ? 'session' : 'message';
      return {
        title: `A ${what} that stands out`,
        text: `${usdWords(spent)} for one ${what}, far more than others (score ${(facts.score ?? 0).toFixed(1)}).`,
        action: 'See what it did.',
      };
    }
    case 'peer':
      return {
        title: 'A peer is over its limit',
        text: `${options.names ? clip(plainText(alert.part), 60) : 'A peer'} spent ${usdWords(spent)} in 24 hours; the limit is ${usdWords(limit)}.`,
        action: '"outlay federation" lists what peers spent.',
      };
  }
}

function budgetTold(alert: Alert, options: WordsOptions): Told {
  const { facts, level, atLeast, budget } = alert;
  const { spent = 0, limit = 0, forecast, judged } = facts;
  const amount = (value: number): string => amountWords(alert, value);
  const name = budgetWords(alert, options);
  const used = `${atLeast ? 'at least ' : ''}${amount(spent)} of ${amount(limit)}`;
  const ahead =
    level === 'stop' && judged === undefined
      ? spent > limit
        ? `, over by ${amount(spent - limit)}`
        : ''
      : forecast === undefined && judged === undefined
        ? ''
        : `, on track for ${amount(judged ?? forecast!)}`;
  const early =
    facts.usedUpAt === undefined || level === 'stop'
      ? ''
      : `, likely used up ${whenWords(alert, options)}`;
  const since = sinceWords(alert, options);
  const asOf =
    facts.asOf === undefined
      ? ''
      : ` What ${isCompanyAlert(alert) ? 'the company counted' : 'the team spent'} is of ${localTime(facts.asOf, options.zone).slice(0, 16)}.`;
  return {
    title: `${capital(name)} ${stateWords(level, judged !== undefined, facts.share ?? 0)}`,
    text: `${used}${since}${ahead}${early}.${asOf}`,
    action: budgetAction(level, budget),
  };
}

/** What is refused at a budget's stop is the guard's to say: only it knows. */
function budgetAction(level: Alert['level'], budget: Alert['budget']): string {
  const scope = parseScope(budget?.scope ?? 'global');
  const period = parsePeriod(budget?.period ?? 'lifetime');
  if (level === 'stop') return `${reliefOf({ scope, period })}.`;
  return recommendedAction(level, { scope, action: 'notify', period });
}

/** Whether it is about a limit of the company's gateway: nobody here changes that. */
export function isCompanyAlert({ budget }: Pick<Alert, 'budget'>): boolean {
  return budget !== undefined && isCompanys(parseScope(budget.scope));
}

function stateWords(level: Alert['level'], byForecast: boolean, share: number): string {
  if (level === 'stop') return byForecast ? 'will not last' : 'is used up';
  const percent = Math.floor(share * 100 + 1e-9);
  return byForecast ? `is on track for ${percent}%` : `is ${percent}% used`;
}

/** What a budget is called, as `today's budget of shop`. */
export function budgetWords(alert: Alert, { zone, names }: WordsOptions): string {
  const { budget, part, at } = alert;
  if (budget === undefined) return 'the budget';
  const scope = parseScope(budget.scope);
  const name = periodWords(parsePeriod(budget.period), at, zone);
  const tokens = parseUnit(budget.unit).kind === 'tokens' ? ' (tokens)' : '';
  const where = ((): string => {
    if (budget.period === 'run') return ' of a run';
    switch (scope.kind) {
      case 'project':
        if (!names) return ' of a project';
        return ` of ${shortName(lastPart(scope.path === '*' ? part : scope.path))}`;
      case 'group':
      case 'branch':
      case 'tag':
        return names ? ` of ${scope.kind} ${shortName(scope.name)}` : ` of a ${scope.kind}`;
      case 'session':
      case 'agent':
        return ` of ${scope.kind === 'agent' ? 'an agent' : 'a session'}`;
      case 'team':
        return ' of the team';
      case 'teamGroup':
        return names ? ` of the team's group ${shortName(scope.name)}` : ' of a group of the team';
      case 'member':
        return ' of all your machines';
      case 'company':
        return ' of the company';
      case 'companyGroup':
        return names
          ? ` of the company's group ${shortName(scope.name)}`
          : ' of a group of the company';
      default:
        return '';
    }
  })();
  return `${name}${where}${tokens}`;
}

function periodWords(period: BudgetPeriod, at: number, zone: Zone): string {
  switch (period.kind) {
    case 'day':
      return "today's budget";
    case 'week':
      return "this week's budget";
    case 'month':
      return `${months[Number(dayOf(at, zone).slice(5, 7)) - 1]}'s budget`;
    case 'rolling':
      return `the budget of any ${period.count} ${period.unit === 'h' ? 'hours' : 'days'}`;
    case 'run':
      return 'the budget';
    case 'lifetime':
      return 'the lifetime budget';
  }
}

function causeWords({ cause, budget, facts, rule }: Alert, { names }: WordsOptions): string {
  if (cause === undefined) return '';
  const who = names
    ? `"${shortName(cause.title ?? cause.session.slice(0, 8))}"`
    : `Session ${cause.session.slice(0, 8)}`;
  if (rule === 'outlier') return `${names ? 'It is ' : ''}${who}.`;
  const unit = budget === undefined ? { kind: 'usd' as const } : parseUnit(budget.unit);
  const amount = amountOf(unit.kind, cause.amount);
  return facts.spent === cause.amount ? `${who} made all of it.` : `${who} made ${amount} of it.`;
}

/** The day something will be used up, in words: today at a time, or a day of the calendar. */
function whenWords({ facts, at }: Alert, { zone }: WordsOptions): string {
  const end = facts.usedUpAt ?? at;
  const day = dayOf(end, zone);
  if (day === dayOf(at, zone)) return `today at ${localTime(end, zone).slice(11, 16)}`;
  const [, month, date] = day.split('-').map(Number);
  return `on ${months[month! - 1]!.slice(0, 3)} ${date}`;
}

function sinceWords({ since, at }: Alert, { zone }: WordsOptions): string {
  if (since === undefined) return '';
  if (dayOf(since, zone) === dayOf(at, zone)) {
    return ` since ${localTime(since, zone).slice(11, 16)}`;
  }
  const [, month, date] = dayOf(since, zone).split('-').map(Number);
  return ` since ${months[month! - 1]!.slice(0, 3)} ${date}`;
}

function timesWords(spent: number, usual: number): string {
  const times = usual === 0 ? 0 : spent / usual;
  return `${times >= 10 ? Math.round(times) : times.toFixed(1)} times`;
}

/** An amount in the unit of the budget an alert is about; dollars without one. */
export function amountWords({ budget }: Alert, value: number): string {
  return amountOf(budget === undefined ? 'usd' : parseUnit(budget.unit).kind, value);
}

function amountOf(unit: 'usd' | 'tokens' | 'agents', value: number): string {
  return unit === 'usd'
    ? usdWords(value)
    : `${formatTokens(Math.round(value)).replace(/\.0(?=\D)/, '')} tokens`;
}

/** Names come from transcripts and settings: one safe line, not too long. */
function shortName(text: string): string {
  return clip(plainText(text), 60);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
