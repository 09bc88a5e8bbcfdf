import './style.css';
import {
  type DashboardData,
  type DashboardQuestion,
  type DashboardStrings,
  isDashboardData,
  isDashboardQuestion,
} from '../../src/protocol/dashboard.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import { runPage } from '../shared/page/page.ts';
import { DashboardPage } from './page.ts';

runPage<DashboardData, DashboardStrings, DashboardQuestion, TablesUi>({
  isData: isDashboardData,
  isQuestion: isDashboardQuestion,
  isUi: isTablesUi,
  ui: { tables: [] },
  make: (tools) => new DashboardPage(tools),
});
