import { l10n, window } from 'vscode';
import { formatUnit, parseLimit } from '../../analysis/budgets/budgetNotation.ts';
import { type BudgetEntry, budgetKey } from '../../dataFolder/budgetFile.ts';
import { makeException } from '../../dataFolder/overrideFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { daySpan } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { nanoToUsd } from '../../model/money.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Proposed: half more than it is. */
const proposedFactor = 1.5;

/** Asks for a budget's limit until midnight and raises it, with a line of audit. */
export async function raiseForToday(model: SpendModel, key: string): Promise<void> {
  const entry = entryOf(model, key);
  if (entry === undefined) {
    inBackground(window.showInformationMessage(l10n.t('This budget no longer exists.')));
    return;
  }
  const { unit, limit } = entry.budget;
  const isUsd = unit.kind === 'usd';
  const typed = await window.showInputBox({
    title: l10n.t('Raise a budget until midnight'),
    prompt: isUsd
      ? l10n.t('US dollars until midnight; then its own limit holds again')
      : l10n.t('Tokens until midnight; then its own limit holds again'),
    value: proposed(entry),
    validateInput: (text) => problemOf(text, entry),
  });
  if (typed === undefined) return;
  raise(model, key, parseLimit(typed, unit), limit);
}

/** The budget of a key, with what is excepted from it now. */
export function entryOf(model: SpendModel, key: string): BudgetEntry | undefined {
  return model.budgets().find(({ budget }) => budgetKey(budget) === key);
}

/** Raises a budget until midnight. `limit` and `from` in its unit. */
export function raise(model: SpendModel, key: string, limit: number, from: number): void {
  const at = Date.now();
  const until = daySpan(at, model.spend.settings.zone).to;
  makeException(dataFolder(), 'editor', { key, kind: 'raise', limit, until, from }, at);
}

function proposed({ budget: { unit, limit } }: BudgetEntry): string {
  if (unit.kind !== 'usd') return String(Math.ceil(limit * proposedFactor));
  return String(Math.ceil(nanoToUsd(limit) * proposedFactor * 100) / 100);
}

function problemOf(text: string, { budget: { unit, limit } }: BudgetEntry): string | undefined {
  try {
    return parseLimit(text, unit) > limit
      ? undefined
      : l10n.t('That would not raise it: the limit is {0} now.', currentText(limit, unit));
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return unit.kind === 'usd'
      ? l10n.t('Enter an amount, such as 20 or 0.50.')
      : l10n.t('Enter a whole number of tokens, such as 500000, 100k or 1M.');
  }
}

function currentText(limit: number, unit: BudgetEntry['budget']['unit']): string {
  return unit.kind === 'usd' ? `$${nanoToUsd(limit)}` : `${limit} ${formatUnit(unit)}`;
}
