import {
  followPolicy,
  type Membership,
  readMembership,
  type TeamPolicy,
} from '../dataFolder/team/membership.ts';
import { readUploadState, updateUploadState } from '../dataFolder/team/uploadState.ts';
import { dayMs } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { lastClaimed } from './claims.ts';
import type { Patience } from './connection.ts';
import { kindOfDays } from './dayRows.ts';
import { isFirestore } from './firestore/address.ts';
import type { TeamSources } from './ledger.ts';
import { openTeamLedger } from './openLedger.ts';
import { type PushOutcome, pendingDays, pendingOf, recentFrom } from './push.ts';

/** What a push needs to know of this machine. */
export interface TeamMachine {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sources: TeamSources;
  /** Date of the price catalogue, YYYY-MM-DD, and what tells these prices from others. */
  readonly catalogue: string;
  readonly prices: string;
  /** Look at every day, not only at the last ones. */
  readonly everything?: boolean;
  readonly patience?: Patience | undefined;
}

/**
 * Sends what the ledger lacks of this machine and keeps what the ledger says of its pools. Undefined where no
 * team was joined. Throws a `HumanError` where that cannot be done now: nothing is lost, it follows later.
 */
export async function pushToTeam(machine: TeamMachine): Promise<PushOutcome | undefined> {
  const membership = readMembership(machine.folder, machine.env);
  if (membership === undefined) return undefined;
  const what = "The connection string of this machine's team";
  const ledger = await openTeamLedger(membership.connection, what, machine);
  try {
    const policy = await ledger.policy(membership);
    const { projects, branches, salt } = membership.policy;
    if (projects !== policy.projects || branches !== policy.branches || salt !== policy.salt) {
      followPolicy(machine.folder, policy);
    }
    const since = machine.everything === true ? '' : firstDayToSee(machine, policy);
    const { folder, sources, catalogue } = machine;
    return await ledger.push(membership, { folder, sources, catalogue, policy, since });
  } finally {
    await ledger.close();
  }
}

/** How many days of this machine its ledger lacks as they are now; asks nobody. */
export function pendingDaysOf(
  { folder, sources }: Pick<TeamMachine, 'folder' | 'sources'>,
  { connection, policy, member, machineName }: Membership,
): number {
  if (!isFirestore(connection)) return pendingDays(folder, sources.days, policy);
  const wanted = { member, machineName, since: '', most: Number.MAX_SAFE_INTEGER };
  const sends = lastClaimed(folder);
  return pendingOf(folder, (isSent) => sources.calls(policy, { ...wanted, isSent, sends }));
}

/**
 * From which day on is to be looked: reading a long history takes a while, and old days change seldom. Once a
 * day, and with other prices or another policy, all are looked at: ''.
 */
function firstDayToSee({ folder, prices }: TeamMachine, policy: TeamPolicy): string {
  const { complete, completeAt } = readUploadState(folder);
  const age = Date.now() - completeAt;
  if (complete !== kindOfDays(prices, policy) || age > dayMs || age < 0) return '';
  return recentFrom(Date.now());
}

/** Whether the outage this push met was met before, and its sentence. */
export interface Outage {
  readonly text: string;
  /** Somebody was told of it: it is said once. */
  readonly told: boolean;
}

/** The same for whoever works on whatever happens: an outage is noted, and told of once until it is over. */
export async function pushQuietly(machine: TeamMachine): Promise<PushOutcome | Outage | undefined> {
  try {
    return await pushToTeam(machine);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return noteOutage(machine.folder, error.message);
  }
}

function noteOutage(folder: string, text: string): Outage {
  const { problem } = readUploadState(folder);
  if (problem?.text === text) return { text, told: problem.told };
  try {
    updateUploadState(folder, (state) => ({
      ...state,
      problem: { text, since: Date.now(), told: true },
    }));
  } catch {
    // Where nothing can be noted it is said each time.
  }
  return { text, told: false };
}
