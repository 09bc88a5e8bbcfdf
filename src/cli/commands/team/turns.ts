import { setTimeout as sleep } from 'node:timers/promises';
import { isPushDue, pushEveryMs } from '../../../dataFolder/team/pushDue.ts';
import { shortPatience } from '../../../team/connection.ts';
import type { Environment } from '../../support/environment.ts';
import { pushBehind } from './figures.ts';
import { pushes } from './machine.ts';

/** Longest that what was asked for waits for a team's server, milliseconds. */
const longestMs = 10_000;

/**
 * Sends to the team's ledger and asks how its budgets stand, where that is due, for a command that tells of
 * them: no window need be open. Of several programs one does it; a server that does not answer is tried again
 * as seldom as one that does, and said to be away once.
 */
export class TeamTurns {
  #running: Promise<void> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;

  /** Resolves when the ledger has answered, or does not in time; true where its answer may be newer now. */
  async take(environment: Environment): Promise<boolean> {
    if (!pushes(environment)) return false;
    if (this.#running === undefined) {
      const isTried = performance.now() - this.#triedAt < pushEveryMs;
      if (isTried || !isPushDue(environment.folder)) return false;
      this.#triedAt = performance.now();
      this.#running = pushBehind(environment, shortPatience).finally(() => {
        this.#running = undefined;
      });
    }
    const late = new AbortController();
    try {
      // What takes longer goes on behind what is told.
      await Promise.race([
        this.#running,
        sleep(longestMs, undefined, { signal: late.signal }).catch(() => {}),
      ]);
    } finally {
      late.abort();
    }
    return true;
  }
}
