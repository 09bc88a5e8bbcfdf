import { l10n } from 'vscode';
import type { UseWindow } from '../../analysis/spend/usageWindows.ts';
import { dayOf } from '../../model/calendar.ts';
import type { DashboardFigures } from '../../panels/dashboard.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { DashboardBudget, DashboardData, DashboardWindow } from '../../protocol/dashboard.ts';
import type { PanelCard } from '../../protocol/shared.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { budgetAmount } from '../budgets/budgetLabels.ts';
import {
  budgetNames,
  leftText,
  ofLimitText,
  outcomeText,
  type WordContext,
} from '../budgets/words.ts';
import { insightTitle } from '../insights/strings.ts';
import { savingText } from '../insights/treeItems.ts';
import { arrangeInsights } from '../insights/treeNodes.ts';
import { spendBy } from '../panels/bucketLabels.ts';
import { panelNotes } from '../panels/notes.ts';
import { projectChoices } from '../panels/projectOptions.ts';
import { agentName } from '../text/agentName.ts';
import type { Format } from '../text/format.ts';
import { oneLine } from '../text/names.ts';
import { officialRows } from '../text/officialShares.ts';
import { dashboardDetails } from './details.ts';
import { dashboardHeadline } from './headline.ts';
import type { DashboardInputs } from './inputs.ts';
import { nameOf } from './labels.ts';
import { periodName } from './period.ts';

/** Insights the dashboard lists. */
const mostInsights = 3;

/** Values a filter offers: more are not looked through. */
const mostChoices = 200;

/** Everything the dashboard shows, in the editor's language. */
export function dashboardViewModel(facts: DashboardInputs): DashboardData {
  const { figures, question, format, live } = facts;
  const { now } = figures;
  const label = (name: string): string => nameOf(name, question.stack);
  return {
    answer: dashboardHeadline(facts),
    live,
    at: now,
    cards: cards(facts),
    total: figures.total,
    buckets: figures.buckets.map((bucket) => ({
      ...bucket,
      label: bucketLabel(bucket.from, figures, format),
      ...daysOfBucket(bucket, facts),
      soFar: bucket.from <= now && now < bucket.to,
    })),
    chartTitle: spendBy(figures.unit),
    stack: { names: figures.stackNames, labels: figures.stackNames.map(label) },
    budgets: budgets(facts),
    windows: {
      fiveHours: figures.recent.windows.map((window) =>
        windowOf(window, now, format.shortRange(window.from, window.to)),
      ),
      weeks: figures.recent.weeks.map((window) =>
        windowOf(window, now, format.shortDay(window.from)),
      ),
    },
    details: figures.details === undefined ? null : dashboardDetails(figures.details, format),
    insights: insights(facts),
    choices: choices(facts),
    notes: panelNotes(
      {
        ...figures,
        demo: facts.demo,
        lower: figures.sums.lower,
        lost: figures.sums.lost,
        unread: figures.sums.unread,
      },
      format,
    ),
  };
}

function cards(facts: DashboardInputs): PanelCard[] {
  const { figures, question, format } = facts;
  const { total, background, sums, recent, now } = figures;
  const money = (nano: number): string => format.brief(format.convert(nano, now));
  const atLeast = isLowerBound(sums);
  const worst = figures.budgets[0];
  const hourly = recent.lastHour;
  const official = officialCards(figures, format);
  const list: (PanelCard | undefined)[] = [
    ...(figures.subscription ? official : []),
    {
      id: 'cost',
      label: l10n.t('Cost, {0}', periodName(question, format, figures)),
      figure: money(total),
      detail: atLeast ? l10n.t('at least: see below') : l10n.t('at list price'),
    },
    {
      id: 'today',
      label: l10n.t('Today'),
      figure: money(recent.today),
      detail: usualText(figures, format),
    },
    worst && {
      id: 'budget',
      label: l10n.t('Budget: {0}', budgetNames(figures.budgets, wordsOf(facts))[0]!),
      figure: leftText(worst, format),
      detail: budgetDetail(worst, facts),
      ...levelMark(worst),
    },
    {
      id: 'lastHour',
      label: l10n.t('Last hour'),
      figure: money(hourly),
      detail: l10n.t('{0} a day at that rate', money(hourly * 24)),
    },
    {
      id: 'tokens',
      label: l10n.t('Tokens'),
      figure: format.tokens(figures.tokens),
      detail: l10n.t('in {0} messages', format.count(sums.messages)),
    },
    {
      id: 'runs',
      label: l10n.t('Sessions · runs'),
      figure: l10n.t('{0} · {1}', format.count(figures.sessions), format.count(figures.runs)),
      detail:
        figures.runs === 0 ? '' : l10n.t('{0} a run', money(Math.round(sums.nano / figures.runs))),
    },
    figures.success === undefined
      ? undefined
      : {
          id: 'success',
          label: l10n.t('Success rate'),
          figure: format.percent(figures.success),
          detail: l10n.t('of requests were answered'),
        },
    figures.cacheShare === undefined
      ? undefined
      : {
          id: 'cache',
          label: l10n.t('Cache share'),
          figure: format.percent(figures.cacheShare),
          detail: l10n.t('of the prompts’ tokens'),
        },
    {
      id: 'background',
      label: l10n.t('Background'),
      figure: money(background),
      detail: l10n.t('spend no message explains'),
    },
    ...(figures.subscription ? [] : official),
  ];
  return list.filter((card) => card !== undefined);
}

