import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dayMs, hourMs } from '../../src/model/calendar.ts';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const opus = 'claude-opus-4-7';

const sid = (number: number): string =>
  `${String(number).padStart(8, '0')}-0000-4000-8000-000000000001`;

/** A session with one message of some dollars, so many milliseconds ago. */
function spend(world: CliWorld, number: number, dollars: number, ago: number): void {
  world.transcript(`p/${sid(number)}.jsonl`, [
    answerRecord(String(number), opus, usageOf({ input: dollars * 200_000 }), {
      sessionId: sid(number),
      timestamp: new Date(now - ago).toISOString(),
    }),
  ]);
}

/** The JSON of a gate whatever it ends with. */
// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function gate(world: CliWorld, ...args: string[]): { code: number | null; json: any } {
  const { code, out, err } = world.on(...args, '--json');
  assert.notEqual(out, '', err);
  return { code, json: JSON.parse(out) };
}

/** Wrong use: exit 2, one sentence that names what is wrong, and nothing written. */
function refused(args: readonly string[], said: RegExp): void {
  using world = new CliWorld();
  const { code, out, err } = world.on(...args);
  assert.equal(code, 2, args.join(' '));
  assert.equal(out, '', args.join(' '));
  assert.match(err, said);
  assert.equal(err.trimEnd().split('\n').length, 1, err);
  assert.equal(existsSync(world.dir.at('data', 'outlay.db')), false);
  assert.equal(existsSync(world.dir.at('data', 'config.json')), false);
}

