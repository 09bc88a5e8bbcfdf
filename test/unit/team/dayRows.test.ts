import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BudgetSpends } from '../../../src/budgets/budgetSpend.ts';
import { hourMs } from '../../../src/model/calendar.ts';
import { bounded, projectName, teamDays } from '../../../src/team/dayRows.ts';
import { mostRows } from '../../../src/team/schema/columns.ts';
import { world } from '../../lib/spentWorld.ts';
import { openPolicy, teamRow } from '../../lib/teamWorld.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('the days of a machine', () => {
  const spent = [
    { session: 's1', usd: 1, ago: hourMs },
    { session: 's1', usd: 2, ago: 13 * hourMs, cwd: '/src/one' },
    { session: 's2', usd: 4, ago: 14 * hourMs, cwd: '/home/ada/secret/two', branch: 'x' },
  ];

  test('add up to what reports say, by the day of UTC and of the member', () => {
    world(spent, now, (context) => {
      const here = { ...context, zone: 'Asia/Tokyo' };
      const { days, from } = teamDays(here, openPolicy);
      assert.deepEqual([...days.keys()].sort(), ['2026-11-23', '2026-11-24']);
      assert.equal(from, '2026-11-23');
      const rows = [...days].flatMap(([day, own]) => own.map((row) => ({ day, ...row })));
      assert.deepEqual(
        rows
          .map(({ day, local_day, project, branch, nano }) => [
            day,
            local_day,
            project,
            branch,
            nano / 1e9,
          ])
          .sort(),
        [
          ['2026-11-23', '2026-11-24', 'one', 'main', 2],
          ['2026-11-23', '2026-11-24', 'two', 'x', 4],
          ['2026-11-24', '2026-11-24', 'one', 'main', 1],
        ],
      );
      const everything = { scope: { kind: 'global' }, period: { kind: 'lifetime' } } as const;
      const [report] = new BudgetSpends(here).read(everything, undefined);
      assert.equal(sum(rows.map(({ nano }) => nano)), report!.sums.nano + report!.background);
      assert.equal(sum(rows.map(({ input }) => input)), report!.sums.input);
    });
  });

  test('from one on are the same as of all', () => {
    world(spent, now, (context) => {
      const all = teamDays(context, openPolicy).days;
      const late = teamDays(context, openPolicy, '2026-11-24').days;
      assert.deepEqual(late, new Map([...all].filter(([day]) => day >= '2026-11-24')));
    });
  });

  test('with more rows than a ledger takes have fewer, with the same sums', () => {
    const many = Array.from({ length: 3 * mostRows }, (_, at) => at);
    const agents = many.map((at) => teamRow('2026-11-24', { agent: `a${at}`, branch: 'b' }));
    assert.deepEqual(bounded(agents), [
      teamRow('2026-11-24', { agent: 'several', messages: many.length, nano: many.length * 1000 }),
    ]);
    const projects = many.map((at) => teamRow('2026-11-24', { project: `p${at}` }));
    const [row, ...others] = bounded(projects);
    assert.deepEqual(others, []);
    assert.equal(row!.nano, many.length * 1000);
    assert.deepEqual(bounded(agents.slice(0, mostRows)), agents.slice(0, mostRows));
  });
});

describe('the name of a project', () => {
  const hashed = { ...openPolicy, projects: 'hash' } as const;

  test('is never its path', () => {
    for (const [path, name] of [
      ['/home/ada/secret/shop', 'shop'],
      ['C:\\Users\\ada\\shop', 'shop'],
      ['/', ''],
      ['', ''],
    ] as const) {
      assert.equal(projectName(path, openPolicy), name);
    }
    assert.ok(projectName(`/a/${'x'.repeat(300)}`, openPolicy).length <= 100);
  });

  test('is a hash nobody can look up without the team’s key, and the same for all members', () => {
    const hash = projectName('/home/ada/shop', hashed);
    assert.match(hash, /^#[0-9a-f]{16}$/);
    assert.equal(projectName('D:\\work\\shop', hashed), hash);
    assert.notEqual(projectName('/home/ada/shop', { ...hashed, salt: 'b' }), hash);
    assert.equal(projectName('', hashed), '');
  });
});
