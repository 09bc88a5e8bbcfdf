import './style.css';
import {
  type BurnData,
  type BurnQuestion,
  type BurnStrings,
  isBurnData,
  isBurnQuestion,
} from '../../src/protocol/burn.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import { runPage } from '../shared/page/page.ts';
import { BurnPage } from './page.ts';

runPage<BurnData, BurnStrings, BurnQuestion, TablesUi>({
  isData: isBurnData,
  isQuestion: isBurnQuestion,
  isUi: isTablesUi,
  ui: { tables: [] },
  make: (tools) => new BurnPage(tools),
});
