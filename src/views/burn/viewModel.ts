import { l10n } from 'vscode';
import { dayMs } from '../../model/calendar.ts';
import type { BurnRate } from '../../panels/burn.ts';
import {
  type BurnBucket,
  type BurnBudgetRow,
  type BurnData,
  type BurnLine,
  type BurnStep,
  type BurnUnit,
  burnThresholds,
  burnUnits,
} from '../../protocol/burn.ts';
import type { PanelCard } from '../../protocol/shared.ts';
import type { BudgetForecast } from '../../reports/spend/projection.ts';
import { budgetAmount, budgetTitle } from '../budgets/budgetLabels.ts';
import { spendBy } from '../panels/bucketLabels.ts';
import { panelNotes } from '../panels/notes.ts';
import { projectChoices } from '../panels/projectOptions.ts';
import type { Format } from '../text/format.ts';
import { burnHeadline, whenText } from './headline.ts';
import type { BurnInputs } from './inputs.ts';
import { latestName } from './strings.ts';

/** Everything the burn panel shows, in the editor's language. */
export function burnViewModel(facts: BurnInputs): BurnData {
  const { figures, question, format, live, demo } = facts;
  const { unit } = question;
  const rate = figures.rates[unit];
  const lines = linesOf(facts);
  return {
    answer: burnHeadline(facts),
    live,
    at: figures.now,
    cards: cards(facts),
    chartTitle: spendBy(unit),
    chartSentence: [
      `${latestName(unit)}: ${format.money(rate.latest, figures.now)}`,
      ...lines.map(({ label }) => label),
    ].join('; '),
    buckets: bucketsOf(rate, unit, figures.now, format),
    lines,
    budgets: figures.budgets.map((budget) => budgetRow(budget, facts)),
    budgetNote: budgetNote(facts),
    offerBudget: !figures.hasBudgets,
    projects: projectChoices(figures.projects, facts.folders),
    thresholds: burnThresholds.map((value) => ({
      value: String(value),
      label: l10n.t('{0} above the mean', format.percent(value / 100)),
    })),
    notes: [
      l10n.t('Stretches are counted back from now. The mean of those with any spend decides.'),
      ...panelNotes(
        { ...figures, demo, lower: rate.lower, lost: rate.lost, unread: rate.unread },
        format,
      ),
    ],
  };
}

function bucketsOf(
  { buckets, bucket }: BurnRate,
  unit: BurnUnit,
  now: number,
  format: Format,
): BurnBucket[] {
  return buckets.map((nano, index) => {
    const to = now - (buckets.length - 1 - index) * bucket;
    const from = to - bucket;
    const latest = index === buckets.length - 1;
    const label = unit === 'hour' ? format.time(from) : format.shortDay(from);
    return {
      from,
      to,
      label: latest ? latestName(unit) : label,
      range: format.range(from, to),
      nano,
      latest,
    };
  });
}

/** Both means, and what lies as far above the one that decides as the threshold says. */
function linesOf({ figures, question, format }: BurnInputs): BurnLine[] {
  const { active, all, activeCount, buckets } = figures.rates[question.unit];
  if (active === undefined || all === undefined) return [];
  const money = (nano: number): string => format.money(Math.round(nano), figures.now);
  const alarm = active.mean * (1 + question.threshold / 100);
  return [
    {
      kind: 'active',
      nano: active.mean,
      label: l10n.t('mean of {0} with spend: {1}', format.count(activeCount), money(active.mean)),
    },
    {
      kind: 'all',
      nano: all.mean,
      label: l10n.t('mean of all {0}: {1}', format.count(buckets.length - 1), money(all.mean)),
    },
    { kind: 'threshold', nano: alarm, label: l10n.t('threshold: {0}', money(alarm)) },
  ];
}

function cards(facts: BurnInputs): PanelCard[] {
  const { figures, question, format } = facts;
  const { now, endOfDay, endOfMonth } = figures;
  const money = (nano: number): string => format.brief(format.convert(Math.round(nano), now));
  const soFar = (spent: number): string => l10n.t('{0} so far', money(spent));
  return [
    ...burnUnits.map((unit): PanelCard => {
      const rate = figures.rates[unit];
      return {
        id: unit,
        label: latestName(unit),
        figure: money(rate.latest),
        detail: changeText(rate, format, now),
        ...(rate.alert && { level: 'warning' as const }),
      };
    }),
    {
      id: 'midnight',
      label: l10n.t('By midnight'),
      figure: money(endOfDay.nano),
      detail: `${soFar(endOfDay.spent)}, ${goesOn(question.unit)}`,
    },
    {
      id: 'monthEnd',
      label: l10n.t('By the end of the month'),
      figure: money(endOfMonth.nano),
      detail: `${soFar(endOfMonth.spent)}, ${goesOn(question.unit)}`,
    },
    ...budgetCard(facts),
  ];
}

