import { l10n } from 'vscode';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { BudgetsData } from '../../protocol/budgets.ts';
import type { PanelButton } from '../../protocol/shared.ts';
import type { Format } from '../text/format.ts';
import type { BudgetsInputs } from './inputs.ts';
import {
  budgetId,
  budgetNames,
  dayText,
  isForetold,
  isToday,
  isUsedUp,
  likelyText,
  limitText,
  ofLimitText,
  outcomeText,
  type WordContext,
} from './words.ts';

/** A forecast that is so little above the limit says nothing yet. */
const slack = 1.05;

/** A budget without an end is foretold no farther than this in a verdict. */
const nearMs = 7 * dayMs;

interface Verdict {
  readonly used: readonly number[];
  readonly early: readonly number[];
}

/** The verdict, and why: which budgets are used up, and which will be. */
export function budgetsHeadline(
  inputs: BudgetsInputs,
): Pick<BudgetsData, 'answer' | 'lead' | 'acts'> {
  const { budgets } = inputs.figures;
  if (budgets.length === 0) {
    return {
      answer: l10n.t('No budget is set'),
      lead: l10n.t('With a budget Outlay says how much is left, and when it will be used up.'),
      acts: [],
    };
  }
  const verdict = judge(inputs);
  return {
    answer: verdictText(verdict, inputs),
    lead: leadText(verdict, inputs),
    acts: raise(verdict, inputs),
  };
}

/** To raise the budget the verdict is about is what helps at once. */
function raise({ used, early }: Verdict, inputs: BudgetsInputs): PanelButton[] {
  const index = used[0] ?? early[0];
  if (index === undefined) return [];
  const { budgets } = inputs.figures;
  const name = budgetNames(budgets, inputs)[index]!;
  return raiseButtons(l10n.t('Raise {0}…', name), budgets[index]!.entry, 'raiseFor');
}

/** A button that raises a budget; none for what the company sets. */
export function raiseButtons(
  label: string,
  entry: BudgetEntry,
  verb: 'raise' | 'raiseFor',
): PanelButton[] {
  if (entry.origin === 'company') return [];
  return [{ label, act: { kind: 'budget', id: budgetId(entry), verb } }];
}

/** Which are used up, and which are likely to be before their period ends. */
function judge(inputs: BudgetsInputs): Verdict {
  const { budgets } = inputs.figures;
  const indexes = budgets.map((_, index) => index);
  return {
    used: indexes.filter((index) => isUsedUp(budgets[index]!)),
    early: indexes.filter((index) => isEarly(budgets[index]!, inputs)),
  };
}

/** It is likely to be used up before its period ends, by more than a forecast is off anyway. */
export function isEarly(outlook: BudgetOutlook, context: WordContext): boolean {
  if (isUsedUp(outlook) || !isForetold(outlook, context)) return false;
  const { projected, budget, usedUpAt } = outlook;
  if (projected === undefined) return usedUpAt! - context.now < nearMs;
  return projected > slack * budget.limit;
}

function verdictText({ used, early }: Verdict, { figures, format }: BudgetsInputs): string {
  const all = figures.budgets.length;
  const [few, many] = [used.length || early.length, numberWord(all, format)];
  if (few === 0) {
    return all === 1 ? l10n.t('The budget will last') : l10n.t('All {0} budgets will last', many);
  }
  if (all === 1) {
    return used.length > 0
      ? l10n.t('The budget is used up')
      : l10n.t('The budget will be used up early');
  }
  const some = numberWord(few, format, true);
  if (used.length > 0) {
    return few === 1
      ? l10n.t('One of {0} budgets is used up', many)
      : l10n.t('{0} of {1} budgets are used up', some, many);
  }
  return few === 1
    ? l10n.t('One of {0} budgets will be used up early', many)
    : l10n.t('{0} of {1} budgets will be used up early', some, many);
}

/** Small numbers as words. */
function numberWord(count: number, format: Format, begins = false): string {
  const words = begins
    ? [l10n.t('Two'), l10n.t('Three'), l10n.t('Four'), l10n.t('Five')]
    : [l10n.t('two'), l10n.t('three'), l10n.t('four'), l10n.t('five')];
  return words[count - 2] ?? format.count(count);
}

/** The budget the verdict is about: what is spent of it, and what is likely. */
function leadText({ used, early }: Verdict, inputs: BudgetsInputs): string {
  const { figures, format } = inputs;
  const index = used[0] ?? early[0];
  if (index === undefined) return l10n.t('At the pace of the last 7 days, none reaches its limit.');
  const outlook = figures.budgets[index]!;
  const name = budgetNames(figures.budgets, inputs)[index]!;
  if (used.length > 0) {
    const outcome = outcomeText(outlook, inputs);
    return l10n.t('{0}: {1}, {2}.', name, ofLimitText(outlook, format), outcome);
  }
  const likely = likelyText(outlook, format);
  const limit = limitText(outlook.budget, format);
  const end = outlook.usedUpAt!;
  if (isToday(end, inputs)) {
    const at = format.time(end);
    return likely === ''
      ? l10n.t('At the pace of the last 7 days, {0} is used up at {1}.', name, at)
      : l10n.t(
          'At the pace of the last 7 days, {0} is used up at {1}: {2} of {3}.',
          name,
          at,
          likely,
          limit,
        );
  }
  const on = dayText(end, inputs);
  return likely === ''
    ? l10n.t('At the pace of the last 7 days, {0} is used up on {1}.', name, on)
    : l10n.t(
        'At the pace of the last 7 days, {0} is used up on {1}: {2} of {3}.',
        name,
        on,
        likely,
        limit,
      );
}
