import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { figuresOf, readTeamFigures } from '../../../src/dataFolder/team/figuresFile.ts';
import { readPools } from '../../../src/dataFolder/team/poolFile.ts';
import type { UtcDays } from '../../../src/model/calendar.ts';
import { utcDays } from '../../../src/query/spans.ts';
import { refreshTeamFigures } from '../../../src/team/figures.ts';
import { joinTeam, leaveTeam } from '../../../src/team/membership.ts';
import { pushToTeam } from '../../../src/team/sync.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { sumsOnly, TeamWorld, teamDaysOf, teamRow } from '../../lib/teamWorld.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const patience = { connectMs: 30_000, statementMs: 30_000 };

/** Ada and Bob have sent; ada's machine shows figures. */
async function spent(team: TeamWorld, dir: TempDir, day: string): Promise<string> {
  const members = { ada: await team.member('ada'), bob: await team.member('bob') };
  for (const [name, connection] of Object.entries(members)) {
    using other = tempDir();
    const folder = name === 'ada' ? dir.path : other.path;
    await joinTeam(
      { folder, env: {} },
      { connection, machineName: 'laptop', zone: 'UTC', takeOver: false },
    );
    const rows = [
      teamRow(day, { nano: name === 'ada' ? 3e9 : 5e9, project: name === 'ada' ? 'shop' : 'web' }),
    ];
    await pushToTeam({
      ...{ folder, env: {}, catalogue: '2026-11-01', prices: 'p', everything: true },
      sources: sumsOnly(() => teamDaysOf({ [day]: rows })),
    });
  }
  return members.ada;
}

const sessions = () => new Map<never, never>();

export function figureTests(server: () => PostgresServer): void {
  describe('figures a machine keeps of its team', () => {
    const day = new Date().toISOString().slice(0, 10);
    const month = utcDays({ period: 'month' }, Date.now());
    const kept = (dir: TempDir, days: UtcDays = month) =>
      figuresOf(readTeamFigures(dir.path), days);

    it('are what the policy lets the login read: own, totals, members, and of others nothing', async () => {
      await using team = await TeamWorld.found(server(), { visible: 'totals' });
      using dir = tempDir();
      await spent(team, dir, day);
      const ask = async (days: UtcDays = month) => {
        assert.ok(
          await refreshTeamFigures({ sessions, folder: dir.path, env: {}, patience }, days),
        );
        return kept(dir, days)!;
      };
      const names = (list: { readonly first: readonly { readonly name: string }[] }) =>
        list.first.map(({ name }) => name);
      const totals = await ask();
      assert.deepEqual(
        [totals.sees, totals.total, names(totals.members), names(totals.projects)],
        ['totals', 8e9, ['ada'], ['web', 'shop']],
      );
      assert.deepEqual(totals.models, {
        first: [{ name: 'claude-opus-4-8', nano: 8e9 }],
        of: 1,
      });
      await ask({ from: '2020-01-01', to: '2020-02-01' });
      assert.equal(readTeamFigures(dir.path).answers.length, 2);

      team.sql("UPDATE outlay.team SET visible = 'own'");
      const own = await ask();
      assert.deepEqual(
        [own.sees, own.total, names(own.members), names(own.projects)],
        ['own', 3e9, ['ada'], ['shop']],
      );
      // What was answered under the other policy is nowhere any more.
      assert.deepEqual(readTeamFigures(dir.path).answers, [own]);

      team.sql("UPDATE outlay.team SET visible = 'members'");
      team.sql(
        "INSERT INTO outlay.pool (scope, name, period, nano, ladder, action) VALUES ('member', 'ada', 'month', 4000000000, '50/75/90/100', 'notify')",
      );
      const all = await ask();
      assert.deepEqual([all.sees, all.total], ['members', 8e9]);
      assert.deepEqual(
        all.members.first.map(({ name, nano, share, pushedAt }) => [
          name,
          nano,
          share,
          pushedAt !== null,
        ]),
        [
          ['ada', 3e9, 0.75, true],
          ['bob', 5e9, null, true],
        ],
      );

      team.sql("UPDATE outlay.team SET visible = 'own'");
      team.sql("UPDATE outlay.member SET admin = true WHERE name = 'ada'");
      assert.equal((await ask()).sees, 'members');
      assert.equal(statSync(dir.at('team-figures.json')).mode & 0o777, 0o600);
      await leaveTeam(dir.path, {}, 'nothing');
      assert.deepEqual(readTeamFigures(dir.path).answers, []);
      assert.equal(await refreshTeamFigures({ sessions, folder: dir.path, env: {} }, month), false);
    });

    it('are kept by a push, once an hour, and stay with a reason while nobody answers', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      const connection = await spent(team, dir, day);
      const pushed = kept(dir)!;
      assert.equal(pushed.total, 3e9);
      await pushToTeam({
        ...{ folder: dir.path, env: {}, catalogue: '2026-11-01', prices: 'p' },
        sources: sumsOnly(() => teamDaysOf({ [day]: [teamRow(day, { nano: 4e9 })] })),
      });
      assert.deepEqual(kept(dir), pushed);
      const poolsAt = readPools(dir.path)!.askedAt;

      const gone = new URL(connection);
      gone.port = '1';
      const env = { OUTLAY_TEAM_URL: gone.href };
      assert.equal(await refreshTeamFigures({ sessions, folder: dir.path, env }, month), false);
      const { problem } = readTeamFigures(dir.path);
      assert.deepEqual(problem?.what, {
        id: 'teamUnreachable',
        values: ['127.0.0.1:1', 'ECONNREFUSED'],
      });
      assert.deepEqual(kept(dir), pushed);
      assert.equal(readPools(dir.path)!.askedAt, poolsAt);

      assert.ok(await refreshTeamFigures({ sessions, folder: dir.path, env: {} }, month));
      assert.equal(readTeamFigures(dir.path).problem, undefined);
      assert.equal(kept(dir)!.total, 9e9);
      await (await team.connect()).query("SELECT outlay.remove_member('ada', false)");
      assert.equal(await refreshTeamFigures({ sessions, folder: dir.path, env: {} }, month), false);
      // Who was removed has no business with them any more.
      assert.deepEqual(readTeamFigures(dir.path).answers, []);
      assert.equal(readTeamFigures(dir.path).problem?.what?.id, 'teamLogin');
    });

    it('are not waited for longer than a few seconds', async () => {
      await using team = await TeamWorld.found(server());
      using dir = tempDir();
      await spent(team, dir, day);
      const blocking = await team.connect();
      await blocking.run('BEGIN; LOCK TABLE outlay.project_day');
      const patience = { connectMs: 2_000, statementMs: 200 };
      assert.equal(
        await refreshTeamFigures({ sessions, folder: dir.path, env: {}, patience }, month),
        false,
      );
      assert.equal(readTeamFigures(dir.path).problem?.what?.id, 'teamSlow');
      await blocking.run('ROLLBACK');
    });
  });
}
