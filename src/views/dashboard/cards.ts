import { l10n } from 'vscode';
import type { Stretch } from '../../panels/parts/yardsticks.ts';
import type { PanelCard } from '../../protocol/shared.ts';
import { backgroundKey } from '../../query/dimensions.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { limitText } from '../budgets/words.ts';
import { against, beyond, plainStrip } from '../panels/strips.ts';
import { againstText, againstUsualText } from '../text/comparison.ts';
import { sessions as sessionCount } from '../text/counts.ts';
import { officialRows } from '../text/officialShares.ts';
import type { DashboardInputs } from './inputs.ts';
import { nameOf } from './labels.ts';
import { periodLabel } from './period.ts';
import { budgetOf, budgetOfPeriod } from './periodBudget.ts';

/** Four figures, each with what it is held against: how much, how much today, where it ends, on what. */
export function dashboardCards(facts: DashboardInputs): PanelCard[] {
  const { figures, question } = facts;
  if (figures.subscription) return subscriberCards(facts);
  switch (question.period) {
    case 'today':
      return [todayCard(facts, 'cost'), ...aheadCard(facts), monthCard(facts), mostCard(facts)];
    case 'all':
      return [allCard(facts), latelyCard(facts), ...aheadCard(facts), mostCard(facts)];
    case 'custom':
      return [periodCard(facts), busiestCard(facts), averageCard(facts), mostCard(facts)];
    default:
      return [periodCard(facts), todayCard(facts, 'today'), ...aheadCard(facts), mostCard(facts)];
  }
}

/** Of a plan its windows count; dollars are what the API would charge. */
function subscriberCards(facts: DashboardInputs): PanelCard[] {
  const { figures, format } = facts;
  const official = officialRows(figures.official, figures.now, format).map(
    ({ window, name, figure, detail, share }): PanelCard => ({
      id: window,
      label: name,
      figure,
      detail,
      strip: { ...plainStrip, whole: 1, filled: Math.min(1, share) },
      ...(share >= 0.95 ? { level: 'error' } : share >= 0.75 ? { level: 'warning' } : {}),
    }),
  );
  const others =
    facts.question.period === 'today'
      ? [todayCard(facts, 'cost'), monthCard(facts)]
      : [periodCard(facts), todayCard(facts, 'today')];
  const rest = [...aheadCard(facts), mostCard(facts)];
  return [...official.slice(0, 2), ...others, ...rest].slice(0, 4);
}

function money(nano: number, { figures, format }: DashboardInputs): string {
  return format.money(nano, figures.now);
}

/** A sum that lacks something says so by a sign; why stands in the notes. */
function sumText({ nano, lower }: Pick<Stretch, 'nano' | 'lower'>, facts: DashboardInputs): string {
  const text = money(nano, facts);
  return lower ? l10n.t('≥ {0}', text) : text;
}

/** Of a plan dollars are what the API would charge: said once, where the period's sum is. */
function valueLabel(label: string, { figures }: DashboardInputs): string {
  return figures.subscription ? l10n.t('API value · {0}', label) : label;
}

/** What the period has cost, against the one before. */
function periodCard(facts: DashboardInputs): PanelCard {
  const { figures } = facts;
  const { total, before } = figures;
  return {
    id: 'cost',
    label: valueLabel(periodLabel(facts), facts),
    figure: sumText({ nano: total, lower: isLowerBound(figures.sums) }, facts),
    ...(before === undefined ? { detail: '' } : comparedWith(total, before, facts)),
  };
}

function comparedWith(
  amount: number,
  { span, nano }: Stretch,
  facts: DashboardInputs,
): Pick<PanelCard, 'detail' | 'more' | 'strip'> {
  const { format } = facts;
  const name = format.days(span.from, span.to - 1);
  return {
    detail: againstText(amount, nano, name, format),
    more: nano > 0 ? l10n.t('{0} then', money(nano, facts)) : '',
    strip: against(amount, nano),
  };
}

