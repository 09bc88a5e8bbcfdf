import { l10n } from 'vscode';
import type { UsualAt } from '../../analysis/spend/pace.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { PanelCard, PanelStrip } from '../../protocol/shared.ts';
import type { PeriodForecast } from '../../query/forecast/forecast.ts';
import { overallBudget } from '../budgets/overallBudget.ts';
import { limitText } from '../budgets/words.ts';
import { against, beyond } from '../panels/strips.ts';
import { againstUsualText, changeOf } from '../text/comparison.ts';
import { rangeText } from '../text/forecastWords.ts';
import { type BurnInputs, weekdayOf } from './inputs.ts';

/** Four figures, each with what it is held against. */
export function burnCards(facts: BurnInputs): PanelCard[] {
  const third = facts.question.period === '7d' ? monthCard(facts) : weekCard(facts);
  return [paceCard(facts), hourCard(facts), third, aheadCard(facts)];
}

function money(nano: number, { figures, format }: BurnInputs): string {
  return format.money(Math.round(nano), figures.now);
}

/** The period so far, beside what it usually comes to by now. */
function paceCard(facts: BurnInputs): PanelCard {
  const { figures, question, format } = facts;
  const { total, usual } = figures.pace;
  const label =
    question.period === 'today'
      ? l10n.t('Today so far')
      : question.period === '7d'
        ? l10n.t('These 7 days')
        : l10n.t('{0} so far', format.monthName(figures.now));
  const figure = money(total, facts);
  const card = {
    id: 'pace',
    label,
    figure: figures.atLeast ? l10n.t('≥ {0}', figure) : figure,
  };
  if (usual === undefined) {
    return {
      ...card,
      detail: l10n.t('no usual one to compare with yet'),
      strip: against(total, 0),
    };
  }
  const { median } = usual.byNow;
  return {
    ...card,
    detail: againstPeriod(total, median, facts),
    more: usualRange(usual.byNow, facts),
    strip: against(total, median),
  };
}

/** What half of the periods before had cost by this time. */
function usualRange({ low, high }: UsualAt, { figures, format }: BurnInputs): string {
  if (high <= 0) return '';
  const shown = (nano: number): number => format.convert(nano, figures.now);
  const range = format.moneyRange(shown(low), shown(high));
  return low > 0 ? l10n.t('usually {0} by now', range) : l10n.t('usually up to {0} by now', range);
}

function againstPeriod(total: number, median: number, facts: BurnInputs): string {
  const { question, format } = facts;
  if (question.period === 'today') {
    return againstUsualText(total, median, weekdayOf(facts), format);
  }
  const change = changeOf(total, median, format);
  switch (change.kind) {
    case 'none':
      return l10n.t('usually nothing by now');
    case 'same':
      return l10n.t('as usual');
    case 'times':
      return l10n.t('▲ {0} what is usual', change.text);
    case 'above':
      return l10n.t('▲ {0} above what is usual', change.text);
    case 'below':
      return l10n.t('▼ {0} below what is usual', change.text);
  }
}

/** The last hour anything was spent in, beside hours like it. */
function hourCard(facts: BurnInputs): PanelCard {
  const { figures, format } = facts;
  const { hour } = figures;
  if (hour === undefined) {
    return {
      id: 'hour',
      label: l10n.t('Last active hour'),
      figure: '–',
      detail: l10n.t('none in 30 days'),
    };
  }
  const { nano, isNow, usual, span } = hour;
  const label = isNow ? l10n.t('Last hour') : l10n.t('Last active hour');
  const card = { id: 'hour', label, figure: money(nano, facts) };
  const when = isNow ? [] : [format.dateTime(span.from)];
  if (usual === undefined) {
    return { ...card, detail: when.join(''), strip: against(nano, 0) };
  }
  return {
    ...card,
    detail: againstHour(nano, usual, facts),
    more: isNow ? l10n.t('{0}, over 30 days', money(usual, facts)) : when.join(''),
    strip: against(nano, usual),
  };
}

