import type { UtcDays } from '../model/calendar.ts';
import type { AnalysisThread } from './client.ts';
import type { TaskOrigin } from './taskContext.ts';

/** Answers are asked for again once they are older, milliseconds; so is a ledger that gave none. */
export const teamFreshMs = 60_000;

export interface TeamAskingOptions {
  readonly thread: Pick<AnalysisThread, 'ask'>;
  /** There is an answer, or it is known why not: whoever shows figures of the team reads them again. */
  readonly onAnswer: () => void;
}

/** What somebody looks at, and when the ledger was last asked about it (UTC milliseconds; 0 for never). */
export interface LookedAt {
  readonly days: UtcDays;
  readonly triedAt: number;
}

/**
 * Asks the team's ledger behind what is shown: whoever looks sees at once what is kept, and again when there is
 * something newer. One question at a time.
 */
export class TeamAsking {
  readonly #options: TeamAskingOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** When a question came to nothing that is noted anywhere; UTC milliseconds. */
  #failedAt = 0;

  constructor(options: TeamAskingOptions) {
    this.#options = options;
  }

  /** Asks where that is due; waits for nothing. Answers whether the ledger is being asked. */
  look(
    { storeFile, dataFolder }: Pick<TaskOrigin, 'storeFile' | 'dataFolder'>,
    { days, triedAt }: LookedAt,
  ): boolean {
    if (this.#running !== undefined) return true;
    const age = Date.now() - Math.max(triedAt, this.#failedAt);
    if (this.#stopped || (age >= 0 && age < teamFreshMs)) return false;
    this.#running = this.#ask({ storeFile, dataFolder, days }).finally(() => {
      this.#running = undefined;
      if (!this.#stopped) this.#options.onAnswer();
    });
    return true;
  }

  async #ask(task: {
    readonly storeFile: string;
    readonly dataFolder: string;
    readonly days: UtcDays;
  }): Promise<void> {
    try {
      await this.#options.thread.ask({ type: 'teamFigures', task });
    } catch {
      // The thread ends, or the store is closed just now: what is kept stays, and its age with it.
      this.#failedAt = Date.now();
    }
  }

  /** Nothing is asked any more; what is under way is waited for by who closes its thread. */
  stop(): void {
    this.#stopped = true;
  }
}