/** This month so far, where the period is not the month. */
function monthCard(facts: DashboardInputs): PanelCard {
  const { now, before } = facts.figures.month!;
  return {
    id: 'month',
    label: l10n.t('This month'),
    figure: sumText(now, facts),
    ...comparedWith(now.nano, before, facts),
  };
}

/** Today, against a usual day of this name by this time. */
function todayCard(facts: DashboardInputs, id: 'cost' | 'today'): PanelCard {
  const { figures, format } = facts;
  const { usualByNow, weekday } = figures.recent;
  const today = figures.today.nano;
  const name = format.weekday(weekday, 'long');
  const card = {
    id,
    label: id === 'cost' ? valueLabel(l10n.t('Today'), facts) : l10n.t('Today'),
    figure: sumText(figures.today, facts),
  };
  if (usualByNow === undefined) {
    return { ...card, detail: l10n.t('no usual {0} to compare with yet', name) };
  }
  if (figures.subscription && id === 'today' && usualByNow > 0) {
    return {
      ...card,
      figure: l10n.t('{0}×', format.number(today / usualByNow, 1)),
      detail: l10n.t('a usual {0} by this time', name),
      strip: against(today, usualByNow),
    };
  }
  return {
    ...card,
    detail: againstUsualText(today, usualByNow, name, format),
    more: usualByNow > 0 ? l10n.t('{0} by this time', money(usualByNow, facts)) : '',
    strip: against(today, usualByNow),
  };
}

/** What the period will come to, against its budget or the one before. None before there is a rate. */
function aheadCard(facts: DashboardInputs): PanelCard[] {
  const { figures, question, format } = facts;
  const { ahead, total } = figures;
  if (ahead === undefined) return [];
  const isWhole = question.period === 'month' || question.period === 'today';
  const spent = isWhole ? total : 0;
  const at = (nano: number): number => spent + nano;
  const likely = at(ahead.nano);
  const budget = budgetOfPeriod(facts);
  const low = ahead.band === undefined ? null : at(ahead.band.low);
  const high = ahead.band === undefined ? null : at(ahead.band.high);
  const yardstick = budget?.budget.limit ?? likeBefore(facts) ?? null;
  return [
    {
      id: 'ahead',
      label: aheadLabel(facts),
      figure: about(likely, facts),
      detail: aheadDetail(likely, facts),
      more:
        low === null || high === null
          ? ''
          : l10n.t('{0} in 19 of 20 cases', format.aboutMoneyRange(low, high, figures.now)),
      strip: {
        whole: Math.max(likely, high ?? 0, yardstick ?? 0) * beyond,
        filled: spent,
        tick: yardstick,
        likely,
        low,
        high,
      },
      ...(budget !== undefined && likely > budget.budget.limit ? { level: 'warning' } : {}),
    },
  ];
}

/** What a forecast is held against where there is no budget: the last one of its kind, all of it. */
function likeBefore({ question, figures }: DashboardInputs): number | undefined {
  switch (question.period) {
    case 'month':
      return figures.before?.line.at(-1);
    case 'all':
      return figures.lately?.now.nano;
    case 'today':
      return undefined;
    default:
      return figures.total;
  }
}

/** A forecast knows no cents. */
function about(nano: number, { figures, format }: DashboardInputs): string {
  return format.aboutMoney(nano, figures.now);
}

function aheadLabel({ question }: DashboardInputs): string {
  switch (question.period) {
    case 'today':
      return l10n.t('Likely by midnight');
    case '7d':
      return l10n.t('Likely in the next 7 days');
    case '30d':
    case 'all':
      return l10n.t('Likely in the next 30 days');
    default:
      return l10n.t('On track for');
  }
}

function aheadDetail(likely: number, facts: DashboardInputs): string {
  const { figures, question, format } = facts;
  const outlook = budgetOfPeriod(facts);
  if (outlook !== undefined) {
    const { limit } = outlook.budget;
    const text = limitText(outlook.budget, format);
    return likely > limit
      ? l10n.t('{0} over the budget of {1}', about(likely - limit, facts), text)
      : l10n.t('inside the budget of {0}', text);
  }
  const last = likeBefore(facts) ?? 0;
  switch (question.period) {
    case 'month':
      return againstText(likely, last, format.monthName(figures.before!.whole.from), format);
    case '7d':
      return againstText(likely, last, l10n.t('the last 7 days'), format);
    case '30d':
    case 'all':
      return againstText(likely, last, l10n.t('the last 30 days'), format);
    default:
      return l10n.t('at the pace of the last 7 days');
  }
}

