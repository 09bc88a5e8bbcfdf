import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { evenHours, usualHours } from '../../../src/analysis/spend/usualHours.ts';
import { addDays, dayMs, daySpan, firstMoment, hourMs } from '../../../src/model/calendar.ts';

const zone = 'Europe/Berlin';

/** Days of a month, each with so much at some hours of the clock. */
function days(count: number, hours: Readonly<Record<number, number>>) {
  return Array.from({ length: count }, (_, index) => {
    const from = firstMoment(addDays('2026-06-01', index), zone);
    return Object.entries(hours).map(([hour, nano]) => ({
      at: from + Number(hour) * hourMs,
      nano: nano * (1 + index),
    }));
  }).flat();
}

describe('usual hours', () => {
  const office = usualHours(days(10, { 9: 3, 14: 1 }), zone);
  const at = (day: string, hour: number): number => firstMoment(day, zone) + hour * hourMs;

  test('hold what is spent at each time of day, whole days all of it', () => {
    const about = (from: number, to: number): number => Number(office.between(from, to).toFixed(9));
    assert.equal(about(at('2026-07-01', 0), at('2026-07-02', 0)), 1);
    assert.equal(about(at('2026-07-01', 10), at('2026-07-02', 0)), 0.25);
    assert.equal(about(at('2026-07-01', 15), at('2026-07-02', 0)), 0);
    assert.equal(about(at('2026-07-01', 10), at('2026-07-02', 10)), 1);
    assert.equal(about(at('2026-07-01', 15), at('2026-07-08', 12)), 6.75);
    // A quarter of an hour is spent evenly.
    assert.equal(about(at('2026-07-01', 0), at('2026-07-01', 9 + 1 / 8)), 0.375);
  });

  test('tell when so many days of spend are reached', () => {
    const moment = (from: number, spend: number): number =>
      from + Math.round(office.daysUntil(from, spend) * dayMs);
    const evening = at('2026-07-01', 20);
    assert.equal(moment(evening, 0.75), at('2026-07-02', 9.25));
    assert.equal(moment(evening, 1), at('2026-07-02', 14.25));
    assert.equal(moment(evening, 9.5), at('2026-07-11', 9 + 1 / 6));
    assert.equal(moment(at('2026-07-01', 9), 0.375), at('2026-07-01', 9.125));
  });

  test('are even while fewer than five days are known', () => {
    assert.equal(usualHours(days(4, { 9: 1 }), zone), evenHours);
    assert.equal(evenHours.between(0, dayMs / 2), 0.5);
    assert.equal(evenHours.daysUntil(0, 1.5), 1.5);
  });

  test('what is reached is what lies between, whatever clocks do', () => {
    const moment = fc.integer({
      min: Date.parse('2026-03-01T00:00:00Z'),
      max: Date.parse('2026-11-30T00:00:00Z'),
    });
    fc.assert(
      fc.property(moment, fc.double({ min: 0.001, max: 40, noNaN: true }), (from, spend) => {
        const until = from + office.daysUntil(from, spend) * dayMs;
        // The hour a clock is changed in is nobody's.
        assert.ok(Math.abs(office.between(from, Math.max(from, until)) - spend) < 1e-6);
      }),
    );
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 60 }), (from, later) => {
        const { to } = daySpan(from + later * dayMs, zone);
        const middle = from + (to - from) / 3;
        const whole = office.between(from, to);
        assert.ok(
          Math.abs(office.between(from, middle) + office.between(middle, to) - whole) < 1e-9,
        );
        assert.ok(whole >= 0);
      }),
    );
  });
});
