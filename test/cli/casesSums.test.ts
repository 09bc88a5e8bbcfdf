import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unpackCase } from '../lib/cases.ts';
import { type Schema, violations } from './jsonSchema.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
type Json = any;

const opus = 'claude-opus-5-5';
const sonnet = 'claude-sonnet-5-5';

/** Dollars in whole nano-dollars, so that sums are exact. */
const nano = (usd: number): number => Math.round(usd * 1e9);

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

/** A world with one of the small inputs; its prices are of a day, not of today. */
function caseWorld(name: string): CliWorld {
  const world = new CliWorld();
  world.settings({ 'outlay.prices.warnAfterDays': 100_000 });
  unpackCase(name, world.root);
  return world;
}

/** Key, dollars and messages of each row of a breakdown. */
function rowsOf(found: Json): unknown[] {
  return found.rows.map((row: Json) => [
    ...found.by.map((name: string) => row[name]),
    row.cost_usd,
    row.messages,
  ]);
}

describe('A-tool-of-other-model: an advisor answers inside a message that called a tool', () => {
  const asked: readonly (readonly [string[], number, unknown[]])[] = [
    [['--by', 'tool'], 0.009, [['Bash', 0.009, 1]]],
    [['--by', 'tool', '--model', sonnet], 0.003, [['Bash', 0.003, 1]]],
    // The advisor is no message of its own.
    [['--by', 'tool', '--model', opus], 0.006, [['Bash', 0.006, 0]]],
    [
      ['--by', 'tool', '--then-by', 'model'],
      0.009,
      [
        ['Bash', opus, 0.006, 0],
        ['Bash', sonnet, 0.003, 1],
      ],
    ],
    [
      ['--by', 'tool', '--then-by', 'class'],
      0.009,
      [
        ['Bash', 'input', 0.006, 1],
        ['Bash', 'output', 0.003, 1],
      ],
    ],
    [
      ['--by', 'class', '--model', opus],
      0.006,
      [
        ['input', 0.004, 0],
        ['output', 0.002, 0],
      ],
    ],
  ];
  test('rows add up to the total, with the tokens of the advisor', () => {
    using world = caseWorld('A-tool-of-other-model');
    for (const [args, total, rows] of asked) {
      const found = world.json('breakdown', ...args);
      assert.equal(found.total_cost_usd, total, args.join(' '));
      assert.deepEqual(rowsOf(found), rows, args.join(' '));
    }
    const { rows } = world.json('breakdown', '--by', 'tool');
    assert.deepEqual([rows[0].input, rows[0].output], [2000, 200]);
    const [message] = world.json('activity').activity;
    assert.deepEqual([message.cost_usd, message.tokens.input], [0.009, 2000]);
  });

  test('what is only inside messages of others is not "no data"', () => {
    using world = caseWorld('A-tool-of-other-model');
    for (const report of ['breakdown', 'report', 'history', 'summary', 'counterfactual']) {
      const { out } = world.on(report, '--model', opus);
      assert.doesNotMatch(out, /No data/, report);
      assert.match(out, /\$0\.0060/, report);
    }
    assert.match(world.on('breakdown', '--model', opus).out, /inside messages of other models/);
  });

  test('what if compares the advisor under its own model', () => {
    using world = caseWorld('A-tool-of-other-model');
    const { actual_usd, baselines } = world.json('counterfactual', '--baseline', opus);
    assert.deepEqual([actual_usd, baselines[0].baseline_usd], [0.009, 0.012]);
  });
});

test('B-class-messages: messages of a class are those with tokens of it', () => {
  using world = caseWorld('B-class-messages');
  const messages = { 'cache read': 1, output: 3, input: 3 };
  const of = (rows: Json[]): object =>
    Object.fromEntries(rows.map((row: Json) => [row.class, row.messages]));
  assert.deepEqual(of(world.json('breakdown', '--by', 'class').rows), messages);
  assert.deepEqual(of(world.json('report').byTokenClass), messages);
  const pairs = world.json('breakdown', '--by', 'session', '--then-by', 'class').rows;
  assert.deepEqual(of(pairs), messages);
  assert.match(world.on('breakdown', '--by', 'class').out, /Cache read +\$\S+ +\S+% +━+ +1 /);
});

