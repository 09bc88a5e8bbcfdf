import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Of a model that costs four dollars a million tokens of input: so many dollars at a moment. */
function spent(id: string, usd: number, at: string): Record<string, unknown> {
  const input = usd * 250_000;
  return answerRecord(id, 'claude-opus-5-5', usageOf({ input }), { timestamp: at });
}

/** A dollar a day on six days at noon, and seven today at eleven; it is noon of November 24. */
function world(): CliWorld {
  const made = new CliWorld();
  const days = [18, 19, 20, 21, 22, 23].map((day) =>
    spent(`d${day}`, 1, `2026-11-${day}T12:00:00.000Z`),
  );
  made.transcript('p/s.jsonl', [...days, spent('now', 7, '2026-11-24T11:00:00.000Z')]);
  return made;
}

describe('limits status', () => {
  test('every budget with use, rest, level, outlook, time left, origin and action', () => {
    using made = world();
    made.on('budget', 'set', '20', '--period', 'day', '--action', 'stop');
    made.on('budget', 'set', '14', '--period', 'month');
    made.on('budget', 'set', '3', '--scope', 'global', '--unit', 'agents', '--period', 'day');
    const { limits, notJudged } = made.json('limits', 'status');
    assert.equal(notJudged.length, 1);
    assert.match(notJudged[0].reason, /agents at once/);
    const [month, day] = limits;
    assert.deepEqual(
      [month.period, month.spent_usd, month.remaining_usd, month.level, month.action],
      ['month', 13, 1, 'CRITICAL', 'notify'],
    );
    // The window of seven days and the history since Nov 18 noon: 13 dollars in 6 days.
    const rate = 13 / 6;
    assert.equal(month.daysLeft, 6.5);
    // A usual day is spent at noon: seven such are to come, the first of them now.
    assert.ok(Math.abs(month.projected - (13 + 7 * rate)) < 1e-6, month.projected);
    assert.ok(month.low < month.projected && month.projected < month.high);
    assert.equal(month.periodUntil, '2026-12-01T00:00:00.000Z');
    const usedUp = Date.parse('2026-11-24T12:00:00Z') + (1 / rate) * 900_000;
    assert.ok(Math.abs(Date.parse(month.usedUpAt) - usedUp) < 2, month.usedUpAt);
    assert.match(
      month.words,
      /^\$13 of \$14 · on track for \$28\.17 · over by \$14\.17 · used up at/,
    );
    assert.deepEqual(
      [day.period, day.spent_usd, day.remaining_usd, day.level, day.action, day.usedUpAt],
      ['day', 7, 13, 'OK', 'stop', null],
    );
    assert.equal(day.daysLeft, 0.5);
    assert.equal(day.origin, 'budget set');
  });

  test('says the same as budget check, an exception included', () => {
    using made = world();
    made.on('budget', 'set', '5', '--period', 'day');
    assert.equal(made.on('budget', 'raise', '8', '--period', 'day').code, 0);
    const { limits } = made.json('limits', 'status');
    const { budgets } = made.json('budget', 'check');
    for (const [key, value] of Object.entries(budgets[0])) {
      if (key !== 'recommended_action') assert.deepEqual(limits[0][key], value, key);
    }
    const { out } = made.on('limits', 'status');
    assert.match(out, /\$7 of \$8 .*\(day, global\)\./);
    assert.match(out, /raised from \$5\.00/);
    assert.match(out, /12 h 0 min/);
  });

  test('without a budget it says how to set one, and ends well', () => {
    using made = world();
    const { out, code } = made.on('limits', 'status');
    assert.equal(code, 0);
    assert.match(out, /No budget is set/);
    assert.deepEqual(made.json('limits', 'status').limits, []);
  });
});
