import { l10n } from 'vscode';
import { alertWords, isCompanyAlert } from '../../alerts/alertText.ts';
import { parsePeriod, parseScope, parseUnit } from '../../analysis/budgets/budgetNotation.ts';
import type { Alert } from '../../dataFolder/alertFile.ts';
import type { Level } from '../../model/level.ts';
import type { AlertTemplates } from '../../settings/alertSettings.ts';
import type { Format } from '../text/format.ts';
import { oneLine, projectName } from '../text/names.ts';

/** How alerts are written in the editor. */
export interface AlertTextOptions {
  readonly format: Format;
  readonly templates: AlertTemplates;
  readonly zone: string;
}

/** An alert in a sentence or two, in the editor's language, or as the user's template says it. */
export function alertText(alert: Alert, { format, templates, zone }: AlertTextOptions): string {
  if (templates[alert.level] !== undefined) {
    return alertWords(alert, { zone, names: true, templates }).message;
  }
  const cause = causeText(alert, format);
  return [factText(alert, format), ...(cause === '' ? [] : [cause])].join(' ');
}

function factText(alert: Alert, format: Format): string {
  const { facts, rule, atLeast } = alert;
  const amount = (value: number | undefined): string => amountText(alert, value ?? 0, format);
  const spent = atLeast ? l10n.t('at least {0}', amount(facts.spent)) : amount(facts.spent);
  const limit = amount(facts.limit);
  const usual = amount(facts.usual);
  switch (rule) {
    case 'budget':
      return levelText(alert, spent, format) + asOfText(alert, format);
    case 'forecast':
      return l10n.t(
        '{0} is likely to be used up early, {1}: {2} of {3}, on track for {4}.',
        budgetText(alert, format),
        whenText(alert, format),
        spent,
        limit,
        amount(facts.forecast),
      );
    case 'exhaustion':
      return l10n.t(
        'At the pace of the last seven days, {0} will be used up {1}: {2} of {3}.',
        budgetText(alert, format),
        whenText(alert, format),
        spent,
        limit,
      );
    case 'hourly':
      return l10n.t(
        'Claude Code cost {0} in the last 60 minutes; your limit is {1}.',
        spent,
        limit,
      );
    case 'projection':
      return l10n.t(
        'Claude Code cost {0} today, on track for {1}; your limit is {2}.',
        spent,
        amount(facts.projected),
        limit,
      );
    case 'spike':
      return l10n.t('Spend has jumped: {0} in the last hour, usually {1}.', spent, usual);
    case 'acceleration':
      return l10n.t('Spend is speeding up: {0} in the last 24 hours, usually {1}.', spent, usual);
    case 'outlier':
      return alert.cause?.message === undefined
        ? l10n.t('A session stands out: {0}, far more than others.', spent)
        : l10n.t('A message stands out: {0}, far more than others.', spent);
    case 'peer':
      return l10n.t(
        'The peer {0} spent {1} in 24 hours; the limit is {2}.',
        oneLine(alert.part, 60),
        spent,
        limit,
      );
  }
}

/** How much of which budget, since when, and where it leads. */
function levelText(alert: Alert, spent: string, format: Format): string {
  const { facts, level, since, at } = alert;
  const amount = (value: number): string => amountText(alert, value, format);
  const name = budgetText(alert, format);
  const limit = amount(facts.limit ?? 0);
  const begin =
    since === undefined
      ? ''
      : format.day(since) === format.day(at)
        ? format.time(since)
        : format.day(since);
  const forecast = facts.judged ?? facts.forecast;
  if (level === 'stop' && facts.judged === undefined) {
    const over = (facts.spent ?? 0) - (facts.limit ?? 0);
    if (begin === '') return l10n.t('{0} of {1} is used up: {2}.', name, limit, spent);
    return over > 0
      ? l10n.t(
          '{0} of {1} is used up: {2} since {3}, over by {4}.',
          name,
          limit,
          spent,
          begin,
          amount(over),
        )
      : l10n.t('{0} of {1} is used up: {2} since {3}.', name, limit, spent, begin);
  }
  const ahead =
    forecast === undefined ? '' : ` ${l10n.t('It is on track for {0}.', amount(forecast))}`;
  const text =
    begin === ''
      ? l10n.t('{0}: {1} of {2}.', name, spent, limit)
      : l10n.t('{0}: {1} of {2} since {3}.', name, spent, limit, begin);
  return text + ahead;
}

