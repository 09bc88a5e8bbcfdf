import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { teamDays } from '../../../src/team/dayRows.ts';
import { teamCalls } from '../../../src/team/firestore/calls.ts';
import { rowsOf } from '../../../src/team/firestore/questions.ts';
import type { TeamSources } from '../../../src/team/ledger.ts';
import { joinTeam } from '../../../src/team/membership.ts';
import { exportKeys, exportRows } from '../../../src/team/questions.ts';
import { pushToTeam } from '../../../src/team/sync.ts';
import { FirestoreEmulator } from '../../lib/firestore.ts';
import { FirestoreMachine, FirestoreTeam } from '../../lib/firestoreWorld.ts';
import { mixedStore, mixedWorlds } from '../../lib/mixedWorld.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { openPolicy, TeamWorld } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

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
          sources = { days: () => days, calls: () => calls, sessions: () => new Set() };
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
  });
}
