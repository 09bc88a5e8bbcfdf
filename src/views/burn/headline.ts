import { l10n } from 'vscode';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { PanelAround, PanelButton } from '../../protocol/shared.ts';
import { budgetNames, dayText, isForetold, isUsedUp } from '../budgets/words.ts';
import { oneLine } from '../text/names.ts';
import { type BurnInputs, weekdayOf } from './inputs.ts';

/** A session that made less of it is not the reason. */
const telling = 0.3;

/** Longer titles make no headline. */
const longestTitle = 60;

/** Is it faster than usual, since when, what did it, which limit comes next: and what helps. */
export function burnHeadline(facts: BurnInputs): Pick<PanelAround, 'answer' | 'lead' | 'acts'> {
  return {
    answer: verdict(facts),
    lead: [reason(facts), nextLimit(facts)].filter(Boolean).join(' '),
    acts: acts(facts),
  };
}

function verdict({ figures, question, format }: BurnInputs): string {
  const { pace, now } = figures;
  const { total, usual, aboveSince, span } = pace;
  const { period } = question;
  if (total === 0) {
    if (period === 'today') return l10n.t('Nothing spent today');
    return period === '7d'
      ? l10n.t('Nothing spent in the last 7 days')
      : l10n.t('Nothing spent this month');
  }
  if (usual === undefined) {
    const figure = format.money(total, now);
    if (period === 'today') return l10n.t('{0} today so far', figure);
    return period === '7d'
      ? l10n.t('{0} in the last 7 days', figure)
      : l10n.t('{0} this month so far', figure);
  }
  if (aboveSince !== undefined) {
    if (aboveSince === span.from) return l10n.t('Faster than usual');
    return period === 'today'
      ? l10n.t('Faster than usual since {0}', format.time(aboveSince))
      : l10n.t('Faster than usual since {0}', format.shortDay(aboveSince));
  }
  return total < usual.byNow.low ? l10n.t('Slower than usual') : l10n.t('As usual');
}

/** What it is held against where nothing was spent, or nothing is known; else what made most of it. */
function reason(facts: BurnInputs): string {
  const { figures, question, format } = facts;
  const { pace, most, now } = figures;
  const { usual, total, aboveSince } = pace;
  if (total === 0 && usual !== undefined && usual.byNow.median > 0) {
    const cost = format.money(usual.byNow.median, now);
    return question.period === 'today'
      ? l10n.t('A usual {0} has cost {1} by now.', weekdayOf(facts), cost)
      : l10n.t('Usually it has cost {0} by now.', cost);
  }
  if (most !== undefined && most.nano >= telling * most.of) {
    const title = nameOf(facts);
    const cost = format.money(most.nano, now);
    const share = format.share(most.nano / most.of);
    return aboveSince === undefined || aboveSince === pace.span.from
      ? l10n.t('“{0}” alone cost {1}, {2} of it.', title, cost, share)
      : l10n.t('“{0}” alone cost {1} since then, {2} of it.', title, cost, share);
  }
  if (usual !== undefined || total === 0) return '';
  return question.period === 'today'
    ? l10n.t('What is usual is known after two such weekdays.')
    : l10n.t('What is usual is known after two such periods.');
}

/** The session most was spent on, as people call it. */
export function nameOf({ figures: { most } }: BurnInputs): string {
  if (most === undefined) return '';
  return oneLine(most.title ?? '', longestTitle) || oneLine(most.sid, 9);
}

/** The budget that is used up first, where one is. */
function nextLimit({ figures, format, zone }: BurnInputs): string {
  const { budgets, now } = figures;
  const context = { format, now, zone };
  const names = budgetNames(budgets, context);
  const ends = budgets
    .map((budget, index) => ({ budget, name: names[index]! }))
    .filter(({ budget }) => isUsedUp(budget) || isForetold(budget, context))
    .sort((a, b) => endOf(a.budget) - endOf(b.budget));
  const [first] = ends;
  if (first === undefined) return '';
  const { budget, name } = first;
  if (isUsedUp(budget)) return l10n.t('The budget “{0}” is used up.', name);
  const at = budget.usedUpAt!;
  const isToday = dayText(at, context) === dayText(now, context);
  return isToday
    ? l10n.t('The budget “{0}” is likely used up at {1}.', name, format.time(at))
    : l10n.t('The budget “{0}” is likely used up on {1}.', name, dayText(at, context));
}

function endOf(budget: BudgetOutlook): number {
  return isUsedUp(budget) ? 0 : budget.usedUpAt!;
}

/** The one that helps most first. */
function acts({ figures, question }: BurnInputs): PanelButton[] {
  const { pace, most, hasBudgets } = figures;
  const show: PanelButton[] =
    most === undefined
      ? []
      : [
          {
            label: l10n.t('Show the Session'),
            act: { kind: 'openSession', sid: most.sid, message: '' },
          },
        ];
  const set: PanelButton[] =
    hasBudgets || question.project !== ''
      ? []
      : [{ label: l10n.t('Set a Budget'), act: { kind: 'do', action: 'setBudget' } }];
  if (pace.total === 0 && question.period === 'today') {
    const week: PanelButton = {
      label: l10n.t('Show 7 Days'),
      act: { kind: 'ask', changes: { period: '7d' } },
    };
    return [week, ...set];
  }
  return [...show, ...set].slice(0, 2);
}
