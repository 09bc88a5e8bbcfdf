import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hourlyRate, type MessagePoint } from '../../../src/analysis/spike.ts';

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;

const spent = (hoursAgo: number, nano: number, messages = 1): MessagePoint => ({
  at: now - hoursAgo * hour,
  nano,
  messages,
});

describe('the last hour', () => {
  it('is 24 times a day', () => {
    const found = hourlyRate([spent(0, 100), spent(0.9, 50), spent(1, 7)], now);
    assert.equal(found.lastHour, 150);
    assert.equal(found.dayAtThatRate, 3600);
    assert.equal(found.usualHour, 7 / 24);
    assert.equal(found.messages, 3);
  });

  for (const [what, points, comparable, spike] of [
    ['more than three usual hours', [spent(0.5, 301), spent(3, 2400, 9)], true, true],
    ['exactly three usual hours', [spent(0.5, 300), spent(3, 2400, 9)], true, false],
    ['a day of nine messages', [spent(0.5, 301), spent(3, 2400, 8)], false, false],
    ['nothing before', [spent(0.5, 999, 10)], false, false],
    ['messages before that cost nothing', [spent(0.5, 999, 5), spent(3, 0, 5)], false, false],
    ['spend just 25 hours ago', [spent(0.5, 301, 10), spent(24.99, 2400)], true, true],
    ['spend longer ago', [spent(0.5, 301, 10), spent(25, 2400)], false, false],
    ['messages of the last 24 hours only', [spent(0.5, 301, 9), spent(24, 2400, 5)], false, false],
    ['spend to come', [spent(-1, 9999, 10), spent(3, 2400, 10)], true, false],
    ['nothing', [], false, false],
  ] as const) {
    it(`is ${spike ? 'a' : 'no'} spike: ${what}`, () => {
      const found = hourlyRate(points, now);
      assert.deepEqual([found.comparable, found.spike], [comparable, spike]);
    });
  }
});
