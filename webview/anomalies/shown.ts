import type {
  AnomaliesData,
  AnomaliesQuestion,
  AnomaliesStrings,
} from '../../src/protocol/anomalies.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

export type AnomaliesShown = Shown<AnomaliesData, AnomaliesStrings, AnomaliesQuestion, TablesUi>;
export type AnomaliesTools = PageTools<AnomaliesQuestion, TablesUi>;

/** Shows what is behind something that stands out: its session, at the message, or its day. */
export function openOutlier(
  { data, question }: AnomaliesShown,
  index: number,
  tools: AnomaliesTools,
): void {
  const row = data.rows[index];
  if (row === undefined) return;
  if (row.day === '') tools.openSession(row.sid, row.message);
  else tools.openDay(row.day, question.project);
}
