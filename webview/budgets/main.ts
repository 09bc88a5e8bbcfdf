import './style.css';
import {
  type BudgetsData,
  type BudgetsQuestion,
  type BudgetsStrings,
  isBudgetsData,
  isBudgetsQuestion,
} from '../../src/protocol/budgets.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import { runPage } from '../shared/page/page.ts';
import { BudgetsPage } from './page.ts';

runPage<BudgetsData, BudgetsStrings, BudgetsQuestion, TablesUi>({
  isData: isBudgetsData,
  isQuestion: isBudgetsQuestion,
  isUi: isTablesUi,
  ui: { tables: [] },
  make: (tools) => new BudgetsPage(tools),
});