describe('budgets in the terminal', () => {
  test('5 × $.10 of a budget of $.20 is a hard stop at 250 %, exit 1, in JSON too', () => {
    using world = new CliWorld();
    for (let i = 1; i <= 5; i++) spend(world, i, 0.1, i * 1000);
    assert.equal(world.on('budget', 'set', '0.20').code, 0);
    const { code, json } = gate(world, 'budget', 'check');
    assert.equal(code, 1);
    const { period, budget_usd, spent_usd, remaining_usd, utilization_pct } = json;
    assert.deepEqual([period, budget_usd, spent_usd, remaining_usd], ['lifetime', 0.2, 0.5, 0]);
    assert.equal(utilization_pct, 250);
    assert.deepEqual([json.level, json.threshold, json.sessionCount], ['HARD_STOP', 1, 5]);
    assert.match(json.recommended_action, /Raise the budget/);
    const table = world.on('budget', 'check');
    assert.equal(table.code, 1);
    assert.match(
      table.out,
      /^The budget is used up\.[\s\S]*\$0\.50 of \$0\.20 .* 250% +✗ +over by \$0\.30/,
    );
    for (const format of ['markdown', 'csv']) {
      const { code: exit, out } = world.on('budget', 'check', '--format', format);
      assert.equal(exit, 1);
      assert.match(out, /is used up|HARD_STOP/);
    }
    const health = gate(world, 'health');
    assert.equal(health.code, 1);
    assert.equal(health.json.checks.budget.status, 'alert');
    assert.equal(health.json.checks.projection.status, 'alert');
    assert.match(health.json.checks.projection.detail, /0 days|0\.0 d/);
    assert.equal(gate(world, 'health', '--skip', 'budget,projection').code, 0);
  });

  test('the ladder is inclusive', () => {
    using world = new CliWorld();
    spend(world, 1, 1, 1000);
    const cases: [string, string][] = [
      ['2.01', 'OK'],
      ['2', 'INFO'],
      ['1.3333', 'WARNING'],
      ['1.11', 'CRITICAL'],
      ['1', 'HARD_STOP'],
    ];
    for (const [limit, level] of cases) {
      assert.equal(world.on('budget', 'set', limit).code, 0);
      const { code, json } = gate(world, 'budget', 'check');
      assert.deepEqual([json.level, code], [level, level === 'HARD_STOP' ? 1 : 0], limit);
    }
  });

  test('budgets are set, replaced, listed, got and removed, and the settings stay', () => {
    using world = new CliWorld();
    world.settings({ 'outlay.budget.dailyUsd': 4, 'outlay.future': [1] });
    spend(world, 1, 1, 1000);
    world.on('budget', 'set', '5', '--period', 'day');
    const again = world.on('budget', 'set', '6', '--period', 'day');
    assert.match(again.out, /Set: \$6\.00 \(day, global\)/);
    assert.match(again.out, /The budget of \$4\.00 from the settings holds as well/);
    world.on('budget', 'set', '100k', '--unit', 'tokens:output,input', '--period', 'month');
    world.on('budget', 'set', '2', '--scope', 'project:/src/my.app', '--period', 'month');
    const { budgets } = world.json('budget', 'list');
    assert.deepEqual(
      budgets.map((each: { scope: string; period: string; unit: string; limit: number }) => [
        each.scope,
        each.period,
        each.unit,
        each.limit,
      ]),
      [
        ['global', 'day', 'usd', 4],
        ['global', 'day', 'usd', 6],
        ['global', 'month', 'tokens:input,output', 100_000],
        ['project:/src/my.app', 'month', 'usd', 2],
      ],
    );
    const check = gate(world, 'budget', 'check');
    assert.equal(check.code, 1, '200,000 tokens of 100,000');
    assert.deepEqual(
      [check.json.unit, check.json.spent, check.json.limit, check.json.budget_usd],
      ['tokens:input,output', 200_000, 100_000, null],
    );
    assert.equal(check.json.budgets.length, 4);
    const got = world.json('budget', 'get', '--scope', 'project:/src/my.app');
    assert.deepEqual([got.budget_usd, got.period, got.origin], [2, 'month', 'budget set']);
    assert.match(got.setAt, /^\d{4}-/);
    assert.equal(
      world.on('budget', 'remove', '--unit', 'tokens:input,output', '--period', 'month').code,
      0,
    );
    assert.equal(world.json('budget', 'list').budgets.length, 3);
    const twice = world.on('budget', 'remove', '--unit', 'tokens', '--period', 'month');
    assert.equal(twice.code, 2);
    const config = JSON.parse(readFileSync(world.dir.at('data', 'config.json'), 'utf8'));
    assert.deepEqual(config.settings, { 'outlay.budget.dailyUsd': 4, 'outlay.future': [1] });
    assert.equal(config.revision, 6);
  });

  test('budgets of the file that are none are named, the others hold', () => {
    using world = new CliWorld();
    spend(world, 1, 1, 1000);
    const good = { scope: 'global', period: 'lifetime', limit: 1 };
    const bad = [{ ...good, period: 'fortnight' }, { ...good, limit: -1 }, 'plenty'];
    const settings = {};
    world.dataFile('config.json', JSON.stringify({ settings, budgets: [...bad, good] }));
    const { code, json } = gate(world, 'budget', 'check');
    assert.equal(code, 1);
    assert.equal(json.budgets.length, 1);
    assert.equal(json.notes.length, 3);
    assert.match(json.notes[0], /budgets\[0\] does not hold: "fortnight" is no period/);
    assert.match(json.notes[1], /budgets\[1\]\.limit/);
  });

  test('no budget and no data are said, and are no alert', () => {
    using world = new CliWorld();
    const none = world.on('budget', 'check');
    assert.equal(none.code, 0);
    assert.match(none.out, /No budget is set/);
    assert.equal(world.on('budget', 'check', '--fail-on', 'no-data').code, 1);
    world.on('budget', 'set', '5');
    const empty = world.on('budget', 'check');
    assert.deepEqual([empty.code, /No data/.test(empty.out)], [0, true]);
    const health = world.on('health');
    assert.equal(health.code, 0);
    assert.match(health.out, /No data/);
    assert.doesNotMatch(health.out, /healthy/i);
    assert.equal(world.on('health', '--fail-on', 'no-data').code, 1);
  });

  test('each project of its own; the most specific budget wins', () => {
    using world = new CliWorld();
    spend(world, 1, 1, 1000);
    world.on('budget', 'set', '1', '--scope', 'project:*', '--period', 'month');
    assert.equal(gate(world, 'budget', 'check').code, 1);
    world.on('budget', 'set', '10', '--scope', 'project:/src/my.app', '--period', 'month');
    const { code, json } = gate(world, 'budget', 'check', '--project', 'my.app');
    assert.equal(code, 0);
    assert.deepEqual(
      json.budgets.map((each: { scope: string }) => each.scope),
      ['project:/src/my.app'],
    );
    const unknown = world.on('budget', 'check', '--project', 'nowhere');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /No project is called "nowhere".*There are my\.app\./);
  });

  test('sessions, runs, forecasts and agents', () => {
    using world = new CliWorld();
    spend(world, 1, 1, 1000);
    spend(world, 2, 3, 2000);
    spend(world, 3, 9, 3 * dayMs);
    world.on('budget', 'set', '2', '--scope', 'session');
    const { json } = gate(world, 'budget', 'check');
    assert.deepEqual(
      json.budgets.map((each: { part: string; spent_usd: number }) => [each.part, each.spent_usd]),
      [
        [sid(2), 3],
        [sid(1), 1],
      ],
      'a session of three days ago is not at work',
    );
    world.on('budget', 'remove', '--scope', 'session');
    world.on('budget', 'set', '5', '--unit', 'agents', '--period', 'run');
    const agents = gate(world, 'budget', 'check').json;
    assert.equal(agents.budgets.length, 0);
    assert.match(agents.notJudged[0].reason, /refused, never queued/);
    world.on('budget', 'set', '14', '--period', 'week', '--basis', 'forecast');
    const forecast = gate(world, 'budget', 'check').json;
    assert.ok(forecast.judged >= forecast.spent);
  });

  test('what cannot be a budget is refused', () => {
    refused(['budget', 'set', 'lots'], /"lots" is no limit of a budget.*dollars/);
    refused(['budget', 'set', '5', '--period', 'fortnight'], /no period of a budget.*lifetime/);
    refused(['budget', 'set', '5', '--scope', 'galaxy'], /no scope of a budget.*global/);
    refused(['budget', 'set', '5', '--ladder', '90/50/10'], /not a ladder of thresholds/);
    refused(['budget', 'set', '5', '--unit', 'tokens:thoughts'], /no unit of a budget.*cacheRead/);
  });

  test('a config file that is no JSON is not overwritten', () => {
    using world = new CliWorld();
    world.dataFile('config.json', '{ "settings": ');
    const { code, err } = world.on('budget', 'set', '5');
    assert.equal(code, 2);
    assert.match(err, /is not JSON.*nothing is written/);
    assert.equal(readFileSync(world.dir.at('data', 'config.json'), 'utf8'), '{ "settings": ');
  });
});

