import type { Overview } from '../../budgets/overview.ts';
import type { OfficialShares } from '../../dataFolder/clientReports.ts';
import type { IndexerState, RootStatus } from '../../watchers/messages.ts';
import type { Settings } from './settingsModel.ts';

/** Everything a view may show. */
export interface Spend {
  /** Undefined until the store has been read once. */
  readonly overview: Overview | undefined;
  /** Today's figure, of the last window or just read, until the overview is there. Nano-dollars. */
  readonly remembered: number | undefined;
  readonly indexer: IndexerState;
  /** Why the store cannot be read just now, '' when it can. */
  readonly readProblem: string;
  readonly roots: readonly RootStatus[];
  readonly settings: Settings;
  /** SQLite engine the figures are read with; '' until the store is open. */
  readonly engine: string;
  /** What the store said of itself when it was last asked; changes with every commit that matters. */
  readonly revision: string;
  /** The figures are those of the demo. */
  readonly demo: boolean;
  /** What Claude Code itself said of a plan's windows; undefined where it has not, or that is over. */
  readonly official: OfficialShares | undefined;
}

/** Before anything is read. */
export function nothingYet(settings: Settings): Spend {
  return {
    overview: undefined,
    remembered: undefined,
    indexer: { kind: 'starting' },
    readProblem: '',
    roots: [],
    settings,
    engine: '',
    revision: '',
    demo: false,
    official: undefined,
  };
}
