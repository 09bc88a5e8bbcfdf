import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { claimSessions, teamSessions } from '../../../src/team/claims.ts';
import type { Ledger } from '../../../src/team/connection.ts';
import { teamDays } from '../../../src/team/dayRows.ts';
import { pendingDays, prepare, send } from '../../../src/team/push.ts';
import { withStore } from '../../lib/memoryStore.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { ingestPlainly } from '../../lib/schedule.ts';
import { machineOf, openPolicy, TeamWorld } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { playWorld, type WorldFile } from '../../lib/world.ts';
import { worlds } from '../../lib/worldOps.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

/** A machine with a store of its own, as a push sees it. */
interface Member {
  readonly ledger: Ledger;
  readonly machine: number;
  readonly folder: string;
  readonly db: SqlDatabase;
}

async function push({ ledger, machine, folder, db }: Member): Promise<void> {
  const context = reportContext(db, { now });
  const asked = teamSessions(db, openPolicy);
  const sends = await claimSessions(ledger, folder, machine, asked, '');
  const shipment = prepare(
    folder,
    (policy, since, mine) => teamDays(context, policy, since, mine),
    openPolicy,
    { sends },
  );
  await send(ledger, folder, { machine }, '2026-11-01', shipment);
}

/** What a store has spent of its sessions, background included; nano-dollars. */
export function spentIn(db: SqlDatabase, where = ''): number {
  const sum = (table: string): number =>
    db
      .prepare(
        `SELECT coalesce(sum(t.nano), 0) AS nano FROM ${table} t JOIN session s ON s.id = t.session ${where}`,
      )
      .get<{ nano: number }>()!.nano;
  return sum('spend_bucket') + sum('background');
}

export function claimTests(server: () => PostgresServer): void {
  describe('sessions that several machines of a team read', () => {
    it('are in its sums once, whoever pushes first and how often', async () => {
      await using team = await TeamWorld.found(server());
      const ada = await team.connect(await team.member('ada'));
      const bob = await team.connect(await team.member('bob'));
      using dir = tempDir();
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          worlds,
          fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }),
          async (ops, order) => {
            team.sql('DELETE FROM outlay.spend; DELETE FROM outlay.machine');
            const folder = dir.at(String(++runs));
            mkdirSync(folder);
            // One folder, mounted on two machines of one member and one of another.
            const files = playWorld(ops);
            const expected = await withMachines(folder, files, 3, async (stores) => {
              const members: Member[] = [];
              for (const [at, db] of stores.entries()) {
                const ledger = at === 2 ? bob : ada;
                const machine = await machineOf(ledger, `machine ${at}`);
                const own = `${folder}/data ${at}`;
                mkdirSync(own);
                members.push({ ledger, machine, folder: own, db });
              }
              for (const at of [...order, 0, 1, 2]) await push(members[at]!);
              for (const { folder: own, db } of members) {
                const context = reportContext(db, { now });
                const source: Parameters<typeof pendingDays>[1] = (policy, since, sends) =>
                  teamDays(context, policy, since, sends);
                assert.equal(pendingDays(own, source, openPolicy), 0, 'nothing is left to be sent');
              }
              return spentIn(stores[0]!, 'WHERE t.session > 0 AND s.first_at >= 1577836800000');
            });
            const dated = Number(team.sql('SELECT coalesce(sum(nano), 0) FROM outlay.spend'));
            assert.equal(dated, expected);
          },
        ),
        { numRuns: Number(process.env.OUTLAY_TEST_RUNS ?? 6) },
      );
    });

    it('and those of other hosts are sent by their hosts alone', async () => {
      using dir = tempDir();
      const ops = [
        { kind: 'assistant', session: 0, wait: 0, n: 1, m: 1 },
        { kind: 'assistant', session: 1, wait: 1000, n: 20, m: 5 },
      ] as const;
      withStore('better-sqlite3', (db) => {
        const files = playWorld([...ops]);
        ingestPlainly(
          db,
          dir.path,
          files.map((file) => ({ ...file, root: `${file.root}@devbox` })),
        );
        assert.ok(spentIn(db) > 0);
        const context = reportContext(db, { now });
        assert.equal(teamSessions(db, openPolicy).size, 0);
        assert.equal(teamDays(context, openPolicy).days.size, 0);
      });
    });

    it('are claimed for machines of one’s own only, within bounds', async () => {
      await using team = await TeamWorld.found(server());
      const ada = await team.connect(await team.member('ada'));
      const bob = await team.connect(await team.member('bob'));
      const machine = await machineOf(ada);
      const ask = 'SELECT * FROM outlay.claim_sessions($1::int, $2::date[], $3::bigint[])';
      await assert.rejects(bob.query(ask, [machine, ['2026-11-20'], ['1']]), /refuses this/);
      const many = Array.from({ length: 5_001 }, (_, i) => String(i));
      await assert.rejects(ada.query(ask, [machine, many.map(() => '2026-11-20'), many]), /5000/);
      await assert.rejects(ada.query('SELECT * FROM outlay.session_day'), /refuses this/);
      assert.equal((await ada.query(ask, [machine, ['1999-01-01'], ['7']])).length, 0);
    });
  });
}

/** Stores of several machines that have read the same transcripts. */
async function withMachines<T>(
  folder: string,
  files: readonly WorldFile[],
  count: number,
  work: (stores: readonly SqlDatabase[]) => Promise<T>,
): Promise<T> {
  const stores = Array.from({ length: count }, () => openForWriting(':memory:').db);
  try {
    for (const db of stores) ingestPlainly(db, folder, files);
    return await work(stores);
  } finally {
    for (const db of stores) db.close();
  }
}