describe('projection, burn and anomaly in the terminal', () => {
  test('three dollars in a week and a budget of 20', () => {
    using world = new CliWorld();
    spend(world, 1, 1, hourMs);
    spend(world, 2, 1, 2 * dayMs);
    spend(world, 3, 1, 5 * dayMs);
    spend(world, 4, 0.000_025, 40 * dayMs);
    world.env = { COST_BUDGET_USD: '20' };
    const found = world.json('projection');
    assert.equal(found.clamped, false);
    assert.equal(found.rate_usd_per_day, 0.428571429);
    assert.deepEqual(
      found.horizons.map(({ days, projected_usd }: { days: number; projected_usd: number }) => [
        days,
        Number(projected_usd.toFixed(6)),
      ]),
      [
        [7, 3],
        [30, 12.857143],
        [90, 38.571429],
        [365, 156.428571],
      ],
    );
    const [budget] = found.budgets;
    assert.equal(budget.utilization_pct.toFixed(2), '15.00');
    assert.deepEqual(
      budget.exhaustion.map(({ days }: { days: number }) => days.toFixed(1)),
      ['16.3', '28.0', '35.0', '39.7'],
    );
    const { out } = world.on('projection', '--horizons', '2w,3mo');
    assert.match(out, /\$0\.43 a day in the last 7 days; on track for \$6\.00 in 14 days/);
    assert.match(out, /used up in 39\.7 days/);
    assert.match(world.on('projection', '--notes').out, /1\.96/);
  });

  test('a history shorter than the window is said', () => {
    using world = new CliWorld();
    spend(world, 1, 4, 2 * dayMs);
    const found = world.json('projection');
    assert.equal(found.clamped, true);
    assert.ok(Math.abs(found.rate_usd_per_day - 2) < 0.01);
    assert.equal(found.horizons[0].low_usd, null);
    assert.match(world.on('projection').out, /first spend was 2 days ago/);
  });

  test('burn: the latest day against the active ones before it', () => {
    using world = new CliWorld();
    spend(world, 1, 3, hourMs);
    assert.match(
      gate(world, 'burn', '--alert-on-acceleration-pct', '0').json.skipped,
      /only the latest/,
    );
    spend(world, 2, 1, 1.5 * dayMs);
    spend(world, 3, 1, 5.5 * dayMs);
    const { code, json } = gate(world, 'burn', '--alert-on-acceleration-pct', '199.9');
    assert.equal(code, 1);
    assert.deepEqual([json.latest_usd, json.mean_active_usd, json.delta_pct], [3, 1, 200]);
    assert.equal(json.buckets.length, 14);
    assert.equal(world.on('burn', '--alert-on-acceleration-pct', '200').code, 0);
    assert.equal(world.on('burn').code, 0);
  });

  test('burn: what is not a question is refused', () => {
    refused(['burn', '--bucket', '30d', '--lookback', '7d'], /longer than the lookback/);
    refused(['burn', '--bucket', 'soon'], /--bucket "soon" cannot be used.*90m, 24h, 7d/);
    refused(['burn', '--bucket', '1m', '--lookback', '90d'], /more than 1000 buckets/);
    refused(['burn', '--alert-on-acceleration-pct', 'x'], /must be a percentage/);
    refused(['projection', '--horizons', '7d,soon'], /"soon" cannot be used/);
    refused(['anomaly', '--by', 'moon'], /Use session, message or day/);
    refused(['anomaly', '--by', 'message', '--tag', 'x'], /--tag cannot be combined/);
    refused(['health', '--skip', 'budget,burn,anomaly,projection'], /Every check is skipped/);
    refused(['health', '--skip', 'mood'], /no check "mood".*budget, burn, anomaly, projection/);
    refused(['health', '--alert-acceleration', 'much'], /must be a percentage/);
  });

  test('anomaly: sessions .08 .09 .10 .11 5.00', () => {
    using world = new CliWorld();
    [0.08, 0.09, 0.1, 0.11, 5].forEach((dollars, i) => {
      spend(world, i + 1, dollars, (i + 1) * hourMs);
    });
    const { code, json } = gate(world, 'anomaly', '--alert-on-outliers', '1');
    assert.equal(code, 1);
    assert.deepEqual([json.median_usd, json.mad_usd, json.high, json.low], [0.1, 0.01, 1, 0]);
    assert.deepEqual([json.outliers[0].sessionId, json.outliers[0].z], [sid(5), 330.505]);
    assert.equal(gate(world, 'anomaly', '--alert-on-outliers', '5').code, 0);
    const messages = world.json('anomaly', '--by', 'message');
    assert.equal(messages.outliers[0].messageId, 'msg-5');
    assert.equal(messages.outliers[0].sessionId, sid(5));
    assert.equal(world.json('anomaly', '--by', 'message', '--model', 'opus').high, 1);
    assert.equal(world.json('anomaly', '--by', 'message', '--project', 'my.app').high, 1);
    assert.match(world.on('anomaly').out, /1 outlier among 5 sessions \(1 high, 0 low\)/);
  });

  test('anomaly: more than half alike, and too little to compare', () => {
    using world = new CliWorld();
    spend(world, 1, 0.1, hourMs);
    spend(world, 2, 0.1, hourMs);
    const two = gate(world, 'anomaly', '--alert-on-outliers', '1');
    assert.deepEqual([two.code, two.json.status], [0, 'insufficient']);
    spend(world, 3, 0.1, hourMs);
    spend(world, 4, 5, hourMs);
    const four = gate(world, 'anomaly', '--threshold', '3', '--alert-on-outliers', '1');
    assert.equal(four.json.estimator, 'mean-deviation');
    assert.equal(four.json.outliers[0].z.toFixed(2), '3.19');
    assert.equal(world.json('anomaly').high, 0);
    spend(world, 5, 0.1, hourMs);
    const five = world.json('anomaly');
    assert.equal(five.outliers[0].z.toFixed(2), '3.99');
    assert.match(world.on('anomaly', '--notes').out, /mean absolute deviation/);
  });
});

