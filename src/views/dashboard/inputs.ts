import type { Zone } from '../../model/calendar.ts';
import type { DashboardFigures } from '../../panels/dashboard.ts';
import type { DashboardQuestion } from '../../protocol/dashboard.ts';
import type { OptimizeJson } from '../../reports/insights/optimizeJson.ts';
import type { WordContext } from '../budgets/words.ts';
import type { WindowFolder } from '../panels/projectOptions.ts';
import type { Format } from '../text/format.ts';

/** What a dashboard's words are made of. */
export interface DashboardInputs {
  readonly figures: DashboardFigures;
  readonly question: DashboardQuestion;
  readonly format: Format;
  /** Folders of this window, offered as filters. */
  readonly folders: readonly WindowFolder[];
  /** A session is live. */
  readonly live: boolean;
  readonly demo: boolean;
  readonly zone: Zone;
  /** What could be saved; undefined while it is looked for. */
  readonly insights: OptimizeJson | undefined;
}

/** What words about times and budgets need. */
export function wordsOf({ figures, format, zone }: DashboardInputs): WordContext {
  return { format, now: figures.now, zone };
}

/** Whether a dashboard has anything to show: sessions of this machine, or those of its team. */
export function hasSomething({ hasData, team }: DashboardFigures): boolean {
  return hasData || team !== undefined;
}
