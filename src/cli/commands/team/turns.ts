import { setTimeout as sleep } from 'node:timers/promises';
import { isGatewayDue } from '../../../dataFolder/company/gatewayFile.ts';
import { isPushDue, pushEveryMs } from '../../../dataFolder/team/pushDue.ts';
import { shortPatience } from '../../../team/connection.ts';
import { refreshGateway } from '../../../team/gateway/refresh.ts';
import type { Environment } from '../../support/environment.ts';
import { complain } from '../../support/say.ts';
import { pushBehind } from './figures.ts';
import { pushes } from './machine.ts';

/** Longest that what was asked for waits for a team's server, milliseconds. */
const longestMs = 10_000;

/**
 * Sends to the team's ledger and asks it, and the company's gateway, how their budgets stand, where that is due,
 * for a command that tells of them: no window need be open. Of several programs one does it; a server that does not answer is tried again
 * as seldom as one that does, and said to be away once.
 */
export class TeamTurns {
  #running: Promise<void> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;

  /** Resolves when they have answered, or do not in time; true where their answers may be newer now. */
  async take(environment: Environment): Promise<boolean> {
    if (this.#running === undefined) {
      const work = this.#due(environment);
      if (work.length === 0) return false;
      const running = Promise.all(work.map((each) => each())).then(() => {});
      this.#running = running.finally(() => {
        this.#running = undefined;
      });
      // Whoever waits for it is told; when nobody does any more, nobody is.
      this.#running.catch(() => {});
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

  #due(environment: Environment): (() => Promise<void>)[] {
    const { folder } = environment;
    const isTried = performance.now() - this.#triedAt < pushEveryMs;
    const pushing = pushes(environment) && !isTried && isPushDue(folder);
    if (pushing) this.#triedAt = performance.now();
    return [
      ...(pushing ? [() => pushBehind(environment, shortPatience)] : []),
      ...(isGatewayDue(folder) ? [() => askQuietly(folder)] : []),
    ];
  }
}

async function askQuietly(folder: string): Promise<void> {
  const outage = await refreshGateway(folder, { env: process.env });
  if (outage?.told === false) complain(outage.text);
}
