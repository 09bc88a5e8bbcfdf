import { dayOf, type Zone } from '../../model/calendar.ts';
import type { BurnFigures } from '../../panels/burn.ts';
import type { BurnQuestion } from '../../protocol/burn.ts';
import type { WindowFolder } from '../panels/projectOptions.ts';
import type { Format } from '../text/format.ts';

/** What a burn panel's words are made of. */
export interface BurnInputs {
  readonly figures: BurnFigures;
  readonly question: BurnQuestion;
  readonly format: Format;
  readonly zone: Zone;
  readonly folders: readonly WindowFolder[];
  /** A session is live. */
  readonly live: boolean;
  readonly demo: boolean;
}

/** The day of the week it is, in full. */
export function weekdayOf({ figures, format, zone }: BurnInputs): string {
  return format.weekday(new Date(`${dayOf(figures.now, zone)}T12:00:00Z`).getUTCDay(), 'long');
}
