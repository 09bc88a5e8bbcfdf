import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Candidate,
  cooldownMs,
  decide,
  mute,
  type Repeat,
  snooze,
  toldKey,
} from '../../../src/alerts/decide.ts';
import { type AlertState, noAlerts } from '../../../src/dataFolder/alertFile.ts';
import { dayMs, daySpan, hourMs } from '../../../src/model/calendar.ts';
import { type AlertLevel, alertLevels } from '../../../src/settings/alertSettings.ts';

const start = Date.parse('2026-11-24T10:00:00Z');

function candidate(level: AlertLevel, repeat: Repeat, more: Partial<Candidate> = {}): Candidate {
  return {
    key: 'budget global day usd',
    rule: 'budget',
    level,
    part: '',
    facts: {},
    atLeast: false,
    repeat,
    findCause: () => undefined,
    ...more,
  };
}

/** Of the local day, with a limit. */
function ofDay(at: number, limit = 10, zone = 'UTC'): Repeat {
  const { from, to } = daySpan(at, zone);
  return { kind: 'period', instance: `${from} ${limit}`, until: to };
}

const ofHour: Repeat = { kind: 'window', ms: hourMs, limit: '5' };

/** A row of checks by one process after the other; what each has told. */
function tell(
  steps: readonly (readonly [at: number, ...candidates: Candidate[]])[],
  before: AlertState = noAlerts,
): { told: string[]; state: AlertState } {
  let state = before;
  let ids = 0;
  const told = steps.map(([now, ...candidates]) => {
    const decided = decide(state, candidates, {
      now,
      channels: ['editor'],
      newId: () => String(ids++),
    });
    // As a file has it.
    state = JSON.parse(JSON.stringify(decided.state)) as AlertState;
    return decided.fired.map(({ level, rule }) => `${rule} ${level}`).join(', ');
  });
  return { told, state };
}