function goesOn(unit: BurnUnit): string {
  switch (unit) {
    case 'hour':
      return l10n.t('every hour like the last');
    case 'day':
      return l10n.t('every day like the last');
    case 'week':
      return l10n.t('every week like the last');
  }
}

/** The latest bucket against the mean that decides: a sign, a number and a word. */
function changeText({ active, skipped }: BurnRate, format: Format, now: number): string {
  if (active === undefined) {
    return skipped === 'no-data' ? l10n.t('no spend') : l10n.t('no earlier spend to compare with');
  }
  const usual = format.money(Math.round(active.mean), now);
  const share = format.percent(Math.abs(active.change));
  if (Math.abs(active.change) < 0.005) return l10n.t('as usual: {0}', usual);
  return active.change > 0
    ? l10n.t('▲ {0} above the usual {1}', share, usual)
    : l10n.t('▼ {0} below the usual {1}', share, usual);
}

/** The budget that ends first at the rate of the latest bucket. */
function budgetCard({ figures, format, zone }: BurnInputs): PanelCard[] {
  const { first, now } = figures;
  if (first === undefined) return [];
  const { judged } = first.ahead;
  const label = budgetTitle(judged.entry.budget, judged.part);
  const used = format.percent(judged.state.spent / judged.entry.budget.limit);
  if (first.days === undefined) {
    const detail = l10n.t('used; enough until its period ends');
    return [{ id: 'budget', label, figure: used, detail }];
  }
  if (first.days === 0) {
    return [{ id: 'budget', label, figure: used, detail: l10n.t('used up'), level: 'error' }];
  }
  const figure = whenText(first.days, now, zone, format);
  const detail = l10n.t('used up at this rate; {0} now', used);
  return [{ id: 'budget', label, figure, detail, level: 'warning' }];
}

function budgetRow({ judged, steps }: BudgetForecast, facts: BurnInputs): BurnBudgetRow {
  const { format } = facts;
  const { budget } = judged.entry;
  const { thresholds, unit, limit } = budget;
  const usedShare = judged.state.spent / limit;
  return {
    name: budgetTitle(budget, judged.part),
    limit: budgetAmount(unit, limit, format),
    limitValue: unit.kind === 'usd' ? limit / 1e9 : limit,
    used: format.percent(usedShare),
    usedShare,
    steps: [thresholds.info, thresholds.warning, thresholds.critical, thresholds.stop].map(
      (share) => stepOf(steps.find((step) => step.share === share)!, facts),
    ),
  };
}

function stepOf(
  { share, days, outcome }: BudgetForecast['steps'][number],
  { figures, format, zone }: BurnInputs,
): BurnStep {
  const said = (text: string): string => l10n.t('{0}: {1}', format.percent(share), text);
  switch (outcome) {
    case 'passed':
      return { text: said(l10n.t('passed')), hint: '', days: 0 };
    case 'never':
      return { text: said(l10n.t('never')), hint: '', days: null };
    case 'period-ends-first':
      return { text: said(l10n.t('period ends first')), hint: '', days: null };
    case 'ahead': {
      const when = days ?? 0;
      return {
        text: said(whenText(when, figures.now, zone, format)),
        hint: format.dateTime(figures.now + when * dayMs),
        days: when,
      };
    }
  }
}

function budgetNote({ figures, question, format }: BurnInputs): string {
  if (!figures.hasBudgets) return l10n.t('No budget is set.');
  if (question.project !== '') {
    return l10n.t('Budgets count all they cover, so they are left out beside a filter.');
  }
  if (figures.budgets.length === 0) return l10n.t('No budget can be looked ahead.');
  const days = format.number(figures.budgetDays, Number.isInteger(figures.budgetDays) ? 0 : 1);
  return l10n.t('At the rate of the last {0} days, which is steadier than that of an hour.', days);
}
