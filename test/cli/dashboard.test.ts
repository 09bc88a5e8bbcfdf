import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { writeDemo } from '../../src/demo/writeDemo.ts';
import { displayWidth } from '../../src/text/plainText.ts';
import { CliWorld, now } from './runCli.ts';

describe('outlay dashboard, once', () => {
  const world = new CliWorld();
  before(() => {
    writeDemo(world.root, { nowMs: now });
    world.env = { CLAUDE_CONFIG_DIR: world.root };
    world.run('index');
    world.run('budget', 'set', '75', '--period', 'month');
  });
  after(() => world[Symbol.dispose]());

  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
  function json(...args: string[]): any {
    const { out, err, code } = world.run(...args, '--json', '--no-index');
    assert.ok(code === 0 || code === 1, err);
    return JSON.parse(out);
  }

  test('without a terminal --live prints once, and no more than its width where that is known', () => {
    world.env = { ...world.env, COLUMNS: '80' };
    const once = world.run('dashboard', '--no-index');
    assert.equal(once.code, 0, once.err);
    assert.match(once.out, /^November +≥ \$[\d.]+ /m);
    assert.match(once.out, /^Last hour \$/m);
    assert.match(once.out, /^Project, November +Model, November/m);
    assert.match(once.out, /^Sessions, the first 8$/m);
    assert.match(once.out, /^Recent activity, the first 8$/m);
    assert.ok(!once.out.includes('\u001b'));
    assert.deepEqual(
      once.out.split('\n').filter((line) => displayWidth(line) > 80),
      [],
    );
    assert.deepEqual(world.run('dashboard', '--live', '--no-index'), once);
  });

  test('its figures are those of the commands it is made of', () => {
    const all = json('dashboard');
    assert.deepEqual(all.overview, json('overview'));
    assert.deepEqual(all.report, json('report'));
    assert.deepEqual(all.sessions, json('sessions', '--sort', 'time', '--period', 'all'));
    assert.deepEqual(all.activity, json('activity', '--limit', '60'));
    const { recommended_action: _, ...budget } = json('budget', 'check').budgets[0];
    assert.deepEqual(all.budgets, [budget]);
  });

  test('--budget is one of today, and --warning-pct where warnings begin', () => {
    const { today_usd: today } = json('overview');
    const limit = String(Math.round(today * 200) / 100);
    const { budgets } = json('dashboard', '--budget', limit, '--warning-pct', '40');
    const levels = Object.fromEntries(
      budgets.map(({ period, level }: { period: string; level: string }) => [period, level]),
    );
    assert.deepEqual(levels, { day: 'WARNING', month: 'WARNING' });
    const over = json('dashboard', '--budget', '0.01').budgets;
    assert.equal(over[0].level, 'HARD_STOP');
    assert.equal(json('budget', 'check').budgets.length, 1, 'nothing was set');
  });

  test('what cannot be used is said', () => {
    for (const [option, value] of [
      ['--interval', '0'],
      ['--interval', 'soon'],
      ['--budget', '0'],
      ['--budget', 'ten'],
      ['--warning-pct', '0'],
      ['--warning-pct', '101'],
    ] as const) {
      const { code, err } = world.run('dashboard', option, value);
      assert.equal(code, 2, `${option} ${value}`);
      assert.match(err, new RegExp(`'${option} .*' argument '${value}' is invalid\\. It must be`));
    }
  });

  test('on a machine without sessions it says so', () => {
    using empty = new CliWorld();
    const { out, code } = empty.run('dashboard');
    assert.equal(code, 0);
    assert.match(out, /^No Claude Code sessions on this machine yet\.\n/);
  });
});
