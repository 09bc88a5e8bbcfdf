import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const sid = (number: number): string =>
  `${String(number).padStart(8, '0')}-0000-4000-8000-000000000001`;

function spend(world: CliWorld, number: number, dollars: number, cwd = '/src/my.app'): void {
  world.transcript(`p/${sid(number)}.jsonl`, [
    answerRecord(String(number), 'claude-opus-4-7', usageOf({ input: dollars * 200_000 }), {
      sessionId: sid(number),
      timestamp: new Date(now - 1000).toISOString(),
      cwd,
    }),
  ]);
}

const before = {
  total_cost_usd: 10,
  sessionCount: 2,
  byTier: { opus: 10 },
  byModel: { 'claude-opus-4-7': { cost_usd: 10 } },
  byTokenClass: { input: 1000, output: 0, cache_write: 0, cache_read: 500 },
};
const after = {
  ...before,
  total_cost_usd: 11,
  sessionCount: 3,
  byTier: { opus: 10, haiku: 1 },
  byModel: { 'claude-opus-4-7': { cost_usd: 10 }, 'claude-haiku-4-5': { cost_usd: 1 } },
  byTokenClass: { input: 1200, output: 5, cache_write: 0, cache_read: 500 },
};

function files(world: CliWorld): [string, string] {
  return [
    world.dataFile('before.json', JSON.stringify(before)),
    world.dataFile('after.json', JSON.stringify(after)),
  ];
}

describe('diff in the terminal', () => {
  test('every broken rule is named; growth of exactly the limit breaks none', () => {
    using world = new CliWorld();
    const [a, b] = files(world);
    const rules = (...args: string[]) =>
      world.run('diff', '--baseline', a, '--current', b, ...args);
    assert.equal(rules().code, 0);
    const fine = [
      '--alert-on-pct',
      '10',
      '--alert-on-usd',
      '1',
      '--alert-on-class-pct',
      'input:20',
    ];
    assert.equal(rules(...fine).code, 0);
    const broken = rules(
      ...['--alert-on-pct', '9.9', '--alert-on-usd', '0.99'],
      ...['--alert-on-class-pct', 'input:19,output:1000,cache_read:0', '--json'],
    );
    assert.equal(broken.code, 1);
    const { rows, broken: named } = JSON.parse(broken.out);
    assert.deepEqual(
      named.map(({ rule, name }: { rule: string; name: string }) => `${rule} ${name}`),
      [
        'alert-on-pct total',
        'alert-on-usd total',
        'alert-on-class-pct input',
        'alert-on-class-pct output',
      ],
    );
    assert.match(named[3].sentence, /output tokens are new where there was nothing/);
    assert.deepEqual(
      rows.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`).slice(0, 6),
      [
        'total total',
        'sessions sessions',
        'tier haiku',
        'tier opus',
        'model claude-haiku-4-5',
        'model claude-opus-4-7',
      ],
    );
    assert.match(rules('--alert-on-pct', '5').out, /Alert: the total grew by 10\.0%/);
    assert.equal(existsSync(world.dir.at('data', 'outlay.db')), false, 'two files need no store');
  });

  test('a file that is no summary is named with the place', () => {
    using world = new CliWorld();
    const [a] = files(world);
    const half = world.dataFile('half.json', '{"total_cost_usd": ');
    const wrong = world.dataFile(
      'wrong.json',
      JSON.stringify({ ...before, byModel: { x: { cost_usd: 'ten' } } }),
    );
    const cases: [string[], RegExp][] = [
      [['--baseline', world.dir.at('none.json')], /There is no file .*none\.json \(--baseline\)/],
      [['--baseline', a, '--current', half], /half\.json \(--current\) is not JSON/],
      [['--baseline', wrong], /wrong\.json .*byModel\.x\.cost_usd is missing or wrong/],
      [[], /--baseline is missing/],
      [['--baseline', a, '--alert-on-class-pct', 'thoughts:5'], /cache_write, cache_read/],
      [['--baseline', a, '--alert-on-usd', 'x'], /--alert-on-usd "x" cannot be used/],
      [['--baseline', a, '--current', a, '--project', 'x'], /cannot be combined with --current/],
    ];
    for (const [args, said] of cases) {
      const { code, out, err } = world.run('diff', ...args);
      assert.deepEqual([code, out], [2, ''], err);
      assert.match(err, said);
      assert.equal(err.trimEnd().split('\n').length, 1);
    }
    assert.equal(existsSync(world.dir.at('data', 'outlay.db')), false);
  });

  test('the present state of a project against an earlier one', () => {
    using world = new CliWorld();
    spend(world, 1, 1, '/src/one');
    spend(world, 2, 5, '/src/two');
    const one = world.on('summary', '--project', 'one', '--json').out;
    assert.equal(JSON.parse(one).total_cost_usd, 1);
    assert.deepEqual(JSON.parse(one).filters, { project: 'one' });
    assert.deepEqual(Object.keys(JSON.parse(one).byProject), ['/src/one']);
    const file = world.dir.at('data', 'one.json');
    writeFileSync(file, one);
    spend(world, 3, 2, '/src/one');
    const { out, code } = world.on('diff', '--baseline', file, '--alert-on-usd', '1', '--json');
    assert.equal(code, 1);
    const { rows } = JSON.parse(out);
    assert.deepEqual([rows[0].before_usd, rows[0].after_usd, rows[0].delta_pct], [1, 3, 200]);
  });
});

describe('trend in the terminal', () => {
  test('one summary of a day is kept; drift of four is told', () => {
    using world = new CliWorld();
    assert.match(world.on('trend').out, /No data: no summary is kept/);
    spend(world, 1, 1);
    for (let i = 0; i < 2; i++) assert.equal(world.on('summary', '--keep').code, 0);
    const file = world.dir.at('data', 'snapshots.jsonl');
    const [line, none] = readFileSync(file, 'utf8').split('\n');
    assert.equal(none, '', 'the later one of a day replaces the earlier');
    const kept = JSON.parse(line!);
    assert.deepEqual([kept.perSessionUsd, kept.cacheShare, kept.failureRate], [1, 0, 0]);
    const days = [1, 1, 3].map((usd, i) =>
      JSON.stringify({
        ...kept,
        keptAt: `2026-01-0${i + 1}`,
        day: `2026-01-0${i + 1}`,
        perSessionUsd: usd,
      }),
    );
    writeFileSync(file, `${days.join('\n')}\nrubbish\n${line}\n`);
    const { code, out } = world.on('trend', '--alert-on-regression', '--json');
    assert.equal(code, 1);
    const { figures, snapshots, notes } = JSON.parse(out);
    assert.equal(snapshots.length, 4);
    assert.deepEqual(
      [
        figures.perSessionUsd.earlier,
        figures.perSessionUsd.later,
        figures.perSessionUsd.change_pct,
      ],
      [1, 2, 100],
    );
    assert.equal(figures.perSessionUsd.regression, true);
    assert.equal(figures.cacheShare.regression, false);
    assert.match(notes[0], /line 4 is not a snapshot/);
    assert.equal(world.on('trend').code, 0);
    assert.equal(world.on('trend', '--tolerance-pct', '100', '--alert-on-regression').code, 0);
  });
});
