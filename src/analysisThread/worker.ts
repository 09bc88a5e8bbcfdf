import { parentPort } from 'node:worker_threads';
import { type ErrorReason, type ErrorText, HumanError, messageOf } from '../model/errors.ts';
import { storeError } from '../store/connection/storeErrors.ts';
import { type AlertResult, type AlertTask, runAlerts } from './alertTask.ts';
import { type PanelTask, runPanel } from './panelTask.ts';
import { type ReportResult, type ReportTask, runReport } from './reportTask.ts';

/** What the thread is asked; answers carry the same number. */
export type Asked = { readonly id: number } & (
  | { readonly type: 'report'; readonly task: ReportTask }
  | { readonly type: 'panel'; readonly task: PanelTask }
  | { readonly type: 'alerts'; readonly task: AlertTask }
);

/** What the thread answers with. */
export type Answered = { readonly id: number } & (
  | { readonly type: 'report'; readonly result: ReportResult }
  | { readonly type: 'panel'; readonly data: unknown }
  | { readonly type: 'alerts'; readonly result: AlertResult }
  | {
      readonly type: 'failed';
      readonly reason: ErrorReason | undefined;
      readonly text: string;
      readonly what: ErrorText | undefined;
    }
);

/**
 * Entry of the thread that makes reports and what panels show: a long history takes longer than an
 * editor may wait.
 */
parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answer(asked)));

function answer(asked: Asked): Answered {
  const { id } = asked;
  try {
    switch (asked.type) {
      case 'report':
        return { id, type: 'report', result: runReport(asked.task) };
      case 'panel':
        return { id, type: 'panel', data: runPanel(asked.task) };
      case 'alerts':
        return { id, type: 'alerts', result: runAlerts(asked.task) };
    }
  } catch (thrown) {
    const error = storeError(asked.task.storeFile, thrown);
    const { reason, what } = error instanceof HumanError ? error : {};
    return { id, type: 'failed', reason, text: messageOf(error), what };
  }
}
