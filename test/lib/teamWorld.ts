import { randomUUID } from 'node:crypto';
import type { TeamPolicy } from '../../src/dataFolder/team/membership.ts';
import { addressOf } from '../../src/team/address.ts';
import { type Ledger, openLedger } from '../../src/team/connection.ts';
import type { TeamDays, TeamRow } from '../../src/team/dayRows.ts';
import { addMember, foundTeam, type TeamPlan } from '../../src/team/found.ts';
import type { TeamSources } from '../../src/team/ledger.ts';
import type { TeamSource } from '../../src/team/push.ts';
import { sumColumns } from '../../src/team/schema/columns.ts';
import type { PostgresServer } from './postgres.ts';

const plan: TeamPlan = { name: 'Tests', projects: 'name', branches: true, visible: 'totals' };

/** A team in a database of its own. */
export class TeamWorld implements AsyncDisposable {
  readonly owner: string;
  readonly #server: PostgresServer;
  readonly #open: Ledger[] = [];

  private constructor(server: PostgresServer, owner: string) {
    this.#server = server;
    this.owner = owner;
  }

  static async found(
    server: PostgresServer,
    more: Partial<TeamPlan> = {},
    owner = server.database(),
  ): Promise<TeamWorld> {
    const world = new TeamWorld(server, owner);
    await foundTeam(await world.connect(), { ...plan, ...more });
    return world;
  }

  /** Connects; as the owner unless another address is named. */
  async connect(address = this.owner): Promise<Ledger> {
    const ledger = await openLedger(address, 'The connection string');
    this.#open.push(ledger);
    return ledger;
  }

  /** Adds a member; their connection string. */
  async member(name: string, admin = false): Promise<string> {
    const ledger = await this.connect();
    const { login, password } = await addMember(ledger, name, admin);
    return addressOf(this.owner, login, password);
  }

  /** What the owner reads. */
  sql(statement: string): string {
    return this.#server.sql(new URL(this.owner).pathname.slice(1), statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const ledger of this.#open) await ledger.close();
  }
}

/** Joins a machine of who is connected. */
export async function machineOf(ledger: Ledger, name = 'laptop'): Promise<number> {
  const [row] = await ledger.query<{ id: number }>(
    'SELECT outlay.join_machine($1, $2, $3, false) AS id',
    [name, randomUUID(), 'UTC'],
  );
  return row!.id;
}

export const openPolicy: TeamPolicy = { projects: 'name', branches: true, salt: 'salt' };

/** What a machine has for PostgreSQL's ledger, which takes no calls. */
export function sumsOnly(
  days: TeamSource,
  sessions: TeamSources['sessions'] = () => new Map(),
): TeamSources {
  const calls = () => {
    throw new Error('nobody asks for calls');
  };
  return { days, calls, sessions };
}

/** A row of a day that is the same in its member's zone. */
export function teamRow(day: string, more: Partial<TeamRow> = {}): TeamRow {
  const sums = Object.fromEntries(sumColumns.map((name) => [name, 0]));
  return {
    ...(sums as Record<(typeof sumColumns)[number], number>),
    local_day: day,
    project: 'shop',
    model: 'claude-opus-4-8',
    agent: 'main',
    branch: '',
    messages: 1,
    nano: 1_000,
    ...more,
  };
}

export function teamDaysOf(days: Readonly<Record<string, readonly TeamRow[]>>): TeamDays {
  return {
    days: new Map(Object.entries(days)),
    from: '2026-01-01',
    summedUpBefore: '',
    inMonthsBefore: '',
    of: JSON.stringify(days),
  };
}
