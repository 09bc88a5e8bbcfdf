import {
  followPolicy,
  type Membership,
  readMembership,
  type TeamPolicy,
} from '../dataFolder/team/membership.ts';
import { type Pool, writePools } from '../dataFolder/team/poolFile.ts';
import { readUploadState, updateUploadState } from '../dataFolder/team/uploadState.ts';
import { dayMs } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { largestOf } from '../model/lists.ts';
import { claimSessions, type SessionDay } from './claims.ts';
import { checkVersion, type Ledger, openLedger, type Patience } from './connection.ts';
import { kindOfDays } from './dayRows.ts';
import { type PushOutcome, prepare, send, type TeamSource } from './push.ts';

/** What a push needs to know of this machine. */
export interface TeamMachine {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly source: TeamSource;
  /** Days of sessions it might send, from a UTC day on ('' for all). */
  readonly sessions: (policy: TeamPolicy, since: string) => ReadonlySet<SessionDay>;
  /** Date of the price catalogue, YYYY-MM-DD, and what tells these prices from others. */
  readonly catalogue: string;
  readonly prices: string;
  /** Look at every day, not only at the last ones. */
  readonly everything?: boolean;
  readonly patience?: Patience;
}

/**
 * Sends what the ledger lacks of this machine and keeps what the ledger says of its pools. Undefined where no
 * team was joined. Throws a `HumanError` where that cannot be done now: nothing is lost, it follows later.
 */
export async function pushToTeam(machine: TeamMachine): Promise<PushOutcome | undefined> {
  const membership = readMembership(machine.folder, machine.env);
  if (membership === undefined) return undefined;
  const ledger = await openLedger(
    membership.connection,
    "The connection string of this machine's team",
    machine.patience,
  );
  try {
    await checkVersion(ledger);
    const policy = await currentPolicy(ledger, machine.folder, membership);
    const known = await knownRevisions(ledger, membership.machine);
    const least = largestOf(known.values(), 0);
    const since = machine.everything === true ? '' : firstDayToSee(machine, policy);
    const asked = machine.sessions(policy, since);
    const sends = await claimSessions(ledger, machine.folder, membership.machine, asked, since);
    const options = { least, known, since, sends };
    const shipment = prepare(machine.folder, machine.source, policy, options);
    const outcome = await send(ledger, machine.folder, membership, machine.catalogue, shipment);
    await ledger.query('SELECT outlay.pushed($1)', [membership.machine]);
    await keepPools(ledger, machine.folder, membership);
    return outcome;
  } finally {
    await ledger.close();
  }
}

/** Days that may still change by themselves: messages of later are dated to later days. */
const recentDays = 8;

/**
 * From which day on is to be looked: reading a long history takes a while, and old days change seldom. Once a
 * day, and with other prices or another policy, all are looked at: ''.
 */
function firstDayToSee({ folder, prices }: TeamMachine, policy: TeamPolicy): string {
  const { complete, completeAt } = readUploadState(folder);
  const age = Date.now() - completeAt;
  if (complete !== kindOfDays(prices, policy) || age > dayMs || age < 0) return '';
  return new Date(Date.now() - recentDays * dayMs).toISOString().slice(0, 10);
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

/** The team's policy may have changed since: what leaves the machine follows it. */
async function currentPolicy(
  ledger: Ledger,
  folder: string,
  membership: Membership,
): Promise<TeamPolicy> {
  const [found] = await ledger.query<TeamPolicy & { instance: string | null }>(
    `SELECT t.projects, t.branches, t.salt, m.instance::text AS instance
     FROM outlay.team t LEFT JOIN outlay.machine m ON m.id = $1 AND m.member = outlay.me()`,
    [membership.machine],
  );
  if (found === undefined) {
    throw new HumanError(
      'config',
      `The team ${membership.team} no longer knows ${membership.member}. Ask for a new invitation, or leave with "outlay team leave".`,
    );
  }
  const { instance, ...policy } = found;
  if (instance !== membership.instance) {
    throw new HumanError(
      'config',
      instance === null
        ? `The team's ledger no longer knows this machine, ${membership.machineName}. Leave with "outlay team leave", and join again if it is to send.`
        : `Another data folder sends as ${membership.machineName} now. Leave with "outlay team leave", and join with a name of its own (--machine NAME).`,
    );
  }
  const { projects, branches, salt } = membership.policy;
  if (projects !== policy.projects || branches !== policy.branches || salt !== policy.salt) {
    followPolicy(folder, policy);
  }
  return policy;
}

/** Revisions of the days the ledger has of a machine. */
async function knownRevisions(ledger: Ledger, machine: number): Promise<Map<string, number>> {
  const rows = await ledger.query<{ day: string; revision: string }>(
    'SELECT day::text AS day, revision FROM outlay.upload WHERE machine = $1',
    [machine],
  );
  return new Map(rows.map(({ day, revision }) => [day, Number(revision)]));
}

interface PoolRow {
  readonly scope: Pool['scope'];
  readonly name: string;
  readonly period: Pool['period'];
  readonly starts: string;
  readonly ends: string;
  readonly nano: string | null;
  readonly ladder: string | null;
  readonly action: string | null;
  readonly spent: string;
  readonly own: string;
}

/** Asks how the pools stand and keeps the answer. */
export async function keepPools(
  ledger: Ledger,
  folder: string,
  { team, machine }: Pick<Membership, 'team' | 'machine'>,
): Promise<readonly Pool[]> {
  const rows = await ledger.query<PoolRow>('SELECT * FROM outlay.my_pools($1)', [machine]);
  const pools = rows.map(
    ({ scope, name, period, starts, ends, nano, ladder, action, spent, own }): Pool => ({
      ...{ scope, name, period },
      from: Number(starts),
      to: Number(ends),
      spent: Number(spent),
      own: Number(own),
      budget:
        nano === null
          ? undefined
          : { nano: Number(nano), ladder: ladder ?? '', action: action ?? '' },
    }),
  );
  writePools(folder, { team, askedAt: Date.now(), pools });
  return pools;
}
