import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { teamBudgets } from '../../../src/budgets/pooled.ts';
import { keepTeamFigures, noteTeamProblem } from '../../../src/dataFolder/team/figuresFile.ts';
import { writeMembership } from '../../../src/dataFolder/team/membership.ts';
import { writePools } from '../../../src/dataFolder/team/poolFile.ts';
import { usDollars } from '../../../src/model/currency.ts';
import { dashboardSummary } from '../../../src/panels/dashboard.ts';
import { isDashboardData, usualDashboard } from '../../../src/protocol/dashboard.ts';
import type * as Model from '../../../src/views/dashboard/viewModel.ts';
import type * as Formats from '../../../src/views/text/format.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { world } from '../../lib/spentWorld.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const now = Date.parse('2026-11-24T15:00:00Z');
const hour = 3_600_000;
const days = { from: '2026-11-01', to: '2026-12-01' };
const slices = (...names: string[]) => ({
  first: names.map((name, at) => ({ name, nano: (names.length - at) * 1e9 })),
  of: names.length,
});

function joined(dir: TempDir): void {
  writeMembership(dir.path, {
    ...{ connection: 'postgres://a:sesame@127.0.0.1/x', team: 'Acme', member: 'ada', machine: 1 },
    ...{ machineName: 'one', instance: 'i', joinedAt: 1 },
    policy: { projects: 'name', branches: false, salt: '' },
  });
}

describe('the team in the dashboard', () => {
  let model: typeof Model;
  let formats: typeof Formats;
  before(async () => {
    standInForVscode();
    model = await import('../../../src/views/dashboard/viewModel.ts');
    formats = await import('../../../src/views/text/format.ts');
  });

  function shown(dir: TempDir, question = usualDashboard) {
    let data: ReturnType<typeof Model.dashboardViewModel> | undefined;
    world([{ session: 's', usd: 1, ago: hour }], now, (context) => {
      const pools = teamBudgets(
        // As the terminal and the editor read it.
        JSON.parse(readFileSync(dir.at('team-pools.json'), 'utf8')),
      );
      const figures = dashboardSummary(
        { ...context, dataFolder: dir.path, budgets: pools },
        question,
      );
      data = model.dashboardViewModel({
        ...{ figures, question, folders: [], live: false, demo: false, zone: 'UTC' },
        format: new formats.Format({ currency: usDollars, zone: 'UTC', billing: 'api' }, 'en'),
        insights: undefined,
      });
    });
    assert.ok(isDashboardData(data));
    return data.team;
  }
  const pools = (dir: TempDir) => {
    const budget = { nano: 10e9, ladder: '50/75/90/100', action: 'notify' };
    const [from, to] = [Date.parse(days.from), Date.parse(days.to)];
    writePools(dir.path, {
      ...{ team: 'Acme', askedAt: now - hour },
      pools: [{ scope: 'team', name: '', period: 'month', from, to, spent: 8e9, own: 1e9, budget }],
    });
  };

  test('is nothing on a machine that has joined none', () => {
    using dir = tempDir();
    pools(dir);
    assert.equal(shown(dir), null);
  });

  test('says that there are no figures yet, and draws the budgets that are known', () => {
    using dir = tempDir();
    joined(dir);
    pools(dir);
    const team = shown(dir)!;
    assert.equal(team.answer, 'Acme');
    assert.equal(team.lead, 'No figures of these days are here yet.');
    assert.deepEqual(
      team.budgets.map(({ name, level, used }) => [name, level, used]),
      [['The team', 'warning', '80% used']],
    );
    assert.equal(team.budgetsAsOf, 'What others spent: as of 2:00 PM.');
    assert.deepEqual([team.members, team.projects, team.problem], [[], [], '']);
  });

  test('says who spent what, who is near a limit, of when, and what is not visible', () => {
    using dir = tempDir();
    joined(dir);
    pools(dir);
    const member = (name: string, share: number | null, nano: number) => ({
      ...{ name, share, nano, pushedAt: null },
    });
    keepTeamFigures(dir.path, 'Acme', {
      ...{ ...days, askedAt: now - hour, sees: 'members', total: 6e9 },
      members: {
        first: [
          member('bob', 1.2, 2e9),
          // Whoever runs a server of their own may name a member as they like.
          member('<b>eve</b>\u001b[31m\u202e', 0.8, 1e9),
          member('ada', null, 3e9),
        ],
        of: 60,
      },
      projects: slices('shop', '', '<img src=x>'),
      models: slices('claude-opus-4-8'),
    });
    const team = shown(dir)!;
    assert.equal(team.lead.replaceAll('\u2009', ' '), 'Acme spent $6.00, Nov 1 – 30.');
    assert.match(team.near, /^Near a limit or above it: bob, <b>eve<\/b>\.$/);
    assert.match(team.answer, /^Acme: \$6\.00, near a limit: bob, /);
    assert.deepEqual(
      team.members.map(({ used, level }) => [used, level]),
      [
        ['120%', 'stop'],
        ['80%', 'warning'],
        ['', 'ok'],
      ],
    );
    assert.deepEqual(
      team.projects.map(({ name }) => name),
      ['shop', 'none', '<img src=x>'],
    );
    assert.deepEqual(
      team.models.map(({ name }) => name),
      ['opus-4-8'],
    );
    assert.deepEqual(team.notes, [
      'As of 2:00 PM.',
      'Days are those of UTC, and filters do not narrow the team.',
    ]);
    assert.match(team.more, /^The first 50 of 60 members/);

    const what = { id: 'teamUnreachable', values: ['db:5432', 'ECONNREFUSED'] } as const;
    noteTeamProblem(dir.path, { text: 'English', what, at: now }, false);
    const silent = shown(dir)!;
    assert.equal(silent.problem, 'The team’s server db:5432 cannot be reached (ECONNREFUSED).');
    assert.deepEqual(silent.members, team.members);
  });

  test('says in plain words what the policy does not show', () => {
    using dir = tempDir();
    joined(dir);
    pools(dir);
    const of = (sees: 'own' | 'totals') => {
      keepTeamFigures(dir.path, 'Acme', {
        ...{ ...days, askedAt: now, sees, total: 3e9 },
        members: { first: [{ name: 'ada', nano: 3e9, share: 0.2, pushedAt: now }], of: 1 },
        ...{ projects: slices('shop'), models: slices('claude-opus-4-8') },
      });
      return shown(dir)!;
    };
    const own = of('own');
    assert.match(own.lead, /^You spent \$3\.00 on all your machines, /);
    assert.match(own.notes[1]!, /shows ada their own spend only: sums of the team .* not visible/);
    assert.equal(own.near, '');
    const totals = of('totals');
    assert.match(totals.notes[1]!, /what other members spend is not visible\.$/);
    // Another period was not asked about yet.
    assert.equal(shown(dir, { ...usualDashboard, period: '7d' })!.members.length, 0);
  });

  test('says why a membership cannot be used, and repeats no secret', () => {
    using dir = tempDir();
    joined(dir);
    pools(dir);
    writeMembership(dir.path, { connection: 'sesame' } as never);
    const team = shown(dir)!;
    assert.match(team.problem, /is no membership in a team/);
    assert.ok(!JSON.stringify(team).includes('sesame'));
  });
});
