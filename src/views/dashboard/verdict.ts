import { l10n } from 'vscode';
import { aboveUsual } from '../../analysis/spend/pace.ts';
import { dayMs } from '../../model/calendar.ts';
import { largestOf } from '../../model/lists.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { DashboardData } from '../../protocol/dashboard.ts';
import type { PanelButton } from '../../protocol/shared.ts';
import { isEarly, raiseButtons } from '../budgets/headline.ts';
import {
  budgetNames,
  dayText,
  isToday,
  likelyText,
  limitText,
  ofLimitText,
  outcomeText,
} from '../budgets/words.ts';
import { changeOf } from '../text/comparison.ts';
import { titleText } from '../text/names.ts';
import { officialRows } from '../text/officialShares.ts';
import { type DashboardInputs, wordsOf } from './inputs.ts';
import { nameOf } from './labels.ts';
import { budgetOf, isEverything } from './periodBudget.ts';
import { savingRange, worthDoing } from './todo.ts';

type Verdict = Required<Pick<DashboardData, 'answer' | 'lead' | 'acts'>>;

/** A saving of so many dollars a month is worth the headline. */
const worthSaying = 5;

/** A budget that is used up in less than this is a matter of now. */
const soonMs = 7 * dayMs;

/** From so much of a plan's window on it is said first. */
const nearlyUsed = 0.75;

/**
 * Whether all is well, and the one thing to do: the first that holds of nothing spent, a budget overrun,
 * one that will be soon, more than usual, much to be saved, and as usual.
 */
export function dashboardVerdict(facts: DashboardInputs): Verdict {
  const { figures, question } = facts;
  if (figures.total === 0 && figures.sums.messages === 0) return nothing(facts);
  if (!isEverything(facts)) return narrowed(facts);
  if (question.period === 'custom') return plain(facts);
  return overBudget(facts) ?? soonOver(facts) ?? planVerdict(facts) ?? against(facts);
}

/** Nothing in the period: when there was something, and the way to it. */
function nothing(facts: DashboardInputs): Verdict {
  const { figures, question, format } = facts;
  const { earlier } = figures;
  const answers: Readonly<Record<typeof question.period, string>> = {
    today: l10n.t('Nothing spent today'),
    '7d': l10n.t('Nothing spent in the last 7 days'),
    '30d': l10n.t('Nothing spent in the last 30 days'),
    month: l10n.t('Nothing spent in {0}', format.monthName(figures.now)),
    all: l10n.t('Nothing spent yet'),
    custom: l10n.t('Nothing spent in this time'),
  };
  const lead =
    earlier === undefined
      ? figures.hasData
        ? ''
        : l10n.t('There are no transcripts on this machine: what stands here is the team’s.')
      : l10n.t(
          'Your last session was “{0}” on {1}.',
          titleText(earlier.session),
          dayText(earlier.session.endedAt, wordsOf(facts)),
        );
  const changes = { period: 'all', since: '', until: '' };
  const all = { label: l10n.t('Show All Time'), act: { kind: 'ask', changes } } as const;
  return {
    answer: answers[question.period],
    lead,
    acts: question.period === 'all' || earlier === undefined ? [] : [all],
  };
}

/** What is looked at is some part of all: how much, and against what. */
function narrowed(facts: DashboardInputs): Verdict {
  const { question } = facts;
  const names = Object.entries(question.filters).flatMap(([kind, value]) =>
    value === ''
      ? []
      : kind === 'project' || kind === 'agent' || kind === 'model'
        ? [nameOf(value, kind)]
        : [value],
  );
  const { answer } = plain(facts);
  return {
    answer: l10n.t('{0} for {1}', answer, new Intl.ListFormat(facts.format.locale).format(names)),
    lead: '',
    acts: [],
  };
}

/** The amount and its period. */
function plain({ figures, question, format }: DashboardInputs): Verdict {
  const { total, now, span } = figures;
  const amount = format.money(total, now);
  const texts: Readonly<Record<typeof question.period, () => string>> = {
    today: () => l10n.t('{0} today', amount),
    '7d': () => l10n.t('{0} in the last 7 days', amount),
    '30d': () => l10n.t('{0} in the last 30 days', amount),
    month: () => l10n.t('{0} in {1} so far', amount, format.monthName(now)),
    all: () => l10n.t('{0} in all', amount),
    custom: () =>
      span === undefined ? amount : l10n.t('{0}: {1}', format.days(span.from, span.to - 1), amount),
  };
  return { answer: texts[question.period](), lead: '', acts: [] };
}

