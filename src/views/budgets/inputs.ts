import type { BudgetsFigures } from '../../panels/budgets.ts';
import type { WordContext } from './words.ts';

/** What the words of the panel of budgets are made of. */
export interface BudgetsInputs extends WordContext {
  readonly figures: BudgetsFigures;
  /** A session is live. */
  readonly live: boolean;
  readonly demo: boolean;
}
