import type { Disposable, LogOutputChannel } from 'vscode';
import { TeamSchedule } from '../../analysisThread/teamSchedule.ts';
import { taskOrigin } from './analysis.ts';
import type { SpendModel } from './spendModel.ts';

/**
 * Sends this machine's sums to its team's ledger while a window is open, if a team was joined in the terminal;
 * on the thread of what takes its time. The demo, and a store that is closed, are no one's.
 */
export class TeamPushes implements Disposable {
  readonly #schedule: TeamSchedule;

  constructor(model: SpendModel, log: LogOutputChannel, gatewayKey: () => Promise<string>) {
    this.#schedule = new TeamSchedule({
      thread: model.slowAnalysis,
      origin: () =>
        model.spend.demo || model.reader === undefined ? undefined : taskOrigin(model, Date.now()),
      gatewayKey,
      tell: (sentence) => log.warn(sentence),
    });
  }

  dispose(): void {
    this.#schedule.stop();
  }
}