/** What Claude Code said of a plan's windows. */
function officialCards({ official, now }: DashboardFigures, format: Format): PanelCard[] {
  return officialRows(official, now, format).map(({ window, name, figure, detail, share }) => ({
    id: window,
    label: name,
    figure,
    detail,
    ...(share >= 0.95 ? { level: 'error' } : share >= 0.75 ? { level: 'warning' } : {}),
  }));
}

function wordsOf({ figures, format, zone }: DashboardInputs): WordContext {
  return { format, now: figures.now, zone };
}

/** What of its limit is spent, and what comes of it. */
function budgetDetail(outlook: BudgetOutlook, facts: DashboardInputs): string {
  const outcome = outcomeText(outlook, wordsOf(facts));
  return [ofLimitText(outlook, facts.format), outcome].filter(Boolean).join(' · ');
}

function levelMark({ state }: BudgetOutlook): Pick<PanelCard, 'level'> {
  switch (state.level) {
    case 'ok':
      return {};
    case 'info':
      return { level: 'info' };
    case 'warning':
      return { level: 'warning' };
    default:
      return { level: 'error' };
  }
}

/** Today against what is usual by this time of such a day: a sign, a number and a word. */
function usualText({ recent }: DashboardFigures, format: Format): string {
  const { today, usualByNow, weekday } = recent;
  if (usualByNow === undefined) return l10n.t('no usual day to compare with yet');
  const day = format.weekday(weekday, 'long');
  if (usualByNow === 0) return l10n.t('nothing by this time on a usual {0}', day);
  const change = (today - usualByNow) / usualByNow;
  const share = format.percent(Math.abs(change));
  const times = Math.round(today / usualByNow);
  if (times >= 3)
    return l10n.t('▲ {0} times your usual {1} by this time', format.count(times), day);
  if (Math.abs(change) < 0.05) return l10n.t('as on your usual {0} by this time', day);
  return change > 0
    ? l10n.t('▲ {0} above your usual {1} by this time', share, day)
    : l10n.t('▼ {0} below your usual {1} by this time', share, day);
}

function daysOfBucket(
  { from, to }: { readonly from: number; readonly to: number },
  { figures, zone }: DashboardInputs,
): { first: string; last: string } {
  if (figures.unit === 'hour') return { first: '', last: '' };
  return { first: dayOf(from, zone), last: dayOf(to - 1, zone) };
}

function bucketLabel(from: number, { unit }: DashboardFigures, format: Format): string {
  if (unit === 'hour') return format.time(from);
  return unit === 'month' ? format.month(from) : format.shortDay(from);
}

function budgets(facts: DashboardInputs): DashboardBudget[] {
  const names = budgetNames(facts.figures.budgets, wordsOf(facts));
  return facts.figures.budgets.map((outlook, index) => budgetOf(outlook, names[index]!, facts));
}

function budgetOf(outlook: BudgetOutlook, name: string, facts: DashboardInputs): DashboardBudget {
  const { budget, state, projected, band } = outlook;
  const { format } = facts;
  const { limit, unit, thresholds } = budget;
  const amount = (value: number): string => budgetAmount(unit, value, format);
  return {
    name,
    level: state.level,
    outcome: outcomeText(outlook, wordsOf(facts)),
    spent: amount(state.spent),
    limit: amount(limit),
    share: state.spent / limit,
    shareText: l10n.t('{0} used', format.percent(state.spent / limit)),
    projected:
      projected === undefined
        ? null
        : {
            share: projected / limit,
            low: (band?.low ?? projected) / limit,
            high: (band?.high ?? projected) / limit,
          },
    projectedText:
      projected === undefined
        ? ''
        : band === undefined
          ? amount(projected)
          : l10n.t('{0} ({1}–{2})', amount(projected), amount(band.low), amount(band.high)),
    steps: [...new Set(Object.values(thresholds))],
  };
}

function windowOf({ from, to, nano }: UseWindow, now: number, label: string): DashboardWindow {
  return { from, to, nano, label, running: from <= now && now < to };
}

/** The first few that are open; all of them stand in their view. */
function insights({ insights: report, format }: DashboardInputs): DashboardData['insights'] {
  if (report === undefined) return null;
  return arrangeInsights(report, false)
    .flatMap((node) => (node.kind === 'insight' ? [node.insight] : []))
    .slice(0, mostInsights)
    .map((insight) => ({
      id: insight.id,
      title: insightTitle(insight, format),
      saving: savingText(insight, format),
      canApply: insight.action.kind === 'agent-model' && insight.state === 'open',
    }));
}

function choices({ figures, folders }: DashboardInputs): DashboardData['choices'] {
  const { project, group, account, model, agent, branch } = figures.choices;
  const offered = (values: readonly string[], name = (value: string) => oneLine(value)) =>
    values.slice(0, mostChoices).map((value) => ({ value, label: name(value) }));
  return {
    project: projectChoices(project, folders),
    group: offered(group),
    account: offered(account),
    model: offered(model, (value) => nameOf(value, 'model')),
    agent: offered(agent, agentName),
    branch: offered(branch),
  };
}
