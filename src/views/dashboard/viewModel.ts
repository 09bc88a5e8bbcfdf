import { l10n } from 'vscode';
import type { UseWindow } from '../../analysis/spend/usageWindows.ts';
import { dayOf } from '../../model/calendar.ts';
import type { DashboardFigures } from '../../panels/dashboard.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type {
  DashboardBucket,
  DashboardBudget,
  DashboardData,
  DashboardRunning,
  DashboardWindow,
} from '../../protocol/dashboard.ts';
import { ownHost } from '../../query/names.ts';
import { budgetStrip } from '../budgets/strip.ts';
import { budgetId, budgetNames, leftOfText, likelyText, outcomeText } from '../budgets/words.ts';
import { spendBy } from '../panels/bucketLabels.ts';
import { panelNotes } from '../panels/notes.ts';
import { projectChoices } from '../panels/projectOptions.ts';
import { plainStrip } from '../panels/strips.ts';
import { agentName } from '../text/agentName.ts';
import type { Format } from '../text/format.ts';
import { oneLine } from '../text/names.ts';
import { officialRows } from '../text/officialShares.ts';
import { dashboardCards } from './cards.ts';
import { dashboardDetails } from './details.ts';
import { type DashboardInputs, wordsOf } from './inputs.ts';
import { nameOf } from './labels.ts';
import { budgetOf, budgetOfPeriod } from './periodBudget.ts';
import { dashboardTeam } from './team.ts';
import { todoList } from './todo.ts';
import { dashboardVerdict } from './verdict.ts';

/** Values a filter offers: more are not looked through. */
const mostChoices = 200;

/** Everything the dashboard shows, in the editor's language. */
export function dashboardViewModel(facts: DashboardInputs): DashboardData {
  const { figures, question, format, live } = facts;
  const { now } = figures;
  const label = (name: string): string => nameOf(name, question.stack);
  const isEmpty = figures.total === 0 && figures.sums.messages === 0;
  return {
    ...dashboardVerdict(facts),
    live,
    at: now,
    cards: isEmpty ? [] : dashboardCards(facts),
    total: figures.total,
    buckets: figures.buckets.map((bucket, index) => ({
      ...bucket,
      label: bucketLabel(bucket.from, figures, format),
      ...daysOfBucket(bucket, facts),
      soFar: bucket.from <= now && now < bucket.to,
      expected: figures.expected[index]!,
    })),
    chartTitle: chartTitle(facts),
    stack: { names: figures.stackNames, labels: figures.stackNames.map(label) },
    running: isEmpty ? null : runningOf(facts),
    barLimit: figures.unit === 'day' ? (budgetOf(facts, 'day')?.budget.limit ?? null) : null,
    budgets: budgetRows(figures.budgets, facts),
    official: officialRowsOf(facts),
    team: dashboardTeam(facts, (budgets) => budgetRows(budgets, facts)),
    windows: {
      fiveHours: figures.recent.windows.map((window) =>
        windowOf(window, now, format.shortRange(window.from, window.to)),
      ),
      weeks: figures.recent.weeks.map((window) =>
        windowOf(window, now, format.days(window.from, window.to - 1)),
      ),
    },
    details: figures.details === undefined ? null : dashboardDetails(figures.details, facts),
    todo: todoList(facts.insights, format),
    earlier: earlierOf(facts),
    choices: choices(facts),
    notes: [
      ...(figures.subscription
        ? [
            l10n.t(
              'Dollars are API value: what the same tokens cost at list prices. What you pay is your plan.',
            ),
          ]
        : []),
      ...panelNotes(
        {
          ...figures,
          demo: facts.demo,
          lower: figures.sums.lower,
          lost: figures.sums.lost,
          recovered: figures.sums.recovered,
          unread: figures.sums.unread,
        },
        format,
      ),
    ],
  };
}

function chartTitle(facts: DashboardInputs): string {
  const { figures, question, format } = facts;
  if (question.period === 'month') {
    const month = format.monthName(figures.now);
    return figures.subscription ? l10n.t('API value in {0}', month) : l10n.t('Spend in {0}', month);
  }
  return spendBy(figures.unit);
}

