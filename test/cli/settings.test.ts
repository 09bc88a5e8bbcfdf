import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';
const opus = 'claude-opus-4-7';

function oneDollar(world: CliWorld, more: Record<string, unknown> = {}): void {
  world.transcript(`p/${sessionId}.jsonl`, [
    answerRecord('1', opus, usageOf({ input: 200_000 }), { sessionId, ...more }),
  ]);
}

describe('settings', () => {
  test('bad values are named one by one, the rest is in force', () => {
    using world = new CliWorld();
    oneDollar(world, { timestamp: '2026-11-12T23:30:00.000Z' });
    world.settings({
      'outlay.timeZone': 'Europe/Berlin',
      'outlay.billing': 'free',
      'outlay.budget.monthlyUsd': -4,
      'outlay.prices.warnAfterDays': 'soon',
      'outlay.future': { unknown: true },
    });
    const report = world.json('summary');
    assert.deepEqual(Object.keys(report.byDay), ['2026-11-13'], 'the zone is in force');
    assert.equal(report.notes.length, 3);
    for (const key of [
      'outlay.billing',
      'outlay.budget.monthlyUsd',
      'outlay.prices.warnAfterDays',
    ]) {
      assert.ok(
        report.notes.some((note: string) => note.includes(key)),
        key,
      );
    }
    assert.match(world.on('sessions').out, /outlay\.billing is not "api" or "subscription"/);
    assert.equal(world.json('sessions').notes.length, 3);
  });

  test('settings that are no JSON are named, and defaults hold', () => {
    using world = new CliWorld();
    oneDollar(world);
    world.dataFile('config.json', '{ "settings": ');
    const result = world.on('sessions');
    assert.equal(result.code, 0);
    assert.match(result.out, /The settings .*config\.json is not JSON; defaults are used/);
  });

  test('a subscriber reads the API value of the work', () => {
    using world = new CliWorld();
    oneDollar(world);
    world.settings({ 'outlay.billing': 'subscription' });
    for (const command of ['sessions', 'session', 'summary', 'track']) {
      const args = command === 'track' ? ['--session', sessionId] : [];
      assert.match(world.on(command, ...args).out, /\$1\.00 \(API value\)/, command);
    }
  });

  test('budgets: the variable for a lifetime, else the month, else the day; levels inclusive', () => {
    using world = new CliWorld();
    oneDollar(world, { timestamp: new Date(now).toISOString() });
    world.settings({ 'outlay.budget.dailyUsd': 4 });
    const budget = () => world.json('summary', '--no-index').budget;
    world.json('sessions');
    const levels: [number, string][] = [
      [2.01, 'OK'],
      [2, 'INFO'],
      [1.3, 'WARNING'],
      [1.1, 'CRITICAL'],
      [1, 'HARD_STOP'],
    ];
    assert.deepEqual(budget(), {
      budget_usd: 4,
      setAt: null,
      spent_usd: 1,
      utilization: 0.25,
      level: 'OK',
      period: 'day',
    });
    world.settings({ 'outlay.budget.dailyUsd': 4, 'outlay.budget.monthlyUsd': 2 });
    assert.equal(budget().period, 'month');
    for (const [usd, level] of levels) {
      world.env = { COST_BUDGET_USD: String(usd) };
      assert.equal(budget().level, level, String(usd));
      assert.equal(budget().period, 'lifetime');
    }
    world.env = { COST_BUDGET_USD: 'plenty' };
    assert.match(world.json('summary', '--no-index').notes[0], /COST_BUDGET_USD is not a number/);
  });

  test('titles are left out where the user wants none', () => {
    using world = new CliWorld();
    oneDollar(world);
    world.transcript(`p/${sessionId}.jsonl`, [
      { type: 'custom-title', customTitle: 'Secret project', sessionId },
      answerRecord('1', opus, usageOf({ input: 1 }), { sessionId }),
    ]);
    world.settings({ 'outlay.storeTitles': false });
    assert.equal(world.json('sessions').sessions[0].title, null);
  });

  test('switched off, nothing new is read and it is said', () => {
    using world = new CliWorld();
    oneDollar(world);
    world.env = { ENABLE_COST_TRACKING: 'false' };
    const track = world.on('track', '--session', sessionId);
    assert.equal(track.code, 0);
    assert.match(track.out, /switched off by ENABLE_COST_TRACKING=false/);
    const sessions = world.json('sessions');
    assert.equal(sessions.totals.messages, 0);
    assert.match(sessions.notes[0], /switched off/);
    world.env = {};
    world.settings({ 'outlay.enabled': false });
    assert.match(world.on('sessions').out, /switched off by the setting outlay\.enabled/);
    world.settings({ 'outlay.enabled': true });
    assert.equal(world.json('sessions').totals.messages, 1);
  });

  test('an old catalogue is named beside the figure', () => {
    using world = new CliWorld();
    oneDollar(world);
    assert.equal(world.json('sessions').notes, undefined);
    world.settings({ 'outlay.prices.warnAfterDays': 0 });
    const { notes } = world.json('summary');
    const { prices } = world.json('doctor');
    if (prices.ageDays > 0) assert.match(notes[0], /The price catalogue is \d+ days old/);
    else assert.deepEqual(notes, []);
  });
});

