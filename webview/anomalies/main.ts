import './style.css';
import {
  type AnomaliesData,
  type AnomaliesQuestion,
  type AnomaliesWords,
  isAnomaliesData,
  isAnomaliesQuestion,
} from '../../src/protocol/anomalies.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import { runPage } from '../shared/page/page.ts';
import { AnomaliesPage } from './page.ts';

runPage<AnomaliesData, AnomaliesWords, AnomaliesQuestion, TablesUi>({
  isData: isAnomaliesData,
  isQuestion: isAnomaliesQuestion,
  isUi: isTablesUi,
  ui: { tables: [] },
  make: (tools) => new AnomaliesPage(tools),
});
