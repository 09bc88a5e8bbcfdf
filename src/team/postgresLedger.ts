import type { Membership, TeamPolicy } from '../dataFolder/team/membership.ts';
import type { UtcDays } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { largestOf } from '../model/lists.ts';
import { claimedSessions, claimSessions, releaseSessions } from './claims.ts';
import { checkVersion, type Ledger, openLedger, type Patience } from './connection.ts';
import { keepMonth } from './figures.ts';
import {
  checkInstance,
  type JoiningMachine,
  type LedgerRows,
  type PushWork,
  type TeamFacts,
  type TeamLedger,
} from './ledger.ts';
import { askPools } from './pools.ts';
import { type PushOutcome, prepare, send } from './push.ts';
import { type ExportKey, exportRows, type MemberSpend, memberSpends } from './questions.ts';

/** A team's ledger in PostgreSQL: sums of days, and a server that says itself who may do what. */
export class PostgresLedger implements TeamLedger {
  readonly #ledger: Ledger;

  private constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  static async open(connection: string, what: string, patience?: Patience) {
    return new PostgresLedger(await openLedger(connection, what, patience));
  }

  async team(): Promise<TeamFacts> {
    await checkVersion(this.#ledger);
    const [found] = await this.#ledger.query<TeamPolicy & { team: string; member: string }>(
      `SELECT t.name AS team, t.projects, t.branches, t.salt, m.name AS member
       FROM outlay.team t JOIN outlay.member m ON m.id = outlay.me()`,
    );
    if (found === undefined) {
      throw new HumanError(
        'config',
        'This login is no member of the team. Ask who runs it for an invitation.',
      );
    }
    const { team, member, ...policy } = found;
    return { team, member, policy };
  }

  async joinMachine({ machineName, instance, zone, takeOver }: JoiningMachine) {
    const [row] = await this.#ledger.query<{ id: number | null }>(
      'SELECT outlay.join_machine($1, $2, $3, $4) AS id',
      [machineName, instance, zone, takeOver],
    );
    return row!.id ?? undefined;
  }

  async policy(membership: Membership): Promise<TeamPolicy> {
    await checkVersion(this.#ledger);
    const [found] = await this.#ledger.query<TeamPolicy & { instance: string | null }>(
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
    checkInstance(instance, membership);
    return policy;
  }

  async push(membership: Membership, work: PushWork): Promise<PushOutcome> {
    const ledger = this.#ledger;
    const { folder, sources, catalogue, policy, since } = work;
    const known = await knownRevisions(ledger, membership.machine);
    const least = largestOf(known.values(), 0);
    const { machine } = membership;
    const held = await claimedSessions(ledger, machine, since);
    const asked = sources.sessions(policy, since);
    const sends = await claimSessions(ledger, folder, machine, asked, since);
    const shipment = prepare(folder, sources.days, policy, { least, known, since, sends });
    const outcome = await send(ledger, folder, membership, catalogue, shipment);
    const dropped = held.filter((one) => one >= shipment.currentFrom && !asked.has(one));
    await releaseSessions(ledger, machine, dropped);
    await ledger.query('SELECT outlay.pushed($1)', [machine]);
    await askPools(ledger, folder, membership);
    await keepMonth(ledger, folder, membership);
    return outcome;
  }

  async forget({ machine }: Membership, whose: 'machine' | 'member'): Promise<number> {
    const [row] = await this.#ledger.query<{ gone: string }>(
      'SELECT outlay.forget_machine($1) AS gone',
      [whose === 'machine' ? machine : null],
    );
    return Number(row!.gone);
  }

  async members(): Promise<readonly MemberSpend[]> {
    await checkVersion(this.#ledger);
    return memberSpends(this.#ledger);
  }

  async rows(by: ExportKey, days: UtcDays): Promise<LedgerRows> {
    await checkVersion(this.#ledger);
    return { rows: await exportRows(this.#ledger, by, days), notes: [] };
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}

/** Revisions of the days the ledger has of a machine. */
async function knownRevisions(ledger: Ledger, machine: number): Promise<Map<string, number>> {
  const rows = await ledger.query<{ day: string; revision: string }>(
    'SELECT day::text AS day, revision FROM outlay.upload WHERE machine = $1',
    [machine],
  );
  return new Map(rows.map(({ day, revision }) => [day, Number(revision)]));
}