describe('prices', () => {
  test('the list has every model; overrides of setting, file and import win in that order', () => {
    using world = new CliWorld();
    oneDollar(world);
    const input = () =>
      world.json('prices').prices.find(({ model }: { model: string }) => model === opus).rates
        .input;
    assert.equal(input(), 5);
    world.dataFile('prices.json', JSON.stringify({ models: { [opus]: { input: 6 } } }));
    assert.equal(input(), 6);
    assert.equal(world.json('sessions').totals.usd, 1.2);
    const file = world.dir.at('mine.json');
    writeFileSync(file, JSON.stringify({ models: { 'claude-opus-4.7': { input: 7 } } }));
    world.settings({ 'outlay.prices.file': file });
    assert.equal(input(), 7);
    world.settings({
      'outlay.prices.file': file,
      'outlay.prices.overrides': { models: { [opus]: { input: 8 } } },
    });
    assert.equal(input(), 8);
    assert.equal(world.json('sessions').totals.usd, 1.6);
    assert.match(world.on('sessions', '--notes').out, /at prices of your own/);
  });

  test('problems name their place, and the other entries hold', () => {
    using world = new CliWorld();
    oneDollar(world);
    world.settings({
      'outlay.prices.file': world.dir.at('nowhere.json'),
      'outlay.prices.overrides': { models: { [opus]: { input: 10 }, other: { input: -1 } } },
    });
    const { notes, totals } = world.json('sessions');
    assert.equal(totals.usd, 2);
    assert.match(notes[0], /The price file .*nowhere\.json cannot be read \(ENOENT\)/);
    assert.match(notes[1], /^outlay\.prices\.overrides: models\["other"\]\.input is negative/);
  });

  test('import shows first, writes with --yes, and reprices', () => {
    using world = new CliWorld();
    oneDollar(world);
    const unknown = 'bbbbbbbb-0000-4000-8000-000000000002';
    world.transcript(`p/${unknown}.jsonl`, [
      answerRecord('2', 'model-x', usageOf({ input: 1_000_000 }), { sessionId: unknown }),
    ]);
    assert.equal(world.json('sessions').totals.unpricedMessages, 1);
    const file = world.dir.at('new.json');
    const models = {
      [opus]: { input: 10 },
      'model-x': { input: 2, output: 4 },
      bad: { input: 'x' },
    };
    writeFileSync(file, JSON.stringify({ models }));
    const shown = world.json('prices', 'import', file);
    assert.equal(shown.written, false);
    assert.equal(shown.changedMessages, 2);
    assert.equal(shown.beforeUsd, 1);
    assert.equal(shown.afterUsd, 4);
    assert.deepEqual(shown.models['model-x'], {
      changedMessages: 1,
      messages: 1,
      beforeUsd: 0,
      afterUsd: 2,
      unpricedBefore: 1,
      unpricedAfter: 0,
    });
    assert.match(shown.problems[0], /models\["bad"\]\.input/);
    assert.ok(shown.changes.some((text: string) => text.includes('input $5.00 → $10.00')));
    const stored = world.dir.at('data', 'prices.json');
    assert.equal(existsSync(stored), false);
    assert.equal(world.json('sessions').totals.usd, 1);
    assert.match(world.on('prices', 'import', file).out, /Nothing is written yet: add --yes/);

    assert.equal(world.json('prices', 'import', file, '--yes').written, true);
    assert.equal(world.json('sessions', '--no-index').totals.usd, 4, 'already repriced');
    assert.equal(world.json('sessions').totals.unpricedMessages, 0);
    const kept = JSON.parse(readFileSync(stored, 'utf8'));
    assert.deepEqual(Object.keys(kept.models), [opus, 'model-x'], 'only what made sense');
    if (process.platform !== 'win32') assert.equal(statSync(stored).mode & 0o077, 0);
  });

  test('import refuses what is no price list', () => {
    using world = new CliWorld();
    const file = world.dir.at('bad.json');
    for (const text of ['{', '[]', '{}', '{"models":{"x":{}}}']) {
      writeFileSync(file, text);
      const result = world.on('prices', 'import', file, '--yes');
      assert.equal(result.code, 2, text);
      assert.equal(result.out, '');
    }
    assert.equal(world.on('prices', 'import', world.dir.at('none.json')).code, 2);
    assert.equal(existsSync(world.dir.at('data', 'prices.json')), false);
  });

  test('reprice shows what the prices in force would change, and --yes writes it', () => {
    using world = new CliWorld();
    oneDollar(world);
    assert.equal(world.json('sessions').totals.usd, 1);
    assert.match(world.on('reprice').out, /Nothing changes/);
    world.settings({ 'outlay.prices.overrides': { multiplier: 0.5 } });
    const shown = world.json('reprice');
    assert.deepEqual([shown.written, shown.beforeUsd, shown.afterUsd], [false, 1, 0.5]);
    assert.equal(world.json('sessions', '--no-index').totals.usd, 1, 'nothing written');
    assert.match(world.on('reprice').out, /1 message would change: \$1\.00 → \$0\.50 \(-\$0\.50\)/);
    assert.equal(world.json('reprice', '--yes').written, true);
    assert.equal(world.json('sessions', '--no-index').totals.usd, 0.5);
    assert.match(world.on('reprice').out, /Nothing changes/);
  });
});
