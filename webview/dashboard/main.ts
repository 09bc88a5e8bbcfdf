import './style.css';
import {
  type DashboardData,
  type DashboardQuestion,
  type DashboardUi,
  type DashboardWords,
  isDashboardData,
  isDashboardQuestion,
  isDashboardUi,
} from '../../src/protocol/dashboard.ts';
import { runPage } from '../lib/page.ts';
import { DashboardPage } from './page.ts';

runPage<DashboardData, DashboardWords, DashboardQuestion, DashboardUi>({
  isData: isDashboardData,
  isQuestion: isDashboardQuestion,
  isUi: isDashboardUi,
  ui: { tables: [] },
  make: (tools) => new DashboardPage(tools),
});