function againstHour(nano: number, usual: number, { format }: BurnInputs): string {
  const change = changeOf(nano, usual, format);
  switch (change.kind) {
    case 'none':
      return '';
    case 'same':
      return l10n.t('as your usual active hour');
    case 'times':
      return l10n.t('▲ {0} your usual active hour', change.text);
    case 'above':
      return l10n.t('▲ {0} above your usual active hour', change.text);
    case 'below':
      return l10n.t('▼ {0} below your usual active hour', change.text);
  }
}

function weekCard(facts: BurnInputs): PanelCard {
  const { now, before } = facts.figures.week;
  return {
    id: 'week',
    label: l10n.t('Last 7 days'),
    figure: money(now, facts),
    detail: againstWeek(now, before, facts),
    more: before > 0 ? l10n.t('{0} then', money(before, facts)) : '',
    strip: against(now, before),
  };
}

function againstWeek(now: number, before: number, { format }: BurnInputs): string {
  const change = changeOf(now, before, format);
  switch (change.kind) {
    case 'none':
      return l10n.t('nothing in the 7 before');
    case 'same':
      return l10n.t('as in the 7 before');
    case 'times':
      return l10n.t('▲ {0} the 7 before', change.text);
    case 'above':
      return l10n.t('▲ {0} above the 7 before', change.text);
    case 'below':
      return l10n.t('▼ {0} below the 7 before', change.text);
  }
}

function monthCard(facts: BurnInputs): PanelCard {
  const { figures, format } = facts;
  const { month, evident } = figures.forecasts;
  const limit = overallBudget(figures.budgets, 'month')?.budget.limit ?? 0;
  return {
    id: 'month',
    label: l10n.t('{0} so far', format.monthName(figures.now)),
    figure: money(month.spent, facts),
    detail: evident ? l10n.t('on track for {0}', format.aboutMoney(month.nano, figures.now)) : '',
    more: evident ? rangeText(month, format, figures.now) : '',
    ...(evident && { strip: aheadStrip(month, limit) }),
  };
}

/** Where today ends, or the month. */
function aheadCard(facts: BurnInputs): PanelCard {
  const { figures, question, format } = facts;
  const isMonth = question.period === 'month';
  const forecast = isMonth ? figures.forecasts.month : figures.forecasts.day;
  const label = isMonth ? l10n.t('On track this month for') : l10n.t('On track tonight for');
  if (!figures.forecasts.evident) {
    return { id: 'ahead', label, figure: '–', detail: l10n.t('known after a day of spend') };
  }
  const budget = overallBudget(figures.budgets, isMonth ? 'month' : 'day');
  const limit = budget?.budget.limit ?? 0;
  const isOver = budget !== undefined && forecast.nano > limit;
  return {
    id: 'ahead',
    label,
    figure: format.aboutMoney(forecast.nano, figures.now),
    detail: budget === undefined ? usualEnd(facts) : limitWords(budget, isOver, isMonth, facts),
    more: rangeText(forecast, format, figures.now),
    strip: aheadStrip(forecast, limit),
    ...(isOver && { level: 'warning' as const }),
  };
}

function aheadStrip({ spent, nano, band }: PeriodForecast, limit: number): PanelStrip {
  const whole = Math.max(limit, spent, nano, band?.high ?? 0);
  return {
    whole: limit === whole ? whole : whole * beyond,
    filled: spent,
    tick: limit > 0 && limit < whole ? limit : null,
    likely: nano,
    low: band?.low ?? null,
    high: band?.high ?? null,
  };
}

function limitWords(
  { budget }: BudgetOutlook,
  isOver: boolean,
  isMonth: boolean,
  { format }: BurnInputs,
): string {
  const limit = limitText(budget, format);
  if (isMonth) {
    return isOver
      ? l10n.t('over the month’s budget of {0}', limit)
      : l10n.t('inside the month’s budget of {0}', limit);
  }
  return isOver
    ? l10n.t('over the day’s budget of {0}', limit)
    : l10n.t('inside the day’s budget of {0}', limit);
}

function usualEnd(facts: BurnInputs): string {
  const { figures, question, format } = facts;
  const end = figures.pace.usual?.totals.at(-1)?.median ?? 0;
  if (question.period === '7d' || end === 0) return '';
  return l10n.t('usually {0}', format.aboutMoney(end, figures.now));
}
