import './style.css';
import {
  type AnomaliesData,
  type AnomaliesQuestion,
  type AnomaliesStrings,
  isAnomaliesData,
  isAnomaliesQuestion,
} from '../../src/protocol/anomalies.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import { runPage } from '../shared/page/page.ts';
import { AnomaliesPage } from './page.ts';

runPage<AnomaliesData, AnomaliesStrings, AnomaliesQuestion, TablesUi>({
  isData: isAnomaliesData,
  isQuestion: isAnomaliesQuestion,
  isUi: isTablesUi,
  ui: { tables: [] },
  make: (tools) => new AnomaliesPage(tools),
});
