import { l10n } from 'vscode';
import type { BudgetPeriod } from '../../analysis/budgets/budget.ts';
import { dayMs, dayOf, type Zone } from '../../model/calendar.ts';
import type { BurnUnit } from '../../protocol/burn.ts';
import { capitalized } from '../text/capitalized.ts';
import type { Format } from '../text/format.ts';
import type { BurnInputs } from './inputs.ts';
import { latestName } from './strings.ts';

/** From so many times the usual on it is said as a factor. */
const factorFrom = 1.95;

/** Closer to the usual than this is as usual. */
const near = 0.05;

/** How much, is that normal, what comes of it: two sentences. */
export function burnHeadline(facts: BurnInputs): string {
  return [beside(facts), whatComes(facts)].filter(Boolean).join(' ');
}

/** The latest bucket beside what is usual: the mean of the earlier ones that had any spend. */
function beside({ figures, question, format }: BurnInputs): string {
  const { unit } = question;
  const { latest, active, skipped, atLeast } = figures.rates[unit];
  const name = latestName(unit);
  if (skipped === 'no-data') return nothingIn(unit);
  const figure = format.headline(format.convert(latest, figures.now), { atLeast });
  if (active === undefined) {
    return l10n.t('{0} {1}. There is no earlier spend to compare with.', name, figure);
  }
  const usual = format.money(Math.round(active.mean), figures.now);
  if (latest === 0) return l10n.t('{0}: nothing. Your usual is {1}.', name, usual);
  const factor = 1 + active.change;
  if (factor >= factorFrom) {
    return l10n.t('{0} {1}, {2} times your usual.', name, figure, factorText(factor, format));
  }
  const share = format.percent(Math.abs(active.change));
  if (Math.abs(active.change) < near) return l10n.t('{0} {1}, as usual.', name, figure);
  return active.change > 0
    ? l10n.t('{0} {1}, {2} above your usual.', name, figure, share)
    : l10n.t('{0} {1}, {2} below your usual.', name, figure, share);
}

function nothingIn(unit: BurnUnit): string {
  switch (unit) {
    case 'hour':
      return l10n.t('Nothing was spent in the last 25 hours.');
    case 'day':
      return l10n.t('Nothing was spent in the last 14 days.');
    case 'week':
      return l10n.t('Nothing was spent in the last 8 weeks.');
  }
}

/** `4`, `2.5`, `12`. */
function factorText(factor: number, format: Format): string {
  const tenths = Math.round(factor * 10) / 10;
  return format.number(tenths, tenths >= 10 || Number.isInteger(tenths) ? 0 : 1);
}

/** What a day or a budget comes to if every hour were like the last. */
function whatComes({ figures, question, format, zone }: BurnInputs): string {
  const { first, now, endOfDay, endOfMonth } = figures;
  const { latest } = figures.rates[question.unit];
  if (first?.days === 0) {
    return l10n.t(
      '{0} is used up.',
      capitalized(budgetPhrase(first.ahead.judged.entry.budget.period)),
    );
  }
  if (latest === 0) return '';
  const money = (nano: number): string => format.money(Math.round(nano), now);
  if (first === undefined) {
    return l10n.t(
      'At this rate {0} by midnight and {1} by the end of the month.',
      money(endOfDay.nano),
      money(endOfMonth.nano),
    );
  }
  const { entry, projected } = first.ahead.judged;
  const { period } = entry.budget;
  const phrase = budgetPhrase(period);
  if (first.days !== undefined) {
    const at = now + first.days * dayMs;
    return dayOf(at, zone) === dayOf(now, zone)
      ? l10n.t('At this rate {0} ends at {1}.', phrase, format.time(at))
      : l10n.t('At this rate {0} ends on {1}.', phrase, format.dateTime(at));
  }
  const rate = (latest * dayMs) / figures.rates[question.unit].bucket;
  const end = format.dollars(Math.round(projected.spent + rate * (projected.daysLeft ?? 0)));
  return period.kind === 'day'
    ? l10n.t('At this rate {0} by midnight: inside {1}.', end, phrase)
    : l10n.t('At this rate {0} by the end of it: inside {1}.', end, phrase);
}

function budgetPhrase(period: BudgetPeriod): string {
  switch (period.kind) {
    case 'day':
      return l10n.t('the daily budget');
    case 'week':
      return l10n.t('the weekly budget');
    case 'month':
      return l10n.t('the monthly budget');
    default:
      return l10n.t('the lifetime budget');
  }
}

/** A moment as briefly as it can be said: the time of today, or in how many days. */
export function whenText(days: number, now: number, zone: Zone, format: Format): string {
  const at = now + days * dayMs;
  if (dayOf(at, zone) === dayOf(now, zone)) return format.time(at);
  return l10n.t('in {0} d', format.number(days, days < 10 ? 1 : 0));
}
