import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { teamDays } from '../../../src/team/dayRows.ts';
import { teamCalls } from '../../../src/team/firestore/calls.ts';
import { rowsOf } from '../../../src/team/firestore/questions.ts';
import type { TeamSources } from '../../../src/team/ledger.ts';
import { joinTeam, leaveTeam } from '../../../src/team/membership.ts';
import { exportKeys, exportRows } from '../../../src/team/questions.ts';
import { teamSources } from '../../../src/team/sources.ts';
import { pushToTeam } from '../../../src/team/sync.ts';
import { FirestoreEmulator, installClient } from '../../lib/firestore.ts';
import { FirestoreMachine, FirestoreTeam, longPatience } from '../../lib/firestoreWorld.ts';
import { mixedNow, mixedStore, mixedWorlds } from '../../lib/mixedWorld.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { ingestPlainly } from '../../lib/schedule.ts';
import { openPolicy, TeamWorld } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { playWorld } from '../../lib/world.ts';
import { worlds } from '../../lib/worldOps.ts';
import { spentIn } from './claims.ts';

export function agreementTests(server: () => PostgresServer): void {
  describe('the same sent to PostgreSQL and to Firestore', () => {
    it('is read from both alike', async () => {
      await using emulator = await FirestoreEmulator.start();
      for (const mixed of fc.sample(mixedWorlds, { numRuns: 2, seed: 11 })) {
        let sources: TeamSources | undefined;
        mixedStore(mixed, (context) => {
          const wanted = { member: 'ada', machineName: 'laptop', since: '', isSent: () => false };
          const days = teamDays(context, openPolicy);
          const calls = teamCalls(context, openPolicy, { ...wanted, most: 10_000 });
          sources = { days: () => days, calls: () => calls, sessions: () => new Map() };
        });
        await using team = await TeamWorld.found(server());
        const other = await FirestoreTeam.found(emulator);
        using one = new FirestoreMachine(tempDir(), sources!);
        using two = await other.machine(() => []);
        const facts = { machineName: 'laptop', zone: 'UTC', takeOver: false };
        const connection = await team.member('ada', true);
        await joinTeam(one, { connection, ...facts });
        await pushToTeam(one);
        await pushToTeam({ ...two, sources: sources! });
        const ledger = await team.connect(connection);
        const days = { from: '2020-01-01', to: '2030-01-01' };
        for (const by of exportKeys) {
          const { rows, notes } = await other.ask((database) => rowsOf(database, by, days));
          const wanted = (await exportRows(ledger, by, days)).map(({ id: _, ...row }) => row);
          assert.ok(rows.length > 0, by);
          assert.deepEqual(rows, wanted, by);
          assert.deepEqual(notes, []);
        }
      }
    });

    it('by machines that read the same sessions, of which each is sent by the same one', async () => {
      await using emulator = await FirestoreEmulator.start();
      const who = fc.nat(2);
      const everything = [0, 1, 2, 3, 4, 5];
      const files = fc.subarray(everything);
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), who }) },
        fc.record({ kind: fc.constant('reads' as const), who, files }),
        fc.record({ kind: fc.constant('leave' as const), who }),
      );
      const lives = fc.tuple(worlds, fc.array(step, { minLength: 4, maxLength: 8 }));
      for (const [ops, steps] of fc.sample(lives, { numRuns: 3, seed: 5 })) {
        await using team = await TeamWorld.found(server());
        const other = await FirestoreTeam.found(emulator);
        const ada = await team.member('ada', true);
        const bob = await team.member('bob');
        using dir = tempDir();
        const all = playWorld(ops);
        const reader = async (at: number, reads: readonly number[]) => {
          const { db } = openForWriting(':memory:');
          ingestPlainly(
            db,
            dir.at(`${at}`),
            all.filter((_, index) => reads.includes(index % 6)),
          );
          return db;
        };
        const stores = await Promise.all([0, 1, 2].map((at) => reader(at, everything)));
        const machines = [0, 1, 2].map((at) => {
          const sources = teamSources((read) =>
            read(reportContext(stores[at]!, { now: mixedNow })),
          );
          const [mine, theirs] = [tempDir(), tempDir()];
          installClient(theirs.path);
          const member = at === 2 ? 'bob' : 'ada';
          return [
            {
              machine: new FirestoreMachine(mine, sources, longPatience),
              connection: at === 2 ? bob : ada,
            },
            {
              machine: new FirestoreMachine(theirs, sources, longPatience),
              connection: other.connection(member),
            },
          ] as const;
        });
        const each = async (
          at: number,
          work: (of: { machine: FirestoreMachine; connection: string }) => Promise<unknown>,
        ): Promise<void> => {
          for (const of of machines[at]!) await work(of);
        };
        const join = (at: number): Promise<void> =>
          each(at, ({ machine, connection }) =>
            joinTeam(machine, {
              ...{ connection, machineName: `m${at}`, zone: 'UTC', takeOver: false },
            }),
          );
        for (const at of [0, 1, 2]) await join(at);
        const ledger = await team.connect(ada);
        const days = { from: '2020-01-01', to: '2030-01-01' };
        const compare = async (): Promise<number> => {
          const { rows } = await other.ask((database) => rowsOf(database, 'row', days));
          const wanted = (await exportRows(ledger, 'row', days)).map(({ id: _, ...row }) => row);
          assert.deepEqual(rows, wanted);
          return rows.reduce((sum, { nano }) => sum + Number(nano), 0);
        };
        for (const life of steps) {
          if (life.kind === 'reads') {
            stores[life.who]!.close();
            stores[life.who] = await reader(life.who, life.files);
          } else if (life.kind === 'leave') {
            await each(life.who, ({ machine }) => leaveTeam(machine.folder, {}, 'machine'));
            await join(life.who);
          } else await each(life.who, ({ machine }) => pushToTeam(machine));
          await compare();
        }
        // In the end each has read everything: it is in both once.
        for (const at of [0, 1, 2]) {
          stores[at]!.close();
          stores[at] = await reader(at, everything);
        }
        for (const at of [0, 1, 2, 0, 1, 2]) await each(at, ({ machine }) => pushToTeam(machine));
        const sent = await compare();
        const whole = 'WHERE s.first_at >= 1577836800000';
        assert.equal(sent, spentIn(stores[0]!, whole));
        for (const db of stores) db.close();
        for (const one of machines.flat()) one.machine[Symbol.dispose]();
      }
    });
  });
}