describe('43-fallback: an answer that a refusal fallback replaced', () => {
  /** Dollars of the answer that counts, and of the one that was declined. */
  const [cost, declined] = [0.052106, 0.489738];

  test('is in no total', () => {
    using world = caseWorld('43-fallback');
    assert.equal(world.json('sessions').totals.totalUsd, cost);
    for (const report of ['summary', 'report', 'breakdown', 'conversation', 'history']) {
      assert.equal(world.json(report).total_cost_usd, cost, report);
    }
    assert.equal(world.json('counterfactual').actual_usd, cost);
    assert.equal(world.json('session').topMessages[0].usd, cost);
  });

  test('is named beside each total', () => {
    using world = caseWorld('43-fallback');
    world.on('budget', 'set', '20', '--period', 'month');
    const asked: readonly (readonly [string, ...string[]])[] = [
      ['sessions'],
      ['session'],
      ['track', '--session', '11111111'],
      ['summary'],
      ['report'],
      ['breakdown'],
      ['breakdown', '--by', 'tool', '--then-by', 'class'],
      ['conversation'],
      ['history'],
      ['projection'],
      ['burn'],
      ['counterfactual', '--baseline', 'opus'],
      ['optimize'],
      ['budget', 'check'],
      ['activity'],
    ];
    for (const args of asked) {
      const found = world.json(...args);
      const named = found.totals ?? found.activity?.[0] ?? found;
      assert.equal(named.declinedUsd, declined, args.join(' '));
      assert.match(world.on(...args).out, /[Dd]eclined: \$0\.49/, args.join(' '));
    }
    for (const report of ['health', 'summary']) {
      const { out } = world.on(report);
      assert.match(out, /\$0\.05 of \$20\.00.*declined: \$0\.49 beside it/, report);
    }
    assert.match(world.on('budget', 'check').out, /Declined.*\n.* \$0\.49\n/);
    assert.match(world.on('summary').out, /Declined\nToday .*\nThis week.*\nThis month.*\$0\.49/);
    assert.match(world.on('session', '--wide').out, /, declined: \$0\.49 beside it/);
  });

  test('goes by its own model, branch and time', () => {
    using world = caseWorld('43-fallback');
    const beside = (...args: string[]): number => world.json('breakdown', ...args).declinedUsd;
    assert.equal(beside('--model', 'claude-fable-5'), declined);
    assert.equal(beside('--model', 'claude-opus-4-8'), 0);
    assert.equal(beside('--branch', 'main', '--project', 'app'), declined);
    assert.equal(beside('--branch', 'other'), 0);
    assert.equal(beside('--since', '2026-11-21'), 0);
  });

  test('stands beside the budgets it lies in', () => {
    using world = caseWorld('43-fallback');
    const scopes = { global: declined, 'branch:main': declined, 'branch:other': 0 };
    for (const scope of [...Object.keys(scopes), 'project:*']) {
      world.on('budget', 'set', '20', '--scope', scope);
    }
    const { budgets } = world.json('budget', 'check');
    const found = budgets.map(({ scope, declinedUsd }: Json) => [scope, declinedUsd]);
    assert.deepEqual(Object.fromEntries(found), { ...scopes, 'project:*': declined });
  });

  test('is in exports beside the rows', () => {
    using world = caseWorld('43-fallback');
    const { out } = world.on('export', 'json');
    const { rows, totals } = JSON.parse(out);
    assert.deepEqual([rows.length, totals.total_cost_usd, totals.declinedUsd], [1, cost, declined]);
    assert.match(world.on('export', 'prometheus').out, /^outlay_declined_usd 0\.489738$/m);
    const written = world.on('export', 'csv', '--out', world.dir.at('spend.csv'));
    assert.match(written.out, /^1 row, \$0\.05, declined: \$0\.49 beside it: /);
  });

  test('is in the schemas of JSON', () => {
    using world = caseWorld('43-fallback');
    const docs = join(import.meta.dirname, '..', '..', 'docs');
    for (const report of ['sessions', 'summary']) {
      const schema = JSON.parse(readFileSync(join(docs, `${report}.schema.json`), 'utf8'));
      assert.deepEqual(violations(schema as Schema, world.json(report)), []);
    }
  });
});

