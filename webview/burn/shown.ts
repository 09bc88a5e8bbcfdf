import type { BurnData, BurnQuestion, BurnStrings } from '../../src/protocol/burn.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

export type BurnShown = Shown<BurnData, BurnStrings, BurnQuestion, TablesUi>;
export type BurnTools = PageTools<BurnQuestion, TablesUi>;