/** That more may be spent since, where a team's ledger or the company's gateway was not asked for long. */
function asOfText(alert: Alert, format: Format): string {
  const { asOf } = alert.facts;
  if (asOf === undefined) return '';
  const when = format.dateTime(asOf);
  const text = isCompanyAlert(alert)
    ? l10n.t('What the company counted is of {0}.', when)
    : l10n.t('What the team spent is of {0}.', when);
  return ` ${text}`;
}

/** What a budget is called. */
export function budgetText({ budget, part, at }: Alert, format: Format): string {
  if (budget === undefined) return l10n.t('The budget');
  const scope = parseScope(budget.scope);
  const name = periodText(budget.period, at, format);
  if (budget.period === 'run') return name;
  switch (scope.kind) {
    case 'project':
      return l10n.t('{0} for {1}', name, projectName(scope.path === '*' ? part : scope.path));
    case 'group':
    case 'branch':
    case 'tag':
      return l10n.t('{0} for {1}', name, oneLine(scope.name, 60));
    case 'session':
      return l10n.t('{0} for a session', name);
    case 'agent':
      return l10n.t('{0} for an agent', name);
    case 'team':
      return l10n.t('{0} for the team', name);
    case 'teamGroup':
      return l10n.t('{0} for the group {1} of the team', name, oneLine(scope.name, 60));
    case 'member':
      return l10n.t('{0} for all your machines', name);
    case 'company':
      return l10n.t('{0} set by the company', name);
    case 'companyGroup':
      return l10n.t('{0} set by the company for the group {1}', name, oneLine(scope.name, 60));
    default:
      return name;
  }
}

function periodText(written: string, at: number, format: Format): string {
  const period = parsePeriod(written);
  switch (period.kind) {
    case 'day':
      return l10n.t('Today’s Claude Code budget');
    case 'week':
      return l10n.t('This week’s Claude Code budget');
    case 'month':
      return l10n.t('The Claude Code budget for {0}', format.month(at));
    case 'lifetime':
      return l10n.t('The lifetime Claude Code budget');
    case 'run':
      return l10n.t('The Claude Code budget per run');
    case 'rolling':
      return period.unit === 'h'
        ? l10n.t('The {0}-hour Claude Code budget', period.count)
        : l10n.t('The {0}-day Claude Code budget', period.count);
  }
}

function causeText(alert: Alert, format: Format): string {
  const { cause, facts, rule } = alert;
  if (cause === undefined) return '';
  const who = oneLine(cause.title ?? cause.session.slice(0, 8), 60);
  if (rule === 'outlier') return l10n.t('It is “{0}”.', who);
  return facts.spent === cause.amount
    ? l10n.t('“{0}” made all of it.', who)
    : l10n.t('“{0}” made {1} of it.', who, amountText(alert, cause.amount, format));
}

function whenText({ facts, at }: Alert, format: Format): string {
  const end = facts.usedUpAt ?? at;
  return format.day(end) === format.day(at)
    ? l10n.t('today at {0}', format.time(end))
    : l10n.t('on {0}', format.day(end));
}

/** Budgets are in dollars whatever is shown elsewhere. */
function amountText({ budget }: Alert, value: number, format: Format): string {
  if (budget !== undefined && parseUnit(budget.unit).kind !== 'usd') {
    return l10n.t('{0} tokens', format.tokens(Math.round(value)));
  }
  return format.dollars(Math.round(value)).replace(/[.,]00$/, '');
}

/** The codicon of a level. */
export function levelIcon(level: Exclude<Level, 'ok'>): string {
  return { info: 'info', warning: 'warning', critical: 'error', stop: 'circle-slash' }[level];
}
