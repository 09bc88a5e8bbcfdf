import type { BurnData, BurnQuestion, BurnWords } from '../../src/protocol/burn.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

export type BurnShown = Shown<BurnData, BurnWords, BurnQuestion, TablesUi>;
export type BurnTools = PageTools<BurnQuestion, TablesUi>;
