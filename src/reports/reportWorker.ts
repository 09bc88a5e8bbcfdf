import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorReason, HumanError, messageOf } from '../model/errors.ts';
import { storeError } from '../store/openStore.ts';
import { type ReportResult, type ReportTask, runReport } from './reportTask.ts';

/** What the thread answers with. */
export type ReportOutcome =
  | { readonly type: 'done'; readonly result: ReportResult }
  | { readonly type: 'failed'; readonly reason: ErrorReason | undefined; readonly text: string };

/** Entry of the thread that makes one report: a long history takes longer than an editor may wait. */
const task = workerData as ReportTask;
parentPort?.postMessage(outcomeOf(task));

function outcomeOf(wanted: ReportTask): ReportOutcome {
  try {
    return { type: 'done', result: runReport(wanted) };
  } catch (thrown) {
    const error = storeError(wanted.storeFile, thrown);
    const reason = error instanceof HumanError ? error.reason : undefined;
    return { type: 'failed', reason, text: messageOf(error) };
  }
}