test('a declined attempt without a price is named too', () => {
  using world = new CliWorld();
  const declined = { type: 'message', model: 'made-up-model', input_tokens: 5, output_tokens: 5 };
  const usage = { ...usageOf({ input: 10, output: 10 }), iterations: [declined] };
  world.transcript('p/aaaaaaaa-0000-4000-8000-000000000001.jsonl', [
    answerRecord('1', opus, usage),
  ]);
  const { out } = world.on('breakdown');
  assert.match(out, /Declined: \$0 for 1 answer \(1 without a price\) that a fallback replaced\./);
  assert.equal(world.json('breakdown').declinedUsd, 0);
});

test('what if leaves out a part without a price, not the messages it was in', () => {
  using world = new CliWorld();
  const part = { type: 'advisor_message', model: 'made-up-model', input_tokens: 9000 };
  world.transcript('p/aaaaaaaa-0000-4000-8000-000000000001.jsonl', [
    answerRecord('1', opus, { ...usageOf({ input: 1000 }), iterations: [part] }),
    answerRecord('2', opus, usageOf({ input: 1000 })),
  ]);
  const found = world.json('counterfactual', '--baseline', opus);
  assert.deepEqual([found.messages, found.leftOutMessages], [2, 0]);
  assert.deepEqual([found.actual_usd, found.baselines[0].baseline_usd], [0.008, 0.008]);
});

test('days of a span that cuts a quarter of an hour add up to its total', () => {
  using world = new CliWorld();
  const at = (timestamp: string): object => ({ timestamp });
  world.transcript('p/aaaaaaaa-0000-4000-8000-000000000001.jsonl', [
    answerRecord('1', opus, usageOf({ input: 1000 }), at('2026-11-24T11:02:00.000Z') as Json),
    answerRecord('2', opus, usageOf({ input: 1000 }), at('2026-11-24T11:12:00.000Z') as Json),
  ]);
  const { total_cost_usd, byDay } = world.json('summary', '--since', '2026-11-24T11:10:00Z');
  assert.equal(total_cost_usd, 0.004);
  assert.deepEqual(
    Object.values<Json>(byDay).map(({ cost_usd }) => cost_usd),
    [0.004],
  );
});

describe('parts add up to what is shown', () => {
  for (const name of [
    'A-tool-of-other-model',
    'B-class-messages',
    '43-fallback',
    '1-iterations-band',
  ]) {
    test(name, () => {
      using world = caseWorld(name);
      const { totals, sessions } = world.json('sessions');
      const total = nano(totals.totalUsd);
      assert.ok(total > 0);
      const costs = (rows: Json[], field = 'cost_usd'): number =>
        sum(rows.map((row) => nano(row[field])));
      for (const session of sessions) {
        assert.equal(costs(session.agents, 'usd'), nano(session.usd));
        assert.equal(costs(Object.values(session.models), 'usd'), nano(session.usd));
      }
      const { topMessages } = world.json('session');
      assert.equal(costs(topMessages, 'usd'), total);
      for (const { classUsd, parts, usd } of topMessages) {
        const billed = parts.filter(({ kind }: Json) => kind !== 'declined');
        assert.equal(
          sum(Object.values<number>(classUsd).map(nano)) + costs(billed, 'usd'),
          nano(usd),
        );
      }
      const summary = world.json('summary');
      assert.equal(nano(summary.total_cost_usd), total);
      for (const part of ['byModel', 'byAgent', 'byProject', 'byDay']) {
        assert.equal(costs(Object.values(summary[part])), total, part);
      }
      const report = world.json('report');
      for (const part of ['byModel', 'byTier', 'byProject', 'byTokenClass', 'byDay']) {
        assert.equal(costs(report[part]), total, part);
      }
      for (const by of ['tool', 'class', 'model', 'hour', 'task', 'effort']) {
        assert.equal(costs(world.json('breakdown', '--by', by).rows), total, by);
      }
      assert.equal(costs(world.json('history').steps), total);
      assert.equal(costs(world.json('conversation').conversations), total);
      assert.equal(costs(world.json('burn').buckets, 'usd'), total);
      assert.equal(costs(world.json('activity').activity), total);
      const { actual_usd, baselines } = world.json('counterfactual');
      assert.equal(nano(actual_usd), total);
      for (const { byTokenClass, baseline_usd } of baselines) {
        const classes = Object.values<Json>(byTokenClass);
        assert.equal(costs(classes, 'actual_usd'), total);
        assert.equal(costs(classes, 'baseline_usd'), nano(baseline_usd));
      }
    });
  }
});
