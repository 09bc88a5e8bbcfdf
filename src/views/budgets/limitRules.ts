import { l10n } from 'vscode';
import type { Budget, BudgetUnit } from '../../analysis/budgets/budget.ts';
import { parseLimit } from '../../analysis/budgets/budgetNotation.ts';
import { HumanError } from '../../model/errors.ts';
import { nanoToUsd } from '../../model/money.ts';
import type { Format } from '../text/format.ts';
import { limitText } from './words.ts';

/** What a typed limit is checked against. */
export interface LimitRule {
  readonly unit: BudgetUnit;
  /** It has to be more than that: who raises, raises. */
  readonly above?: number;
}

/** A limit as it is typed: dollars, a number of tokens or of agents. */
export function typedLimit({ unit, limit }: Pick<Budget, 'unit' | 'limit'>): string {
  return String(unit.kind === 'usd' ? nanoToUsd(limit) : limit);
}

/** Reads a typed limit; undefined where it is none. */
export function readLimit(text: string, unit: BudgetUnit): number | undefined {
  // People who write a comma for the decimals mean that here as well.
  const plain = text.trim().replace(/\s*(usd|\$)$/i, '');
  try {
    return parseLimit(plain, unit);
  } catch (error) {
    if (error instanceof HumanError) return undefined;
    throw error;
  }
}

/** What is wrong with a typed limit, in a sentence; undefined where nothing is. */
export function limitProblem(
  text: string,
  { unit, above }: LimitRule,
  format: Format,
): string | undefined {
  const limit = readLimit(text, unit);
  if (limit === undefined) return expected(unit);
  if (above === undefined || limit > above) return undefined;
  return l10n.t(
    'Enter more than the current {0}.',
    limitText({ unit, limit: above } as Budget, format),
  );
}

function expected(unit: BudgetUnit): string {
  switch (unit.kind) {
    case 'usd':
      return l10n.t('Enter dollars and cents above 0, such as 50 or 12.50, up to a million.');
    case 'tokens':
      return l10n.t('Enter a whole number of tokens above 0, such as 500000, 100k or 1M.');
    case 'agents':
      return l10n.t('Enter a whole number of agents above 0.');
  }
}