function overBudget(facts: DashboardInputs): Verdict | undefined {
  const { figures, format } = facts;
  const context = wordsOf(facts);
  const index = figures.budgets.findIndex(({ state, budget }) => state.spent > budget.limit);
  const outlook = figures.budgets[index];
  if (outlook === undefined) return undefined;
  const isDay = outlook.budget.period.kind === 'day' && outlook.budget.scope.kind === 'global';
  const since =
    outlook.overSince === undefined
      ? undefined
      : isToday(outlook.overSince, context)
        ? format.time(outlook.overSince)
        : dayText(outlook.overSince, context);
  const name = budgetNames(figures.budgets, context)[index]!;
  const answer = isDay
    ? since === undefined
      ? l10n.t('Over today’s budget')
      : l10n.t('Over today’s budget since {0}', since)
    : since === undefined
      ? l10n.t('Over the budget “{0}”', name)
      : l10n.t('Over the budget “{0}” since {1}', name, since);
  const cause = mainCause(facts, outlook);
  const raise = isDay
    ? raiseButtons(l10n.t('Raise for Today…'), outlook.entry, 'raise')
    : raiseButtons(l10n.t('Raise the Budget…'), outlook.entry, 'raiseFor');
  return {
    answer,
    lead: [l10n.t('{0}.', ofLimitText(outlook, format)), cause?.text ?? '']
      .filter(Boolean)
      .join(' '),
    acts: cause === undefined ? raise : [cause.act, ...raise],
  };
}

/** The session that did most of it, where the period of the budget is the one looked at. */
function mainCause(
  { figures, question }: DashboardInputs,
  { budget }: BudgetOutlook,
): { readonly text: string; readonly act: PanelButton } | undefined {
  const period = { today: 'day', month: 'month', all: 'lifetime' }[question.period as string];
  const [top] = figures.details?.topSessions ?? [];
  if (budget.scope.kind !== 'global' || budget.period.kind !== period || top === undefined) {
    return undefined;
  }
  if (top.nano < figures.total / 2) return undefined;
  const title = titleText({ title: top.title ?? null, sid: top.sid });
  return {
    text: l10n.t('“{0}” did most of it.', title),
    act: {
      label: l10n.t('Show the Session'),
      act: { kind: 'openSession', sid: top.sid, message: '' },
    },
  };
}

function soonOver(facts: DashboardInputs): Verdict | undefined {
  const { figures, format } = facts;
  const context = wordsOf(facts);
  const index = figures.budgets.findIndex(
    (each) => isEarly(each, context) && (each.usedUpAt ?? 0) - figures.now < soonMs,
  );
  const outlook = figures.budgets[index];
  if (outlook === undefined) return undefined;
  const isDay = outlook.budget.period.kind === 'day' && outlook.budget.scope.kind === 'global';
  const at = outlook.usedUpAt!;
  const when = isToday(at, context) ? format.time(at) : dayText(at, context);
  const name = budgetNames(figures.budgets, context)[index]!;
  const likely = likelyText(outlook, format);
  const limit = limitText(outlook.budget, format);
  const raise = raiseButtons(l10n.t('Raise the Budget…'), outlook.entry, 'raiseFor');
  const todo = todoAct(facts);
  return {
    answer: isDay
      ? l10n.t('Today’s budget is likely used up at {0}', when)
      : isToday(at, context)
        ? l10n.t('The budget “{0}” is likely used up at {1}', name, when)
        : l10n.t('The budget “{0}” is likely used up on {1}', name, when),
    lead: [
      likely === '' ? '' : l10n.t('At the pace of the last 7 days: {0} of {1}.', likely, limit),
      savingSentence(facts),
    ]
      .filter(Boolean)
      .join(' '),
    acts: todo === undefined ? raise : [todo, ...raise],
  };
}

/** Of a plan: how much is left of its windows, as Claude Code said. */
function planVerdict(facts: DashboardInputs): Verdict | undefined {
  const { figures, format } = facts;
  if (!figures.subscription) return undefined;
  const [worst, ...others] = officialRows(figures.official, figures.now, format).sort(
    (a, b) => b.share - a.share,
  );
  if (worst === undefined) return undefined;
  const answer =
    worst.share >= 1
      ? l10n.t('{0}: the limit is reached', worst.name)
      : worst.share >= nearlyUsed
        ? l10n.t('{0}: {1} used', worst.name, worst.figure)
        : others.length > 0
          ? l10n.t('Plenty left in this window and this week')
          : l10n.t('Plenty left in this window');
  return { answer, lead: savingSentence(facts), acts: optional(todoAct(facts)) };
}