function allCard(facts: DashboardInputs): PanelCard {
  const { figures, format } = facts;
  const { total, span, sessions } = figures;
  return {
    id: 'cost',
    label: valueLabel(l10n.t('All time'), facts),
    figure: sumText({ nano: total, lower: isLowerBound(figures.sums) }, facts),
    detail: span === undefined ? '' : l10n.t('since {0}', format.month(span.from)),
    more: sessionCount(sessions, format),
    strip: { ...plainStrip, whole: 1, filled: 1 },
  };
}

function latelyCard(facts: DashboardInputs): PanelCard {
  const { now, before } = facts.figures.lately!;
  return {
    id: 'lately',
    label: l10n.t('Last 30 days'),
    figure: sumText(now, facts),
    ...comparedWith(now.nano, before, facts),
    detail: againstText(now.nano, before.nano, l10n.t('the 30 days before'), facts.format),
  };
}

/** The most expensive bar of a period that was chosen by its days. */
function busiestCard(facts: DashboardInputs): PanelCard {
  const { figures, format } = facts;
  const [first, ...rest] = figures.buckets;
  const busiest = rest.reduce(
    (best, bucket) => (bucket.total > best.total ? bucket : best),
    first!,
  );
  const isHour = figures.unit === 'hour';
  return {
    id: 'busiest',
    label: isHour ? l10n.t('Busiest hour') : l10n.t('Most expensive day'),
    figure: isHour ? format.time(busiest.from) : format.days(busiest.from, busiest.to - 1),
    detail: l10n.t('{0} of it', money(busiest.total, facts)),
    strip: { ...plainStrip, whole: Math.max(figures.total, 1), filled: busiest.total },
  };
}

function averageCard(facts: DashboardInputs): PanelCard {
  const { figures } = facts;
  const count = Math.max(1, figures.buckets.filter(({ total }) => total > 0).length);
  const average = figures.total / count;
  const daily = budgetOf(facts, 'day');
  const isHour = figures.unit === 'hour';
  return {
    id: 'average',
    label: isHour ? l10n.t('An active hour') : l10n.t('An active day'),
    figure: money(Math.round(average), facts),
    detail:
      daily === undefined || isHour
        ? l10n.t('on average')
        : l10n.t('on average, {0} allowed', limitText(daily.budget, facts.format)),
    strip: {
      ...plainStrip,
      whole: Math.max(average, daily !== undefined && !isHour ? daily.budget.limit : 0) * beyond,
      filled: average,
      tick: daily === undefined || isHour ? null : daily.budget.limit,
    },
  };
}

/** On which project most of it went, and on which then. */
function mostCard(facts: DashboardInputs): PanelCard {
  const { figures, format } = facts;
  const { projects, total } = figures;
  const label = l10n.t('Goes mostly to');
  const [top, second, third] = projects.filter(({ key }) => key !== backgroundKey);
  if (top === undefined || total <= 0) return { id: 'most', label, figure: '–', detail: '' };
  const named = ({ key, nano }: typeof top): readonly [string, string] => [
    nameOf(key, 'project'),
    format.share(nano / total),
  ];
  const [name, share] = named(top);
  const then =
    second === undefined
      ? ''
      : third === undefined
        ? l10n.t('then {0} {1}', ...named(second))
        : l10n.t('then {0} {1}, {2} {3}', ...named(second), ...named(third));
  return {
    id: 'most',
    label,
    figure: name,
    detail: l10n.t('{0} of {1}', share, money(total, facts)),
    more: then,
    strip: {
      ...plainStrip,
      whole: total,
      filled: top.nano,
      parts: projects.map(({ nano }) => nano),
    },
  };
}
