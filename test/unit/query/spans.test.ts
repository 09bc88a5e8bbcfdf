import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HumanError } from '../../../src/model/errors.ts';
import { type Clock, type SpanQuestion, spanOf } from '../../../src/query/spans.ts';

const berlin: Clock = {
  now: Date.parse('2026-11-22T13:00:00Z'),
  zone: 'Europe/Berlin',
  weekStart: 1,
};
const iso = (question: SpanQuestion, clock: Clock = berlin): [string, string] | undefined => {
  const span = spanOf(question, clock);
  const text = (ms: number): string =>
    ms === 0 ? 'start' : ms === Number.MAX_SAFE_INTEGER ? 'end' : new Date(ms).toISOString();
  return span && [text(span.from), text(span.to)];
};

describe('spans of time', () => {
  test('calendar periods in the zone, a Sunday at the end of its week', () => {
    assert.equal(iso({ period: 'all' }), undefined);
    assert.equal(iso({}), undefined);
    assert.deepEqual(iso({ period: 'today' }), [
      '2026-11-21T23:00:00.000Z',
      '2026-11-22T23:00:00.000Z',
    ]);
    assert.deepEqual(iso({ period: 'week' }), [
      '2026-11-15T23:00:00.000Z',
      '2026-11-22T23:00:00.000Z',
    ]);
    assert.deepEqual(iso({ period: 'week' }, { ...berlin, weekStart: 0 }), [
      '2026-11-21T23:00:00.000Z',
      '2026-11-28T23:00:00.000Z',
    ]);
    assert.deepEqual(iso({ period: 'month' }), [
      '2026-10-31T23:00:00.000Z',
      '2026-11-30T23:00:00.000Z',
    ]);
  });

  test('rolling ones go back from now and hold what is dated later today; months are months of the calendar', () => {
    assert.deepEqual(iso({ period: '7d' }), [
      '2026-11-15T13:00:00.000Z',
      '2026-11-22T23:00:00.000Z',
    ]);
    assert.deepEqual(iso({ since: '90m' }), ['2026-11-22T11:30:00.000Z', 'end']);
    assert.deepEqual(iso({ since: '2w' }), ['2026-11-08T13:00:00.000Z', 'end']);
    // Summer time: the same hour of the day is another one in UTC.
    assert.deepEqual(iso({ since: '3mo' }), ['2026-08-22T12:00:00.000Z', 'end']);
    const march = { ...berlin, now: Date.parse('2026-03-31T10:00:00Z') };
    assert.deepEqual(iso({ since: '1mo' }, march), ['2026-02-28T11:00:00.000Z', 'end']);
  });

  test('days are whole, days of 23 and 25 hours too; moments are points', () => {
    assert.deepEqual(iso({ since: '2026-10-25', until: '2026-10-25' }), [
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    assert.deepEqual(iso({ period: '2026-03-29..2026-03-29' }), [
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    assert.deepEqual(iso({ since: '2026-11-01T10:00+01:00', until: '2026-11-01T10:00:30Z' }), [
      '2026-11-01T09:00:00.000Z',
      '2026-11-01T10:00:30.000Z',
    ]);
    assert.deepEqual(iso({ period: 'month', since: '2026-11-10' }), [
      '2026-11-09T23:00:00.000Z',
      '2026-11-30T23:00:00.000Z',
    ]);
  });

  test('anything else is wrong use', () => {
    const wrong: SpanQuestion[] = [
      { since: 'yesterday' },
      { since: '2026-02-30' },
      { since: '2026-11-01T10:00' },
      { until: '0d' },
      { period: 'year' },
      { period: '1y' },
      { period: '2026-11-02..2026-11-01' },
      { period: 'a..b' },
      { since: '2026-11-02', until: '2026-11-01' },
    ];
    for (const question of wrong) {
      assert.throws(
        () => spanOf(question, berlin),
        (error) => error instanceof HumanError && error.reason === 'usage',
        JSON.stringify(question),
      );
    }
  });
});
