import type { BudgetsData, BudgetsQuestion, BudgetsStrings } from '../../src/protocol/budgets.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

export type BudgetsShown = Shown<BudgetsData, BudgetsStrings, BudgetsQuestion, TablesUi>;
export type BudgetsTools = PageTools<BudgetsQuestion, TablesUi>;
