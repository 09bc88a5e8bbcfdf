import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dayMs } from '../../src/model/calendar.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const opus = 'claude-opus-4-7';
const dollar = usageOf({ input: 200_000 });
const now = Date.now();
/** By the real clock the price catalogue may be old, which is not what is tested here. */
const anyCatalogue = { 'outlay.prices.warnAfterDays': 100_000 };
const lengths = ['--message-days', '90', '--day-days', '365'];

/** A message that cost a dollar so many days ago, at noon in UTC. */
function dollarAgo(days: number): object {
  const day = new Date(now - days * dayMs).toISOString().slice(0, 10);
  return answerRecord(`d${days}`, opus, dollar, { timestamp: `${day}T12:00:00.000Z` });
}

/**
 * A session of five messages: of today, 100, 101, 400 and 401 days ago. What sums up goes by the real
 * clock, so all does.
 */
function history(world: CliWorld): string {
  world.env = { OUTLAY_NOW: '' };
  const records = [401, 400, 101, 100, 0].map(dollarAgo);
  return world.transcript('p/11111111-0000-4000-8000-000000000001.jsonl', records);
}

describe('outlay retention', () => {
  test('says what is set and what would be summed up, and changes nothing', () => {
    using world = new CliWorld();
    history(world);
    const { out, code } = world.on('retention');
    assert.equal(code, 0);
    assert.match(out, /Everything is kept: outlay\.retention\.enabled is off\./);
    assert.match(out, /Nothing has been summed up so far\./);
    assert.match(out, /Old enough to be summed up: 4 messages before .*, of 1 session and 4 days/);
    for (const args of [
      ['run'],
      ['run', '--yes'],
      ['run', ...lengths],
      ['run', '--dry-run', '--yes', ...lengths],
    ]) {
      const result = world.on('retention', ...args);
      assert.equal(result.code, args.includes('--dry-run') ? 0 : 2, `${args}: ${result.err}`);
    }
    const { ahead, done, lastRun, enabled, summedUp } = world.json('retention');
    assert.equal(ahead.messages, 4);
    assert.deepEqual([done, lastRun, enabled], [null, null, false]);
    assert.deepEqual(summedUp, { messagesBefore: null, daysBefore: null });
    assert.equal(world.json('session').topMessages.length, 5);
  });

  test('run sums up, and no sum changes, also when all is read again', () => {
    using world = new CliWorld();
    const transcript = history(world);
    const before = world.json('sessions');
    const { done, ahead, lastRun, summedUp } = world.json('retention', 'run', '--yes', ...lengths);
    assert.deepEqual(done, { messages: 4, days: 4, months: done.months });
    assert.deepEqual([ahead.messages, ahead.days, ahead.months], [0, 0, 0]);
    assert.match(lastRun.result, /^summed up 4 messages of 4 days by day/);
    assert.equal(summedUp.messagesBefore.slice(11), '00:00:00.000Z');
    assert.deepEqual(world.json('sessions'), before);
    const session = world.json('session');
    assert.equal(session.topMessages.length, 1);
    assert.equal(session.summedUpMessages, 4);
    assert.match(
      session.notes[0],
      /^4 messages before \d{4}-\d{2}-\d{2} are summed up and not listed/,
    );
    assert.match(world.on('session').out, /4 messages before .* are summed up and not listed/);
    assert.equal(world.json('summary').total_cost_usd, 5);
    // Copied to another place it is a transcript nobody has read yet.
    rmSync(transcript);
    world.transcript('other/11111111-0000-4000-8000-000000000001.jsonl', [
      ...[401, 400, 101, 100, 0, 1].map(dollarAgo),
    ]);
    assert.equal(world.json('sessions').totals.usd, 6);
    assert.equal(world.json('summary').total_cost_usd, 6);
    const again = world.on('retention', 'run', '--yes', ...lengths);
    assert.deepEqual([again.code, again.err], [0, '']);
    assert.match(again.out, /Nothing was old enough to be summed up\./);
  });

  test('a span that cuts a day that was summed up says so', () => {
    using world = new CliWorld();
    world.settings(anyCatalogue);
    history(world);
    world.json('retention', 'run', '--yes', ...lengths);
    const day = new Date(now - 100 * dayMs).toISOString().slice(0, 10);
    const notes = (since: string): string[] => world.json('summary', '--since', since).notes;
    assert.deepEqual(notes(day), []);
    assert.equal(world.json('summary', '--since', day).total_cost_usd, 2);
    const [note] = notes(`${day}T06:00Z`);
    assert.match(note ?? '', /is summed up by day, and this span begins or ends inside a day/);
    assert.match(world.on('summary', '--since', `${day}T06:00Z`).out, /summed up by day/);
    assert.deepEqual(notes('2d'), []);
  });

  test('a breakdown by what sums do not know says so', () => {
    using world = new CliWorld();
    world.settings(anyCatalogue);
    history(world);
    world.json('retention', 'run', '--yes', ...lengths);
    const notes = (...args: string[]): string => world.json('breakdown', ...args).notes.join(' ');
    assert.match(
      notes('--by', 'tool', '--period', 'all'),
      /summed up without the tools they called/,
    );
    const tools = world.json('breakdown', '--by', 'tool', '--period', 'all');
    assert.deepEqual(
      tools.rows.map(({ tool, cost_usd, messages }: Record<string, unknown>) => [
        tool,
        cost_usd,
        messages,
      ]),
      [
        ['(summed up)', 4, 4],
        ['(none)', 1, 1],
      ],
    );
    assert.equal(tools.total_cost_usd, 5);
    assert.match(notes('--by', 'class', '--period', 'all'), /only later ones are counted by class/);
    assert.match(notes('--by', 'hour', '--period', 'all'), /stands at the day's first hour/);
    assert.equal(notes('--by', 'model', '--period', 'all'), '');
    assert.equal(notes('--by', 'tool', '--period', '7d'), '');
    const { rows } = world.json('breakdown', '--by', 'model', '--period', 'all');
    assert.deepEqual([rows.length, rows[0].messages], [1, 5]);
  });

  test('prices of what was summed up stay, and it is said', () => {
    using world = new CliWorld();
    history(world);
    world.json('retention', 'run', '--yes', ...lengths);
    world.settings({ 'outlay.prices.overrides': { multiplier: 2 } });
    const { notes, models } = world.json('reprice', '--no-index');
    assert.match(notes[0], /^Messages before .* are summed up and keep the price they had\.$/);
    assert.equal(models[opus].messages, 1);
    assert.equal(world.json('sessions').totals.usd, 6);
  });

  test('happens by itself where it is wanted, once', () => {
    using world = new CliWorld();
    world.settings({ 'outlay.retention.enabled': true });
    history(world);
    assert.equal(world.json('sessions').totals.usd, 5);
    const { jobs } = world.json('workers', '--no-index');
    const job = jobs.find(({ name }: { name: string }) => name === 'retention');
    assert.match(job.result, /^summed up 4 messages of 4 days by day/);
    const { out } = world.on('retention');
    assert.match(out, /Kept are single messages for 90 days, days for 365 days, months for ever/);
    assert.match(out, /Nothing is old enough to be summed up now\./);
    // A run is asked for with --yes alone.
    assert.equal(world.on('retention', 'run').code, 2);
    assert.equal(world.on('retention', 'run', '--yes').code, 0);
  });

  test('asking changes nothing even where it is wanted and due', () => {
    using world = new CliWorld();
    world.settings({ 'outlay.retention.enabled': true });
    history(world);
    assert.equal(world.json('retention').ahead.messages, 4);
    assert.equal(world.json('retention', 'run', '--dry-run').ahead.messages, 4);
  });

  for (const [args, message] of [
    [
      ['--message-days', '29', '--day-days', '365'],
      /--message-days 29 is too few: it must be 30 or more/,
    ],
    [['--message-days', '90', '--day-days', '60'], /--day-days 60 is too few/],
    [['--message-days', 'x'], /whole number above 0/],
  ] as const) {
    test(`${args.join(' ')} is refused`, () => {
      using world = new CliWorld();
      history(world);
      for (const run of [[], ['run', '--yes']]) {
        const { code, err } = world.on('retention', ...run, ...args);
        assert.equal(code, 2);
        assert.match(err, message);
      }
    });
  }
});
