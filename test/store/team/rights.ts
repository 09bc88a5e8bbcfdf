import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ledger } from '../../../src/team/connection.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { machineOf, TeamWorld, teamRow } from '../../lib/teamWorld.ts';

const day = '2026-11-20';

async function put(ledger: Ledger, machine: number, revision = 1, rows = [teamRow(day)]) {
  await ledger.query('SELECT outlay.put_day($1, $2, $3, $4, $5)', [
    ...[machine, day, revision, '2026-11-01'],
    JSON.stringify(rows),
  ]);
}

/** What members of a team may do, asked as their own database roles with any SQL they like. */
export function rightsTests(server: () => PostgresServer): void {
  describe('a member with a hostile client', () => {
    it('changes and removes nothing that is not theirs', async () => {
      await using team = await TeamWorld.found(server(), { visible: 'members' });
      const ada = await team.connect(await team.member('ada'));
      const eve = await team.connect(await team.member('eve'));
      const machine = await machineOf(ada);
      await put(ada, machine);
      const before = team.sql('SELECT * FROM outlay.spend');
      const nothing = [
        'UPDATE outlay.spend SET nano = 0',
        'DELETE FROM outlay.spend',
        'UPDATE outlay.upload SET revision = 999',
        'DELETE FROM outlay.upload',
      ];
      for (const statement of nothing) await eve.query(statement);
      await assert.rejects(put(eve, machine, 5), /foreign key|23503/);
      const insert = `INSERT INTO outlay.spend SELECT * FROM outlay.spend`;
      await assert.rejects(eve.query(insert), /row-level security|23505|42501/);
      const asAda = `INSERT INTO outlay.upload (member, machine, day, revision) VALUES (1, ${machine}, '2026-11-21', 7)`;
      await assert.rejects(eve.query(asAda), /42501|row-level/);
      assert.equal(team.sql('SELECT * FROM outlay.spend'), before);
    });

    it('writes to no roll-up, member, group, machine, policy, migration or pool, and makes nothing', async () => {
      await using team = await TeamWorld.found(server(), { visible: 'members' });
      const ada = await team.connect(await team.member('ada'));
      const eve = await team.connect(await team.member('eve'));
      await put(ada, await machineOf(ada));
      const tables = [
        ...[
          'project_day',
          'member_day',
          'member_month',
          'member',
          'member_group',
          'machine',
          'team',
        ],
        ...['migration', 'pool'],
      ];
      for (const table of tables) {
        await assert.rejects(eve.query(`DELETE FROM outlay.${table}`), /refuses this/);
      }
      const refused = [
        'UPDATE outlay.member SET admin = true',
        "INSERT INTO outlay.member_group VALUES (1, 'x')",
        'CREATE TABLE outlay.mine (a int)',
        'CREATE FUNCTION outlay.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
        'DROP TABLE outlay.spend_202611',
        'ALTER TABLE outlay.spend DISABLE ROW LEVEL SECURITY',
        "SELECT outlay.add_member('mallory', true, 'SCRAM-SHA-256$4096:a$b:c')",
        "SELECT outlay.renew_member('ada', 'SCRAM-SHA-256$4096:a$b:c')",
        "SELECT outlay.remove_member('ada', true)",
        "SELECT outlay.set_groups('eve', ARRAY['x'])",
        "SELECT outlay.set_policy('name', true, 'members')",
        "SELECT outlay.set_pool('team', '', 'day', 1, '50/75/90/100', 'stop')",
        "SELECT outlay.remove_pool('team', '', 'day')",
        'SELECT outlay.make_role()',
        "SELECT outlay.make_login('mallory', 'SCRAM-SHA-256$4096:a$b:c')",
        'SET SESSION AUTHORIZATION owner',
        'SET ROLE owner',
        'SELECT * FROM outlay.spend_202611',
        'DELETE FROM outlay.spend_202611',
      ];
      for (const statement of refused) {
        await assert.rejects(eve.query(statement), /refuses this/, statement);
      }
    });

    it('cannot put another in the place of functions and tables by the search path', async () => {
      await using team = await TeamWorld.found(server(), { visible: 'own' });
      const ada = await team.connect(await team.member('ada'));
      const eve = await team.connect(await team.member('eve'));
      await put(ada, await machineOf(ada));
      await eve.run(`CREATE TEMP TABLE member (id int, login name, admin boolean);
        INSERT INTO pg_temp.member VALUES (1, session_user, true);
        SET search_path = pg_temp, outlay;`);
      assert.deepEqual(await eve.query('SELECT outlay.is_admin() AS a, outlay.me() AS m'), [
        { a: false, m: 2 },
      ]);
      assert.deepEqual(await eve.query('SELECT * FROM outlay.spend'), []);
    });

    it('sends no path, nothing the policy keeps back, and no sum that breaks those of others', async () => {
      await using team = await TeamWorld.found(server(), { projects: 'hash', branches: false });
      const eve = await team.connect(await team.member('eve'));
      const machine = await machineOf(eve);
      const hashed = { project: '#0123456789abcdef' };
      const refused = [
        [{ project: 'shop' }, /policy/],
        [{ ...hashed, branch: 'secret' }, /policy/],
        [{ project: '/home/eve/shop' }, /spend_check|check constraint|23514/],
        [{ ...hashed, nano: -1 }, /23514/],
        [{ ...hashed, nano: 1e14 }, /23514/],
        [{ ...hashed, agent: 'x'.repeat(200) }, /23514/],
        [{ ...hashed, local_day: '2026-11-25' }, /23514/],
      ] as const;
      for (const [more, error] of refused) {
        await assert.rejects(put(eve, machine, 1, [teamRow(day, more)]), error);
      }
      const many = Array.from({ length: 2001 }, (_, at) =>
        teamRow(day, { ...hashed, agent: `a${at}` }),
      );
      await assert.rejects(put(eve, machine, 1, many), /more than 2000 rows/);
      await put(eve, machine, 1, [teamRow(day, hashed)]);
      assert.equal(team.sql('SELECT sum(nano) FROM outlay.project_day'), '1000');
    });

    it('reaches no other team on the same server', async () => {
      await using one = await TeamWorld.found(server(), { visible: 'members' });
      await using other = await TeamWorld.found(server(), { visible: 'members' });
      const eve = await one.member('eve');
      const elsewhere = new URL(eve);
      elsewhere.pathname = new URL(other.owner).pathname;
      const there = await other.connect(elsewhere.href);
      await assert.rejects(there.query('SELECT * FROM outlay.team'), /refuses this/);
      await assert.rejects(there.query('SELECT outlay.me()'), /refuses this/);
    });
  });

  describe('what a member reads', () => {
    const seen = {
      own: { rows: 1, members: 1, totals: 0 },
      totals: { rows: 1, members: 1, totals: 1 },
      members: { rows: 2, members: 2, totals: 1 },
    } as const;
    for (const [visible, expected] of Object.entries(seen)) {
      it(`is what the policy "${visible}" lets them, and an admin reads everything`, async () => {
        await using team = await TeamWorld.found(server(), {
          visible: visible as keyof typeof seen,
        });
        const ada = await team.connect(await team.member('ada'));
        const bob = await team.connect(await team.member('bob', true));
        await put(ada, await machineOf(ada));
        await put(bob, await machineOf(bob));
        const counts = async (ledger: Ledger) => {
          const of = async (table: string): Promise<number> =>
            (await ledger.query(`SELECT 1 FROM outlay.${table}`)).length;
          const [rows, members, totals] = [
            await of('spend'),
            await of('member'),
            await of('project_day'),
          ];
          assert.equal(await of('member_day'), rows);
          assert.equal(await of('member_month'), rows);
          assert.equal(await of('machine'), rows);
          return { rows, members, totals };
        };
        assert.deepEqual(await counts(ada), expected);
        assert.deepEqual(await counts(bob), seen.members);
      });
    }

    it('is nothing once an admin has removed them, who keeps or deletes what they sent', async () => {
      await using team = await TeamWorld.found(server(), { visible: 'members' });
      const admin = await team.connect(await team.member('ada', true));
      for (const [name, deleted] of [
        ['bob', true],
        ['eve', false],
      ] as const) {
        const address = await team.member(name);
        const ledger = await team.connect(address);
        await put(ledger, await machineOf(ledger));
        await admin.query('SELECT outlay.remove_member($1, $2)', [name, deleted]);
        assert.deepEqual(await ledger.query('SELECT 1 FROM outlay.spend').catch(() => []), []);
        await assert.rejects(team.connect(address), /does not know this login/);
      }
      assert.equal(team.sql('SELECT count(*), sum(nano) FROM outlay.member_day'), '1|1000');
      assert.equal(team.sql('SELECT sum(nano) FROM outlay.project_day'), '1000');
    });
  });
}
