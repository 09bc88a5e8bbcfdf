import type { AnomaliesFigures, ListedOutlier } from '../../panels/anomalies.ts';
import type { AnomaliesQuestion } from '../../protocol/anomalies.ts';
import type { WindowFolder } from '../panels/projectOptions.ts';
import type { Format } from '../text/format.ts';

/** What the words of the panel of anomalies are made of. */
export interface AnomaliesInputs {
  readonly figures: AnomaliesFigures;
  readonly question: AnomaliesQuestion;
  readonly format: Format;
  readonly folders: readonly WindowFolder[];
  /** A session is live. */
  readonly live: boolean;
  readonly demo: boolean;
  /** What an outlier is called. */
  readonly names: (outlier: ListedOutlier) => string;
}
