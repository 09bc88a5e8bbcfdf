import { isGatewayDue } from '../dataFolder/company/gatewayFile.ts';
import { isPushDue, pushEveryMs } from '../dataFolder/team/pushDue.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import type { AnalysisThread } from './client.ts';
import type { TaskOrigin } from './taskContext.ts';

/** The first time, once the transcripts of the last days are read. */
const firstMs = 30_000;

export interface TeamScheduleOptions {
  readonly thread: Pick<AnalysisThread, 'ask'>;
  /** Of the machine's own store; undefined while there is nothing to be sent, as in the demo. */
  readonly origin: () => TaskOrigin | undefined;
  /** The key of the company's gateway that the editor keeps; '' without one. */
  readonly gatewayKey?: () => Promise<string>;
  /** Says that the ledger cannot be reached, once. */
  readonly tell: (sentence: string) => void;
  /** For tests. */
  readonly everyMs?: number;
  readonly firstMs?: number;
}

/**
 * Pushes to the team's ledger now and then, while a process runs that follows the transcripts. Of several windows
 * the first does it; without a membership this looks for a file every five minutes and nothing else.
 */
export class TeamSchedule {
  readonly #options: TeamScheduleOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: TeamScheduleOptions) {
    this.#options = options;
    this.#wait(options.firstMs ?? firstMs);
  }

  #wait(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#push().finally(() => {
        this.#running = undefined;
        this.#wait(this.#options.everyMs ?? pushEveryMs);
      });
    }, ms);
    this.#timer.unref();
  }

  async #push(): Promise<void> {
    const task = this.#options.origin();
    if (task === undefined) return;
    const { dataFolder } = task;
    if (!isPushDue(dataFolder, this.#options.everyMs) && !isGatewayDue(dataFolder)) return;
    try {
      const gatewayKey = (await this.#options.gatewayKey?.()) ?? '';
      const asked = { ...task, gatewayKey };
      const { result } = await this.#options.thread.ask({ type: 'team', task: asked });
      const { outage } = result;
      if (outage?.told === false) this.#options.tell(outage.text);
    } catch (error) {
      // The store is closed just now, or the membership cannot be used, which commands say.
      if (!(error instanceof HumanError) && !this.#stopped) this.#options.tell(messageOf(error));
    }
  }

  /** Nothing is sent any more; a push under way is waited for by who closes its thread. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when no push is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }
}
