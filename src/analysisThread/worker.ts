import { parentPort } from 'node:worker_threads';
import { type ErrorReason, type ErrorText, HumanError, messageOf } from '../model/errors.ts';
import { storeError } from '../store/connection/storeErrors.ts';
import { type AlertResult, type AlertTask, runAlerts } from './alertTask.ts';
import { type GuardResult, type GuardTask, runGuardStatus } from './guardTask.ts';
import { type PanelTask, runPanel } from './panelTask.ts';
import { type ReportResult, type ReportTask, runReport } from './reportTask.ts';
import { type ChangeTask, runChange } from './servedChange.ts';
import { runServed, type ServedResult, type ServedTask } from './servedTask.ts';
import type { TeamFiguresTask } from './teamFigures.ts';
import type { TeamPushResult, TeamTask } from './teamPush.ts';

/** What the thread is asked; answers carry the same number. */
export type Asked = { readonly id: number } & (
  | { readonly type: 'report'; readonly task: ReportTask }
  | { readonly type: 'panel'; readonly task: PanelTask }
  | { readonly type: 'alerts'; readonly task: AlertTask }
  | { readonly type: 'guard'; readonly task: GuardTask }
  | { readonly type: 'served'; readonly task: ServedTask }
  | { readonly type: 'change'; readonly task: ChangeTask }
  | { readonly type: 'team'; readonly task: TeamTask }
  | { readonly type: 'teamFigures'; readonly task: TeamFiguresTask }
);

/** What the thread answers with. */
export type Answered = { readonly id: number } & (
  | { readonly type: 'report'; readonly result: ReportResult }
  | { readonly type: 'panel'; readonly data: unknown }
  | { readonly type: 'alerts'; readonly result: AlertResult }
  | { readonly type: 'guard'; readonly result: GuardResult }
  | { readonly type: 'served'; readonly result: ServedResult }
  | { readonly type: 'change' }
  | { readonly type: 'team'; readonly result: TeamPushResult }
  | { readonly type: 'teamFigures' }
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
parentPort?.on('message', (asked: Asked) => {
  const answered = answer(asked);
  if (!(answered instanceof Promise)) parentPort?.postMessage(answered);
  else void answered.then((late) => parentPort?.postMessage(late));
});

function answer(asked: Asked): Answered | Promise<Answered> {
  const { id } = asked;
  try {
    switch (asked.type) {
      case 'report':
        return { id, type: 'report', result: runReport(asked.task) };
      case 'panel':
        return { id, type: 'panel', data: runPanel(asked.task) };
      case 'alerts':
        return { id, type: 'alerts', result: runAlerts(asked.task) };
      case 'guard':
        return { id, type: 'guard', result: runGuardStatus(asked.task) };
      case 'served':
        return { id, type: 'served', result: runServed(asked.task) };
      case 'change':
        runChange(asked.task);
        return { id, type: 'change' };
      case 'team':
      case 'teamFigures':
        return askTeam(asked);
    }
  } catch (thrown) {
    return failure(asked, thrown);
  }
}

/** Others are answered while the network is waited for; only who has joined a team loads what that takes. */
async function askTeam(
  asked: Extract<Asked, { readonly type: 'team' | 'teamFigures' }>,
): Promise<Answered> {
  const { id } = asked;
  try {
    if (asked.type === 'team') {
      const { runTeamPush } = await import('./teamPush.ts');
      return { id, type: 'team', result: await runTeamPush(asked.task) };
    }
    const { runTeamFigures } = await import('./teamFigures.ts');
    await runTeamFigures(asked.task);
    return { id, type: 'teamFigures' };
  } catch (thrown) {
    return failure(asked, thrown);
  }
}

function failure(
  { id, task }: { readonly id: number; readonly task: { readonly storeFile: string } },
  thrown: unknown,
): Answered {
  const error = storeError(task.storeFile, thrown);
  const { reason, what } = error instanceof HumanError ? error : {};
  return { id, type: 'failed', reason, text: messageOf(error), what };
}
