import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lastNight, limitsAt, planOf } from '../../../src/model/retention.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

describe('limits of retention', () => {
  for (const [zone, now, messageDays, dayDays, messages, days] of [
    ['UTC', '2026-11-24T13:00Z', 90, 365, '2026-08-26T00:00', '2025-11-24T00:00'],
    // Half past midnight there is the day before here.
    ['Europe/Berlin', '2026-11-23T23:30Z', 90, 365, '2026-08-25T22:00', '2025-11-23T23:00'],
    ['America/New_York', '2026-11-24T04:59Z', 30, 30, '2026-10-24T04:00', '2026-10-24T04:00'],
    // Over a leap day, and over the end of summer time.
    ['Europe/Berlin', '2028-03-01T12:00Z', 30, 366, '2028-01-30T23:00', '2027-02-28T23:00'],
    // Days are never summed up before their messages.
    ['UTC', '2026-11-24T13:00Z', 400, 365, '2025-10-20T00:00', '2025-10-20T00:00'],
  ] as const) {
    test(`${messageDays} and ${dayDays} days, ${now} in ${zone}`, () => {
      const limits = limitsAt(at(now), { messageDays, dayDays, zone });
      assert.deepEqual([iso(limits.messagesBefore), iso(limits.daysBefore)], [messages, days]);
    });
  }

  test('there is no plan where the user wants none', () => {
    const settings = { enabled: false, messageDays: 90, dayDays: 365 };
    assert.equal(planOf(settings, 'UTC'), undefined);
    assert.deepEqual(planOf({ ...settings, enabled: true }, 'UTC', '/marks'), {
      messageDays: 90,
      dayDays: 365,
      zone: 'UTC',
      marksFile: '/marks',
    });
  });
});

describe('the last night', () => {
  for (const [zone, now, night] of [
    ['UTC', '2026-11-24T02:00Z', '2026-11-24T02:00'],
    ['UTC', '2026-11-24T01:59Z', '2026-11-23T02:00'],
    ['Asia/Kathmandu', '2026-11-23T20:15Z', '2026-11-23T20:15'],
    ['Asia/Kathmandu', '2026-11-23T20:14Z', '2026-11-22T20:15'],
    // 02:00 is skipped: the day of 23 hours goes from 01:59 to 03:00.
    ['Europe/Berlin', '2026-03-29T00:59Z', '2026-03-28T01:00'],
    ['Europe/Berlin', '2026-03-29T01:00Z', '2026-03-29T01:00'],
    // 02:00 comes twice: the first one counts.
    ['Europe/Berlin', '2026-10-24T23:59Z', '2026-10-24T00:00'],
    ['Europe/Berlin', '2026-10-25T00:00Z', '2026-10-25T00:00'],
    ['Europe/Berlin', '2026-10-25T01:30Z', '2026-10-25T00:00'],
  ] as const) {
    test(`${now} in ${zone}`, () => assert.equal(iso(lastNight(at(now), zone)), night));
  }
});
