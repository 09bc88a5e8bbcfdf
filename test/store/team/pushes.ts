import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nothingSent, readUploadState } from '../../../src/dataFolder/team/uploadState.ts';
import type { Ledger } from '../../../src/team/connection.ts';
import type { TeamRow } from '../../../src/team/dayRows.ts';
import {
  pendingDays,
  prepare,
  type Shipment,
  send,
  type TeamSource,
} from '../../../src/team/push.ts';
import { sumColumns } from '../../../src/team/schema/columns.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { machineOf, openPolicy, TeamWorld, teamDaysOf, teamRow } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

const days = ['2026-10-31', '2026-11-01', '2026-11-02'];
const catalogue = '2026-11-01';

/** What a machine has: for each day an amount for each of three keys, 0 for no row. */
type State = Readonly<Record<string, readonly number[]>>;

function rowsOf(state: State): Record<string, TeamRow[]> {
  return Object.fromEntries(
    Object.entries(state)
      .map(([day, amounts]) => {
        const keys = [{}, { project: 'web' }, { model: 'claude-haiku-4-5', agent: 'Explore' }];
        const rows = amounts.map((nano, at) => teamRow(day, { ...keys[at], nano, messages: nano }));
        return [day, rows.filter(({ nano }) => nano > 0)] as const;
      })
      .filter(([, rows]) => rows.length > 0),
  );
}

/** The next thing that happens: the store changes, or a window does a step of its push. */
type Step =
  | { readonly kind: 'change'; readonly day: number; readonly amounts: readonly number[] }
  | { readonly kind: 'prepare' | 'send' | 'sendUnheard' | 'crash'; readonly window: number }
  | { readonly kind: 'lose' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      day: fc.nat(days.length - 1),
      amounts: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'prepare' as const,
        'send' as const,
        'sendUnheard' as const,
        'crash' as const,
      ),
      window: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose' as const }) },
);

/** A ledger whose answers get lost: what was asked is done, and nobody learns of it. */
function unheard(ledger: Ledger): Ledger {
  return {
    query: async (sql: string, values: never[]) => {
      await ledger.query(sql, values);
      throw new Error('the answer was lost');
    },
  } as unknown as Ledger;
}

/** Rows of a ledger without what says when they came. */
async function stand(ledger: Ledger): Promise<unknown[]> {
  const columns = ['day', 'local_day', 'project', 'model', 'agent', 'branch', ...sumColumns];
  return ledger.query(
    `SELECT ${columns.map((name) => `${name}::text`).join(', ')} FROM outlay.spend
     WHERE member = outlay.me() ORDER BY day, local_day, project, model, agent`,
  );
}

/** How often a roll-up says something else than the rows. */
function wrongSums(team: TeamWorld): string {
  const sums = sumColumns.map((name) => `sum(${name})::bigint`).join(', ');
  const compared = (table: string, key: string): string => `(SELECT count(*) FROM (
    (SELECT ${key}, count(*), ${sums} FROM spent GROUP BY ${key}
      EXCEPT SELECT ${key}, entries, ${sumColumns.join(', ')} FROM outlay.${table})
    UNION ALL (SELECT ${key}, entries, ${sumColumns.join(', ')} FROM outlay.${table}
      EXCEPT SELECT ${key}, count(*), ${sums} FROM spent GROUP BY ${key})) different)`;
  return team.sql(
    `WITH spent AS (SELECT *, date_trunc('month', day)::date AS month FROM outlay.spend)
     SELECT ${compared('project_day', 'day, project, model')}, ${compared('member_day', 'member, day')}, ${compared('member_month', 'member, month')}`,
  );
}

