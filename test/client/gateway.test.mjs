/**
 * A company's own gateway, the real one: what it counts and sets, what its database says of that, and what Outlay
 * reads of it by a key and from the status line.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { Gateway } from './lib/gateway.mjs';
import { readSpend } from './lib/spend.mjs';
import { Terminal } from './lib/terminal.mjs';

const bundle = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const run = promisify(execFile);

const ada = { sub: '00u1ada', email: 'Ada@Example.com', name: 'Ada', groups: ['web', 'core'] };
const eve = { sub: '00u2eve', email: 'granada@example.com', name: 'Eve', groups: ['core'] };
const group = (id) => ({ type: 'rbac_group', rbac_group_id: id });

/** A cent, as the gateway writes spend: to a thousandth. */
const thousandth = (cents) => Math.round(cents * 1000) / 100_000;

describe('the real gateway', () => {
  /** @type {Claude} */
  let claude;
  /** @type {Gateway} */
  let gateway;
  let terminal;
  let tokens;

  /** What it prints; 1 is what `budget check` ends with where a budget is used up. */
  const outlay = async (data, ...args) => {
    const env = {
      ...claude.environment(),
      OUTLAY_DATA_DIR: path.join(claude.home, data),
      OUTLAY_GATEWAY_TOKEN: gateway.readKey,
    };
    try {
      const place = { cwd: claude.workspace, env };
      return (await run(process.execPath, [bundle, ...args], place)).stdout;
    } catch (error) {
      if (error.code === 1 && args[1] === 'check') return error.stdout;
      throw error;
    }
  };
  const limitsOf = async (user) => {
    const text = await outlay('data', 'team', 'gateway', gateway.url, '--user', user, '--json');
    return JSON.parse(text).limits.map((each) => [
      ...[each.period, each.spent_usd, each.limit_usd, each.source, each.group, each.shared],
    ]);
  };
  const budgets = async (data) => {
    const text = await outlay(data, 'budget', 'check', '--json');
    return JSON.parse(text).budgets.map(
      ({ scope, period, level }) => `${scope} ${period} ${level}`,
    );
  };
  /** Cents of a person, or of a group together, this month. */
  const counted = (table, key) => {
    const [column] = table === 'spend' ? ['principal'] : ['rbac_group_id'];
    const month = new Date().toISOString().slice(0, 7);
    const sql = `SELECT cents FROM ${table} WHERE ${column} = '${key}' AND period = '${month}'`;
    return Number(gateway.sql(sql));
  };

  before(async () => {
    claude = await Claude.start('gateway');
    gateway = await Gateway.start(claude.api.url);
    tokens = { ada: await gateway.signIn(ada), eve: await gateway.signIn(eve) };
  });
  after(async () => {
    terminal?.close();
    await gateway?.close();
    await claude?.close();
  });

  it('counts what the client and Outlay count, and Outlay reads each limit of it', async () => {
    const set = (scope, period, amount, more = {}) =>
      gateway.admin('', { scope, period, amount, ...more });
    await set({ type: 'organization' }, 'daily', '90000');
    await set(group('core'), 'weekly', '20000');
    await set(group('web'), 'weekly', '30000');
    await set({ type: 'user', user_id: ada.sub }, 'monthly', '50000');
    const pool = { pooled_budget: { amount: '70000', paused: false } };
    await set(group('core'), 'monthly', '60000', pool);
    const runs = [];
    for (const token of [tokens.ada, tokens.eve, tokens.ada]) {
      runs.push(await claude.run('Hello', { env: gateway.environment(token) }));
    }
    const cents = await until('the gateway has counted', () => {
      const [own, other] = [counted('spend', ada.sub), counted('spend', eve.sub)];
      const pooled = counted('pooled_spend', 'core');
      return Math.abs(pooled - own - other) < 1e-6 && other > 0 ? { own, pooled } : undefined;
    });
    assert.ok(Math.abs(cents.own - (runs[0].usd + runs[2].usd) * 100) < 1e-6);
    const sessions = await readSpend(claude);
    const here = [runs[0], runs[2]].map(({ sessionId }) => sessions.get(sessionId).summary.nano);
    assert.ok(Math.abs(here[0] + here[1] - cents.own * 1e7) < 1000, `${here} of ${cents.own}`);
    const spent = thousandth(cents.own);
    const expected = [
      ['day', spent, 900, 'organization', null, false],
      ['week', spent, 200, 'rbac_group', 'core', false],
      ['month', spent, 500, 'user', null, false],
      ['month', thousandth(cents.pooled), 700, 'rbac_group', 'core', true],
    ];
    assert.deepEqual(await limitsOf(ada.sub), expected);
    assert.deepEqual(await limitsOf('ada@example.com'), expected);
    assert.deepEqual(await limitsOf('nobody@example.com'), []);
  });

  it('stops who has spent it all, and Outlay says so', async () => {
    const scope = { type: 'user', user_id: ada.sub };
    await gateway.admin('', { scope, period: 'monthly', amount: '1' });
    const refused = await claude.begin('More', { env: gateway.environment(tokens.ada) }).ended;
    assert.match(refused.output, /spend limit reached · resets [A-Z][a-z]{2} 1\b/);
    await limitsOf(ada.sub);
    assert.deepEqual((await budgets('data')).toSorted(), [
      'company day OK',
      'company month HARD_STOP',
      'company week OK',
      'company:core month OK',
    ]);
    await gateway.admin('', { scope, period: 'monthly', amount: '50000' });
  });

  it('is known from the status line without a key: the fullest limit, with what is spent of it', async () => {
    const scope = { type: 'user', user_id: ada.sub };
    await gateway.admin('', { scope, period: 'daily', amount: '5000' });
    await outlay('line', 'statusline', 'install', '--yes');
    const env = {
      ...gateway.environment(tokens.ada),
      OUTLAY_DATA_DIR: path.join(claude.home, 'line'),
    };
    terminal = Terminal.open(claude, 'Hello', { env });
    const budget = await until(
      () => `the limit is a budget:\n${terminal.screen()}`,
      async () => {
        const { budgets: all } = JSON.parse(await outlay('line', 'budget', 'check', '--json'));
        return all.find((each) => each.scope === 'company' && each.spent_usd > 0);
      },
    );
    terminal.close();
    // Whole cents, as the client is told.
    const cents = counted('spend', ada.sub);
    const { period, budget_usd: limit, spent_usd: spent } = budget;
    assert.deepEqual([period, limit], ['day', 50]);
    assert.ok(spent > 0 && spent * 100 <= cents + 1e-6, `${spent} of ${cents} cents`);
  });
});
