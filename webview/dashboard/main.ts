import './style.css';
import {
  type DashboardData,
  type DashboardQuestion,
  type DashboardStrings,
  isDashboardData,
  isDashboardQuestion,
} from '../../src/protocol/dashboard.ts';
import { runPage } from '../shared/page/page.ts';
import { DashboardPage } from './page.ts';
import { type DashboardUi, isDashboardUi, usualUi } from './shown.ts';

runPage<DashboardData, DashboardStrings, DashboardQuestion, DashboardUi>({
  isData: isDashboardData,
  isQuestion: isDashboardQuestion,
  isUi: isDashboardUi,
  ui: usualUi,
  make: (tools) => new DashboardPage(tools),
});