describe('what if, in the terminal', () => {
  test('savings are the baseline less what was paid; unpriced messages are on neither side', () => {
    using world = new CliWorld();
    const timestamp = new Date(now - 1000).toISOString();
    world.transcript(`p/${sid(1)}.jsonl`, [
      answerRecord('1', 'claude-haiku-4-5', usageOf({ input: 50_000 }), {
        sessionId: sid(1),
        timestamp,
      }),
      answerRecord('2', 'claude-sonnet-4-6', usageOf({ input: 50_000 }), {
        sessionId: sid(1),
        timestamp,
      }),
      answerRecord('3', 'model-x', usageOf({ input: 50_000 }), { sessionId: sid(1), timestamp }),
    ]);
    // 50,000 tokens at $1 and at $3 a million.
    const of = (model: string) =>
      world.json('counterfactual', '--period', 'all', '--baseline', model);
    const haiku = of('claude-haiku-4-5');
    assert.deepEqual([haiku.actual_usd, haiku.messages, haiku.leftOutMessages], [0.2, 2, 1]);
    const [{ baseline_usd, savings_usd, savings_pct, byTokenClass }] = haiku.baselines;
    assert.deepEqual([baseline_usd, savings_usd, savings_pct], [0.1, -0.1, -100]);
    assert.deepEqual(byTokenClass.input, { tokens: 100_000, actual_usd: 0.2, baseline_usd: 0.1 });
    const [sonnet] = of('claude-sonnet-4-6').baselines;
    assert.deepEqual([sonnet.baseline_usd, sonnet.savings_usd], [0.3, 0.1]);
    assert.equal(sonnet.savings_pct.toFixed(4), '33.3333');
    const all = of('all').baselines.map((each: { baseline: string }) => each.baseline);
    assert.deepEqual(all, ['haiku', 'sonnet', 'opus', 'fable', 'mythos']);
    const wrong = world.on('counterfactual', '--baseline', 'poem');
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.err,
      /"poem" is neither a family nor a model with a price\. Use haiku, sonnet, opus/,
    );
  });

  test('a band for long prompts is judged message by message', () => {
    using world = new CliWorld();
    const timestamp = new Date(now - 1000).toISOString();
    const at = { sessionId: sid(1), timestamp };
    world.transcript(`p/${sid(1)}.jsonl`, [
      answerRecord('1', opus, usageOf({ input: 100_000 }), at),
      answerRecord('2', opus, usageOf({ input: 100_001 }), at),
    ]);
    // Up to 100,000 tokens of a prompt at $0.10 a million, beyond at $0.50.
    const [{ baseline_usd }] = world.json(
      'counterfactual',
      '--baseline',
      'claude-haiku-5-5',
      '--period',
      'all',
    ).baselines;
    assert.equal(baseline_usd, 0.0600005);
    assert.equal(
      world.json(
        'counterfactual',
        '--baseline',
        'claude-haiku-5-5',
        '--model',
        'opus',
        '--period',
        'all',
      ).baselines[0].baseline_usd,
      baseline_usd,
    );
  });
});