describe('budgets of a period', () => {
  test('each level once, escalation at once, repetition and the way back never', () => {
    const at = (minutes: number) => start + minutes * 60_000;
    const levels: AlertLevel[] = [
      'info',
      'info',
      'critical',
      'warning',
      'critical',
      'stop',
      'stop',
    ];
    const { told } = tell(
      levels.map((level, index) => [at(index), candidate(level, ofDay(at(index)))] as const),
    );
    assert.deepEqual(told, ['budget info', '', 'budget critical', '', '', 'budget stop', '']);
  });

  test('a new period is told anew, for ever', () => {
    const days = Array.from({ length: 40 }, (_, index) => start + index * dayMs);
    const { told, state } = tell(days.map((at) => [at, candidate('stop', ofDay(at))] as const));
    assert.deepEqual(
      told,
      days.map(() => 'budget stop'),
    );
    // What was told of days that are over is forgotten.
    assert.ok(Object.keys(state.told).length <= 4);
  });

  test('raised, it may reach its levels anew; back at its own limit it was told already', () => {
    const { told } = tell([
      [start, candidate('stop', ofDay(start, 10))],
      [start + 1, candidate('warning', ofDay(start, 20))],
      [start + 2, candidate('stop', ofDay(start, 10))],
    ]);
    assert.deepEqual(told, ['budget stop', 'budget warning', '']);
  });

  test('any row of levels, days and raises: each once for a day and a limit, and only upwards', () => {
    const step = fc.record({
      hours: fc.integer({ min: 0, max: 30 }),
      level: fc.constantFrom(...alertLevels),
      limit: fc.constantFrom(10, 20),
      zone: fc.constant('Europe/Berlin'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let at = Date.parse('2026-03-27T10:00:00Z');
        let state = noAlerts;
        const highest = new Map<string, number>();
        for (const { hours, level, limit, zone } of steps) {
          at += hours * hourMs;
          const repeat = ofDay(at, limit, zone);
          const one = candidate(level, repeat);
          const decided = decide(state, [one], { now: at, channels: [], newId: () => 'x' });
          state = decided.state;
          const key = toldKey(one.key, repeat);
          const rank = alertLevels.indexOf(level);
          assert.equal(decided.fired.length, rank > (highest.get(key) ?? -1) ? 1 : 0);
          highest.set(key, Math.max(rank, highest.get(key) ?? -1));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('rules that look back over a window', () => {
  test('not again within an hour, then again while it still holds; what is worse at once', () => {
    const step = (minutes: number, level: AlertLevel) =>
      [
        start + minutes * 60_000,
        candidate(level, ofHour, { key: 'hourly', rule: 'hourly' }),
      ] as const;
    const { told } = tell([
      step(0, 'warning'),
      step(59, 'warning'),
      step(60, 'warning'),
      step(70, 'critical'),
      step(80, 'warning'),
      step(129, 'critical'),
      step(130, 'critical'),
    ]);
    assert.deepEqual(told, [
      'hourly warning',
      '',
      'hourly warning',
      'hourly critical',
      '',
      '',
      'hourly critical',
    ]);
  });

  test('a longer window only once all of it is new, a shorter one not before an hour', () => {
    const rolling: Repeat = { kind: 'window', ms: 5 * hourMs, limit: '10' };
    const minute: Repeat = { kind: 'window', ms: 60_000, limit: '10' };
    const at = [0, 1, 4.99, 5].map((hours) => start + hours * hourMs);
    assert.deepEqual(tell(at.map((now) => [now, candidate('stop', rolling)] as const)).told, [
      'budget stop',
      '',
      '',
      'budget stop',
    ]);
    assert.deepEqual(
      tell(
        [start, start + cooldownMs - 1, start + cooldownMs].map(
          (now) => [now, candidate('stop', minute)] as const,
        ),
      ).told,
      ['budget stop', '', 'budget stop'],
    );
  });

  test('never for ever silent: whatever the clock was, it is told again while it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 }), (jumps) => {
        let at = start;
        const steps = jumps.map((hours) => {
          at += hours * hourMs;
          return [at, candidate('warning', ofHour)] as const;
        });
        const { state } = tell(steps);
        const { told } = tell([[at + 2 * hourMs, candidate('warning', ofHour)]], state);
        assert.deepEqual(told, ['budget warning']);
      }),
    );
  });

  test('a clock that was ahead keeps nothing silent', () => {
    const { state } = tell([[start + 300 * dayMs, candidate('warning', ofHour)]]);
    assert.deepEqual(tell([[start, candidate('warning', ofHour)]], state).told, ['budget warning']);
  });
});

describe('what else decides', () => {
  test('two keys are told by themselves: no second key silences or passes the first', () => {
    const other = candidate('warning', ofDay(start), { key: 'budget project:/a day usd' });
    const { told } = tell([
      [start, candidate('stop', ofDay(start)), other],
      [start + 1, candidate('stop', ofDay(start)), other],
    ]);
    assert.deepEqual(told, ['budget stop, budget warning', '']);
  });

  test('a level that says where it leads covers the forecast, also later; one that does not, does not', () => {
    const forecast = candidate('warning', ofDay(start), { key: 'forecast', rule: 'forecast' });
    const covers = toldKey('forecast', ofDay(start));
    const level = candidate('warning', ofDay(start), { covers });
    assert.deepEqual(
      tell([
        [start, level, forecast],
        [start + 1, forecast],
      ]).told,
      ['budget warning', ''],
    );
    assert.deepEqual(tell([[start, candidate('info', ofDay(start)), forecast]]).told, [
      'budget info, forecast warning',
    ]);
    // Told before, it covers nothing.
    assert.deepEqual(
      tell([
        [start, level],
        [start + 1, level, forecast],
      ]).told,
      ['budget warning', 'forecast warning'],
    );
  });

  test('snoozed, nothing is told; what still holds afterwards is', () => {
    const first = tell([[start, candidate('warning', ofDay(start))]]);
    const asleep = snooze(first.state, 'budget global day usd', start + hourMs);
    const { told } = tell(
      [
        [start + 1, candidate('stop', ofDay(start))],
        [start + hourMs - 1, candidate('stop', ofDay(start))],
        [start + hourMs, candidate('stop', ofDay(start))],
        [start + hourMs + 1, candidate('stop', ofDay(start))],
      ],
      asleep,
    );
    assert.deepEqual(told, ['', '', 'budget stop', '']);
  });

  test('what is not told at all is not remembered as told', () => {
    const { state } = tell([[start]]);
    assert.deepEqual(state, noAlerts);
  });

  test('a muted budget is one, however often it is muted', () => {
    const twice = mute(mute(noAlerts, 'a', true), 'a', true);
    assert.deepEqual(twice.muted, ['a']);
    assert.deepEqual(mute(twice, 'a', false).muted, []);
  });

  test('the state stays small, whatever comes', () => {
    const many = Array.from({ length: 6000 }, (_, index) =>
      candidate(
        'info',
        { kind: 'period', instance: 'ever', until: undefined },
        { key: `k${index}` },
      ),
    );
    const { state } = tell([
      [start, ...many],
      [start + dayMs, candidate('info', ofHour)],
    ]);
    assert.ok(Object.keys(state.told).length <= 5001);
    assert.ok(state.open.length <= 200);
  });
});