export function pushTests(server: () => PostgresServer): void {
  describe('pushes of a machine', () => {
    it('end in the rows of its last state, whatever is retried, lost, killed or done by two windows', async () => {
      await using team = await TeamWorld.found(server());
      const login = await team.member('ada');
      const windows = [await team.connect(login), await team.connect(login)];
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
          using dir = tempDir();
          const machine = await machineOf(windows[0]!, `machine ${++runs}`);
          let state: State = {};
          const source: TeamSource = () => teamDaysOf(rowsOf(state));
          const greatest = async (): Promise<number> => {
            const [row] = await windows[0]!.query<{ most: string }>(
              'SELECT coalesce(max(revision), 0) AS most FROM outlay.upload WHERE machine = $1',
              [machine],
            );
            return Number(row!.most);
          };
          const prepared: (Shipment | undefined)[] = [undefined, undefined];
          for (const each of steps) {
            if (each.kind === 'change') {
              state = { ...state, [days[each.day]!]: each.amounts };
            } else if (each.kind === 'lose') {
              await import('node:fs').then(({ rmSync }) =>
                rmSync(dir.at('team-uploads.json'), { force: true }),
              );
            } else if (each.kind === 'prepare') {
              const least = await greatest();
              prepared[each.window] = prepare(dir.path, source, openPolicy, { least });
            } else if (each.kind === 'crash') {
              prepared[each.window] = undefined;
            } else {
              const shipment = prepared[each.window];
              if (shipment === undefined) continue;
              const ledger = windows[each.window]!;
              const own = each.kind === 'send' ? ledger : unheard(ledger);
              const sending = send(own, dir.path, { machine }, catalogue, shipment);
              if (each.kind === 'send') await sending;
              else await sending.catch(() => {});
            }
          }
          const known = new Map(
            (
              await windows[0]!.query<{ day: string; revision: string }>(
                'SELECT day::text, revision FROM outlay.upload WHERE machine = $1',
                [machine],
              )
            ).map(({ day, revision }) => [day, Number(revision)]),
          );
          const last = prepare(dir.path, source, openPolicy, { least: await greatest(), known });
          await send(windows[0]!, dir.path, { machine }, catalogue, last);
          const rows = await stand(windows[0]!);
          // One push of the same state by a machine that has never sent anything.
          await windows[1]!.query('SELECT outlay.forget_machine(NULL)');
          using other = tempDir();
          const fresh = await machineOf(windows[1]!, `fresh ${runs}`);
          const once = prepare(other.path, source, openPolicy);
          await send(windows[1]!, other.path, { machine: fresh }, catalogue, once);
          assert.deepEqual(rows, await stand(windows[1]!));
          assert.equal(pendingDays(dir.path, source, openPolicy), 0);
          await windows[1]!.query('SELECT outlay.forget_machine(NULL)');
        }),
        { numRuns: 60 },
      );
      assert.equal(wrongSums(team), '0|0|0');
      assert.equal(team.sql('SELECT count(*) FROM outlay.project_day'), '0');
    });

    it('of members at once keep sums that are those of the rows', async () => {
      await using team = await TeamWorld.found(server());
      const names = ['ada', 'bob', 'eve'];
      const pushing = names.map(async (name, own) => {
        const ledger = await team.connect(await team.member(name));
        const machine = await machineOf(ledger);
        for (let revision = 1; revision <= 12; revision += 1) {
          const amounts = [revision, (revision + own) % 3, (revision * own) % 4];
          const rows = rowsOf({ [days[0]!]: amounts, [days[1]!]: amounts.toReversed() });
          using dir = tempDir();
          const source: TeamSource = () => teamDaysOf(rows);
          const shipment = prepare(dir.path, source, openPolicy, { least: revision * 10 });
          await send(ledger, dir.path, { machine }, catalogue, shipment);
        }
      });
      await Promise.all(pushing);
      assert.equal(wrongSums(team), '0|0|0');
      assert.notEqual(team.sql('SELECT sum(nano) FROM outlay.project_day'), '0');
    });

    it('send nothing where nothing is new, and only the days that are', async () => {
      await using team = await TeamWorld.found(server());
      const ledger = await team.connect(await team.member('ada'));
      const machine = await machineOf(ledger);
      using dir = tempDir();
      let state: State = { [days[0]!]: [1, 0, 0], [days[1]!]: [1, 1, 0] };
      const source: TeamSource = () => teamDaysOf(rowsOf(state));
      const push = async (): Promise<number> => {
        const shipment = prepare(dir.path, source, openPolicy);
        return (await send(ledger, dir.path, { machine }, catalogue, shipment)).sent;
      };
      assert.deepEqual([await push(), await push()], [2, 0]);
      state = { ...state, [days[1]!]: [1, 2, 0] };
      assert.deepEqual([await push(), await push()], [1, 0]);
      // A row that did not change is not written again.
      const revisions = `SELECT string_agg(revision::text, ',' ORDER BY project) FROM outlay.spend WHERE day = '${days[1]}'`;
      assert.equal(team.sql(revisions), '2,3');
      state = { [days[1]!]: [0, 2, 0] };
      assert.deepEqual([await push(), await push()], [2, 0]);
      assert.equal(team.sql('SELECT count(*), sum(nano) FROM outlay.spend'), '1|2');
    });

    it('leave days as they were sent once the store has summed them up, or no longer knows them', async () => {
      await using team = await TeamWorld.found(server());
      const ledger = await team.connect(await team.member('ada'));
      const machine = await machineOf(ledger);
      using dir = tempDir();
      const first = rowsOf({ [days[0]!]: [5, 0, 0], [days[1]!]: [7, 0, 0], [days[2]!]: [9, 0, 0] });
      const push = async (source: TeamSource): Promise<number> => {
        const shipment = prepare(dir.path, source, openPolicy);
        return (await send(ledger, dir.path, { machine }, catalogue, shipment)).sent;
      };
      assert.equal(await push(() => teamDaysOf(first)), 3);
      const summed = rowsOf({ [days[0]!]: [12, 0, 0], [days[2]!]: [9, 1, 0] });
      const after = { ...teamDaysOf(summed), summedUpBefore: days[2]! };
      assert.equal(await push(() => after), 1);
      // Not sent before, in a month of which something was.
      const late = rowsOf({ '2026-10-01': [40, 0, 0], [days[2]!]: [9, 1, 0] });
      const months = { ...teamDaysOf(late), summedUpBefore: days[2]!, inMonthsBefore: days[2]! };
      assert.equal(await push(() => months), 0);
      const reset = { ...teamDaysOf({}), from: '2026-11-30' };
      assert.equal(await push(() => reset), 0);
      assert.equal(team.sql('SELECT sum(nano) FROM outlay.spend'), '22');
    });

    it('of a day the ledger keeps no place for, by a clock that lies, leave the others as they are', async () => {
      await using team = await TeamWorld.found(server());
      const ledger = await team.connect(await team.member('ada'));
      const machine = await machineOf(ledger);
      using dir = tempDir();
      const state = rowsOf({
        '1970-01-02': [1, 0, 0],
        [days[0]!]: [2, 0, 0],
        '2071-03-04': [4, 0, 0],
      });
      const source: TeamSource = () => ({ ...teamDaysOf(state), from: '1970-01-01' });
      const shipment = prepare(dir.path, source, openPolicy);
      const outcome = await send(ledger, dir.path, { machine }, catalogue, shipment);
      assert.deepEqual(outcome, { sent: 1, refused: ['1970-01-02', '2071-03-04'] });
      assert.equal(team.sql('SELECT sum(nano) FROM outlay.spend'), '2');
    });

    it('change nothing of days the ledger is closed for, whose partitions may be gone', async () => {
      await using team = await TeamWorld.found(server());
      const ledger = await team.connect(await team.member('ada'));
      const machine = await machineOf(ledger);
      using dir = tempDir();
      let state: State = { [days[0]!]: [5, 0, 0], [days[1]!]: [7, 0, 0] };
      const source: TeamSource = () => teamDaysOf(rowsOf(state));
      const push = async (): Promise<number> => {
        const shipment = prepare(dir.path, source, openPolicy);
        await send(ledger, dir.path, { machine }, catalogue, shipment);
        return shipment.parcels.length;
      };
      assert.equal(await push(), 2);
      team.sql(`UPDATE outlay.team SET closed_before = '${days[1]}';
        ALTER TABLE outlay.spend DETACH PARTITION outlay.spend_202610; DROP TABLE outlay.spend_202610`);
      state = { [days[0]!]: [6, 0, 0], [days[1]!]: [8, 0, 0] };
      assert.deepEqual([await push(), await push()], [2, 0]);
      const sums = `SELECT string_agg(nano::text, ',' ORDER BY day) FROM outlay.member_day`;
      assert.equal(team.sql(sums), '5,8');
    });

    it('are numbered on the disk before they are sent', () => {
      using dir = tempDir();
      const source: TeamSource = () => teamDaysOf(rowsOf({ [days[0]!]: [1, 0, 0] }));
      assert.equal(readUploadState(dir.path), nothingSent);
      assert.equal(prepare(dir.path, source, openPolicy).parcels[0]!.revision, 1);
      assert.equal(readUploadState(dir.path).revision, 1);
      assert.equal(prepare(dir.path, source, openPolicy, { least: 7 }).parcels[0]!.revision, 8);
    });
  });
}
