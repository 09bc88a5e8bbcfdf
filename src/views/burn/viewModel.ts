import { l10n } from 'vscode';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { BurnData, PaceBudget, PaceChartData } from '../../protocol/burn.ts';
import { budgetAmount } from '../budgets/budgetLabels.ts';
import { overallBudget } from '../budgets/overallBudget.ts';
import {
  budgetNames,
  isForetold,
  isUsedUp,
  leftText,
  limitText,
  outcomeText,
} from '../budgets/words.ts';
import { panelNotes } from '../panels/notes.ts';
import { projectChoices } from '../panels/projectOptions.ts';
import { burnCards } from './cards.ts';
import { burnHeadline, nameOf } from './headline.ts';
import { type BurnInputs, weekdayOf } from './inputs.ts';

/** A session is named in the chart where it made so much of the total. */
const worthMarking = 0.3;

/** Everything the burn panel shows, in the editor's language. */
export function burnViewModel(facts: BurnInputs): BurnData {
  const { figures, format, live, demo } = facts;
  const { usual } = figures.pace;
  const drawn = limitOf(facts);
  const others = figures.budgets.filter((budget) => budget !== drawn);
  return {
    ...burnHeadline(facts),
    live,
    at: figures.now,
    cards: burnCards(facts),
    chartTitle: chartTitle(facts),
    chartHint:
      usual === undefined ? '' : l10n.t('the band holds half of the {0} before', usual.count),
    chartSentence: chartSentence(facts),
    chart: chartOf(facts, drawn),
    budgetsTitle: drawn === undefined ? l10n.t('Budgets') : l10n.t('Other budgets'),
    budgets: budgetRows(others, facts),
    projects: projectChoices(figures.projects, facts.folders),
    notes: [
      ...(usual === undefined
        ? []
        : [
            l10n.t(
              'Usual: the one in the middle of the {0} before, up to this time.',
              format.count(usual.count),
            ),
          ]),
      ...panelNotes({ ...figures, demo }, format),
    ],
  };
}

function chartTitle(facts: BurnInputs): string {
  const { figures, question, format } = facts;
  const { usual } = figures.pace;
  switch (question.period) {
    case 'today':
      return usual === undefined
        ? l10n.t('Today')
        : l10n.t('Today against a usual {0}', weekdayOf(facts));
    case '7d':
      return usual === undefined
        ? l10n.t('The last 7 days')
        : l10n.t('The last 7 days against the weeks before');
    case 'month': {
      const month = format.monthName(figures.now);
      return usual === undefined ? month : l10n.t('{0} against the months before', month);
    }
  }
}

function chartSentence({ figures, format }: BurnInputs): string {
  const { pace, ahead, forecasts, now } = figures;
  const money = (nano: number): string => format.money(Math.round(nano), now);
  return [
    l10n.t('{0} so far', money(pace.total)),
    ...(pace.usual === undefined
      ? []
      : [l10n.t('usually {0} by now', money(pace.usual.byNow.median))]),
    ...(forecasts.evident
      ? [l10n.t('likely {0} at the end', format.aboutMoney(ahead.nano, now))]
      : []),
  ].join('; ');
}

/** The budget of the period, which is a line of its chart. */
function limitOf(facts: BurnInputs): BudgetOutlook | undefined {
  const { period } = facts.question;
  if (period === '7d') return undefined;
  return overallBudget(facts.figures.budgets, period === 'today' ? 'day' : 'month');
}

function chartOf(facts: BurnInputs, limit: BudgetOutlook | undefined): PaceChartData {
  const { figures, question, format } = facts;
  const { pace, ahead, forecasts, most, now } = figures;
  const { starts, sums, present, span, usual } = pace;
  const byHour = question.period === 'today';
  const skipped = byHour ? quietHours(facts) : 0;
  const ends = [...starts.slice(1), span.to];
  const from = starts[present]!;
  let sum = 0;
  const running = [0, ...sums.slice(0, present).map((nano) => (sum += nano))];
  const totals = usual?.totals.slice(skipped);
  return {
    steps: sums
      .map((nano, step) => ({
        label: byHour ? format.time(starts[step]!) : format.shortDay(starts[step]!),
        range: byHour ? format.range(starts[step]!, ends[step]!) : format.shortDay(starts[step]!),
        nano,
        usual: usual?.steps[step] ?? null,
      }))
      .slice(skipped),
    now: present - skipped + (now - from) / (ends[present]! - from),
    running: running.slice(skipped),
    total: pace.total,
    usual:
      totals === undefined
        ? null
        : {
            low: totals.map(({ low }) => low),
            median: totals.map(({ median }) => median),
            high: totals.map(({ high }) => high),
          },
    ahead: forecasts.evident
      ? {
          likely: ahead.nano,
          low: ahead.band?.low ?? ahead.nano,
          high: ahead.band?.high ?? ahead.nano,
        }
      : null,
    limit: limit?.budget.limit ?? null,
    mark:
      most !== undefined && most.nano >= worthMarking * pace.total
        ? { step: most.step - skipped, label: nameOf(facts) }
        : null,
  };
}

/** Hours at the start of a day in which nothing happens, now and usually; one of them is shown. */
function quietHours({ figures: { pace } }: BurnInputs): number {
  const { sums, present, usual } = pace;
  const first = sums.findIndex(
    (nano, step) => nano > 0 || (usual?.totals[step + 1]?.high ?? 0) > 0,
  );
  return Math.max(0, Math.min(first < 0 ? present : first, present) - 1);
}

function budgetRows(budgets: readonly BudgetOutlook[], facts: BurnInputs): PaceBudget[] {
  const { figures, format, zone } = facts;
  const context = { format, now: figures.now, zone };
  const names = budgetNames(budgets, context);
  return budgets.map((outlook, index) => {
    const { budget, state, projected } = outlook;
    const isUsd = budget.unit.kind === 'usd';
    return {
      name: names[index]!,
      used: format.percent(state.spent / budget.limit),
      // The column says that it is left; above the limit there is more to say.
      left:
        state.spent < budget.limit
          ? budgetAmount(budget.unit, state.remaining, format)
          : leftText(outlook, format),
      likely:
        projected === undefined
          ? ''
          : isUsd
            ? format.about(projected)
            : budgetAmount(budget.unit, projected, format),
      limit: l10n.t('of {0}', limitText(budget, format)),
      outcome: outcomeText(outlook, context),
      level: isUsedUp(outlook) ? 'error' : isForetold(outlook, context) ? 'warning' : 'ok',
    };
  });
}