function runningOf(facts: DashboardInputs): DashboardRunning | null {
  const { figures, question, format } = facts;
  const { before, ahead, total } = figures;
  if (question.period === 'all' || question.period === 'custom') return null;
  const ends = question.period === 'month' || question.period === 'today';
  return {
    before: before?.line ?? [],
    beforeLabel:
      before === undefined
        ? ''
        : question.period === 'month'
          ? format.monthName(before.whole.from)
          : question.period === '7d'
            ? l10n.t('week before')
            : l10n.t('30 days before'),
    ahead:
      !ends || ahead === undefined
        ? null
        : {
            likely: total + ahead.nano,
            low: total + (ahead.band?.low ?? ahead.nano),
            high: total + (ahead.band?.high ?? ahead.nano),
          },
    limit: budgetOfPeriod(facts)?.budget.limit ?? null,
  };
}

function daysOfBucket(
  { from, to }: { readonly from: number; readonly to: number },
  { figures, zone }: DashboardInputs,
): Pick<DashboardBucket, 'first' | 'last'> {
  if (figures.unit === 'hour') return { first: '', last: '' };
  return { first: dayOf(from, zone), last: dayOf(to - 1, zone) };
}

function bucketLabel(from: number, { unit }: DashboardFigures, format: Format): string {
  if (unit === 'hour') return format.hourOf(from);
  return unit === 'month' ? format.month(from) : format.shortDay(from);
}

function budgetRows(budgets: readonly BudgetOutlook[], facts: DashboardInputs): DashboardBudget[] {
  const { format } = facts;
  const context = wordsOf(facts);
  const names = budgetNames(budgets, context);
  return budgets.map((outlook, index) => {
    const { entry, part, state, budget } = outlook;
    const likely = likelyText(outlook, format);
    const outcome = outcomeText(outlook, context);
    return {
      key: `${budgetId(entry)}|${part}`,
      name: names[index]!,
      level: state.level,
      left: leftOfText(outlook, format),
      strip: budgetStrip(outlook),
      used: l10n.t('{0} used', format.percent(state.spent / budget.limit)),
      outcome:
        likely === '' ? outcome : outcome === '' ? likely : l10n.t('{0}: {1}', likely, outcome),
    };
  });
}

/** A plan's windows, as Claude Code said; on a plan they stand where budgets would. */
function officialRowsOf({ figures, format }: DashboardInputs): DashboardBudget[] {
  // Where it is a budget, it stands among the budgets.
  const isBudget = figures.budgets.some(({ budget }) => budget.scope.kind === 'company');
  const rows = officialRows(figures.official, figures.now, format).filter(
    ({ window }) => window !== 'spend_limit' || !isBudget,
  );
  return rows.map(({ window, name, figure, detail, share }) => ({
    key: window,
    name,
    level: share >= 1 ? 'stop' : share >= 0.75 ? 'warning' : 'ok',
    left: l10n.t('{0} used', figure),
    strip: { ...plainStrip, whole: 1, filled: Math.min(1, share) },
    used: '',
    outcome: detail,
  }));
}

function windowOf({ from, to, nano }: UseWindow, now: number, label: string): DashboardWindow {
  return { from, to, nano, label, running: from <= now && now < to };
}

function earlierOf({ figures, format }: DashboardInputs): DashboardData['earlier'] {
  const { earlier } = figures;
  const [first] = earlier?.months ?? [];
  if (earlier === undefined || first === undefined) return null;
  return {
    title: l10n.t(
      '{0} since {1}',
      format.money(earlier.total, figures.now),
      format.month(first.from),
    ),
    months: earlier.months.map(({ from, nano }) => ({ from, nano, label: format.month(from) })),
  };
}

function hostLabel(host: string): string {
  return host === ownHost ? l10n.t('This machine') : oneLine(host);
}

function choices({ figures, folders }: DashboardInputs): DashboardData['choices'] {
  const { project, group, account, product, host, model, agent, branch } = figures.choices;
  const offered = (values: readonly string[], name = (value: string) => oneLine(value)) =>
    values.slice(0, mostChoices).map((value) => ({ value, label: name(value) }));
  return {
    project: projectChoices(project, folders),
    group: offered(group),
    account: offered(account),
    product: offered(product),
    host: offered(host, hostLabel),
    model: offered(model, (value) => nameOf(value, 'model')),
    agent: offered(agent, agentName),
    branch: offered(branch),
  };
}