/** More or less than usual, whether budgets hold, and what could be saved. */
function against(facts: DashboardInputs): Verdict {
  const { question } = facts;
  const [best] = worthDoing(facts.insights);
  const much = (best?.savingsPerMonthUsd?.high ?? 0) >= worthSaying;
  const acts = optional(todoAct(facts));
  const lead = [nearestBudget(facts), savingSentence(facts)].filter(Boolean).join(' ');
  if (question.period === 'all') return { answer: latelyText(facts), lead, acts };
  const usual = usualRatio(facts);
  if (usual === undefined) return { ...plain(facts), lead, acts };
  const budget = insideBudget(facts);
  if (usual >= aboveUsual) {
    return { answer: withBudget(l10n.t('Above your usual'), budget), lead, acts };
  }
  if (usual <= 1 / aboveUsual) {
    return { answer: withBudget(l10n.t('Below your usual'), budget), lead, acts };
  }
  if (much) return { answer: l10n.t('As usual, and some of it could be saved'), lead, acts };
  return { answer: withBudget(l10n.t('As usual'), budget), lead, acts };
}

/** The period against the one before, and today against its weekday: what stands out more. */
function usualRatio({ figures, question }: DashboardInputs): number | undefined {
  const { recent, before, total } = figures;
  const ratios = [
    ...(recent.usualByNow !== undefined && recent.usualByNow > 0
      ? [figures.today.nano / recent.usualByNow]
      : []),
    ...(question.period !== 'today' && before !== undefined && before.nano > 0
      ? [total / before.nano]
      : []),
  ];
  if (ratios.length === 0) return undefined;
  // A quiet day is no news in a usual month.
  const [highest, last] = [largestOf(ratios), ratios.at(-1)!];
  return highest >= aboveUsual ? highest : last;
}

function insideBudget(facts: DashboardInputs): '' | 'day' | 'month' {
  const kind = facts.question.period === 'today' ? 'day' : 'month';
  const outlook = budgetOf(facts, kind);
  return outlook !== undefined && (outlook.projected ?? 0) <= outlook.budget.limit ? kind : '';
}

function withBudget(verdict: string, budget: '' | 'day' | 'month'): string {
  switch (budget) {
    case 'day':
      return l10n.t('{0}, inside today’s budget', verdict);
    case 'month':
      return l10n.t('{0}, inside the monthly budget', verdict);
    case '':
      return verdict;
  }
}

function latelyText({ figures, format }: DashboardInputs): string {
  const { now, before } = figures.lately!;
  const about = (nano: number): string => format.aboutMoney(nano, figures.now);
  if (now.nano === 0) return l10n.t('{0} in all, nothing of it lately', about(figures.total));
  if (before.nano === 0) return l10n.t('About {0} a month lately', about(now.nano));
  if (changeOf(now.nano, before.nano, format).kind === 'same') {
    return l10n.t('About {0} a month lately, as before', about(now.nano));
  }
  return now.nano >= before.nano
    ? l10n.t('About {0} a month lately, up from {1}', about(now.nano), about(before.nano))
    : l10n.t('About {0} a month lately, down from {1}', about(now.nano), about(before.nano));
}

/** A budget that is likely to be passed by a little, or not at once. */
function nearestBudget(facts: DashboardInputs): string {
  const { figures, format } = facts;
  const context = wordsOf(facts);
  const index = figures.budgets.findIndex(
    ({ projected, budget }) => projected !== undefined && projected > budget.limit,
  );
  const outlook = figures.budgets[index];
  if (outlook === undefined) return '';
  const name = budgetNames(figures.budgets, context)[index]!;
  return l10n.t(
    '{0}: {1} of {2}, {3}.',
    name,
    likelyText(outlook, format),
    limitText(outlook.budget, format),
    outcomeText(outlook, context),
  );
}

/** Savings may be of the same runs, so the largest is said and not a sum. */
function savingSentence({ insights, format }: DashboardInputs): string {
  const todo = worthDoing(insights);
  const [best] = todo;
  if (best === undefined) return '';
  const range = savingRange(best, format);
  return todo.length === 1
    ? l10n.t('One change could save {0} a month.', range)
    : l10n.t(
        '{0} changes could save money, one of them {1} a month.',
        format.count(todo.length),
        range,
      );
}

function todoAct({ insights }: DashboardInputs): PanelButton | undefined {
  if (worthDoing(insights).length === 0) return undefined;
  return { label: l10n.t('See What to Do'), act: { kind: 'show', part: 'todo' } };
}

function optional(button: PanelButton | undefined): PanelButton[] {
  return button === undefined ? [] : [button];
}
