import { createHash } from 'node:crypto';
import { type SessionDay, type SessionDays, sessionDays } from '../../src/team/claims.ts';
import type { Patience } from '../../src/team/connection.ts';
import { FirestoreDatabase } from '../../src/team/firestore/database.ts';
import type { Call } from '../../src/team/firestore/layout.ts';
import { createTeam } from '../../src/team/firestore/team.ts';
import type { CallSource, TeamSources } from '../../src/team/ledger.ts';
import { joinTeam } from '../../src/team/membership.ts';
import type { TeamMachine } from '../../src/team/sync.ts';
import { type FirestoreEmulator, installClient } from './firestore.ts';
import { type TempDir, tempDir } from './tempDir.ts';

/** A call at noon of a day unless told otherwise. */
export function call(id: string, day: string, more: Partial<Call> = {}): Call {
  return {
    ...{ id, at: Date.parse(`${day}T12:00:00Z`), kind: 'message', agent: 'main' },
    ...{ model: 'claude-opus-4-8', nano: 1_000, input: 10, output: 20, success: true },
    ...{ localDay: day, project: 'shop', branch: '', messages: 1, lower: 0, unpriced: 0 },
    ...{ write5m: 0, write1h: 0, cacheRead: 0, searches: 0 },
    ...more,
  };
}

/** A call's session: what stands before a colon in its name; '' for one of its machine's alone. */
function sessionOf({ id }: Pick<Call, 'id'>): string {
  return id.includes(':') ? id.slice(0, id.indexOf(':')) : '';
}

function dayOfSession(call: Call): SessionDay | undefined {
  const session = sessionOf(call);
  return session === '' ? undefined : sessionDays({ salt: 'tests' })(session, call.at);
}

/** Days of sessions of calls. */
export function sessionsOf(calls: readonly Call[]): SessionDays {
  return new Map(
    calls.flatMap((each): [SessionDay, string][] => {
      const one = dayOfSession(each);
      return one === undefined ? [] : [[one, sessionOf(each)]];
    }),
  );
}

/** Calls as a store would give them; `most` of them in a round, as with a long history. */
export function callSource(calls: () => readonly Call[], most = 50_000): CallSource {
  return (_, { member, machineName, since, isSent, sends }) => {
    const sent = calls().filter((each) => {
      const one = dayOfSession(each);
      return one === undefined || sends === undefined || sends(one);
    });
    // The same call has another name with each machine, as in a store.
    const named = sent.map((each) =>
      sessionOf(each) === '' ? each : { ...each, id: `${each.id}:${member}:${machineName}` },
    );
    const byDay = Map.groupBy(named, ({ at }) => new Date(at).toISOString().slice(0, 10));
    const days = new Map<string, { hash: string; rows: readonly Call[] }>();
    let kept = 0;
    let cutAt: string | undefined;
    for (const [day, own] of [...byDay].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (day < since) continue;
      if (kept >= most) {
        cutAt = day;
        break;
      }
      const rows = own.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const hash = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 22);
      const gone = isSent(day, hash);
      days.set(day, { hash, rows: gone ? [] : rows });
      if (!gone) kept += rows.length;
    }
    return { days, from: '2026-01-01', summedUpBefore: '', inMonthsBefore: '', of: 'x', cutAt };
  };
}

/** A team in a project of its own. */
export class FirestoreTeam {
  readonly emulator: FirestoreEmulator;
  readonly project: string;

  private constructor(emulator: FirestoreEmulator, project: string) {
    this.emulator = emulator;
    this.project = project;
  }

  static async found(emulator: FirestoreEmulator): Promise<FirestoreTeam> {
    const team = new FirestoreTeam(emulator, emulator.project());
    await team.ask((database) =>
      createTeam(database, { name: 'Tests', projects: 'name', branches: true }),
    );
    return team;
  }

  connection(member: string): string {
    return `firestore://${this.project}?member=${member}&emulator=${this.emulator.host}`;
  }

  /** What a program of Outlay's asks of the database. */
  async ask<T>(work: (database: FirestoreDatabase) => Promise<T>): Promise<T> {
    using dir = tempDir();
    installClient(dir.path);
    const address = { database: '(default)', member: '', emulator: this.emulator.host };
    const database = await FirestoreDatabase.open(
      { ...address, project: this.project },
      dir.path,
      5_000,
    );
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }

  /** A machine that has joined, with the calls it has. */
  async machine(
    calls: () => readonly Call[],
    { member = 'ada', name = 'laptop', most }: MachineOptions = {},
  ): Promise<FirestoreMachine> {
    const dir = tempDir();
    installClient(dir.path);
    const connection = this.connection(member);
    const facts = { machineName: name, zone: 'UTC', takeOver: false };
    await joinTeam({ folder: dir.path, env: {} }, { connection, ...facts });
    const days = () => {
      throw new Error('nobody asks for sums');
    };
    return new FirestoreMachine(dir, {
      ...{ days, calls: callSource(calls, most), sessions: () => sessionsOf(calls()) },
    });
  }

  /** The calls that stand there, by their names. */
  async calls() {
    return this.emulator.all(this.project, 'trinity_costs');
  }

  async claims() {
    return this.emulator.all(this.project, 'outlay_claims');
  }

  async machines() {
    return this.emulator.all(this.project, 'outlay_machines');
  }
}

interface MachineOptions {
  readonly member?: string;
  readonly name?: string;
  readonly most?: number;
}

/** For who tests what is not waited for. */
const soon: Patience = { connectMs: 2_000, statementMs: 1_500 };
/** For who does not: other tests run beside it. */
export const longPatience: Patience = { connectMs: 30_000, statementMs: 30_000 };

export class FirestoreMachine implements Disposable, TeamMachine {
  readonly dir: TempDir;
  readonly folder: string;
  readonly env = {};
  readonly sources: TeamSources;
  readonly catalogue = '2026-11-01';
  readonly prices = 'p';
  readonly everything = true;
  readonly patience: Patience;

  constructor(dir: TempDir, sources: TeamSources, patience: Patience = soon) {
    this.patience = patience;
    this.dir = dir;
    this.folder = dir.path;
    this.sources = sources;
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}
