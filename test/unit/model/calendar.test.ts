import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addDays,
  ageOf,
  dayOf,
  daySpan,
  daysOf,
  firstMoment,
  formatDuration,
  isZone,
  localTime,
  monthSpan,
  startOfDay,
  systemZone,
  type WeekStart,
  weekSpan,
} from '../../../src/model/calendar.ts';
import { processorMs } from '../../lib/processorTime.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString();
const hours = (span: { from: number; to: number }): number => (span.to - span.from) / 3_600_000;

describe('days', () => {
  for (const [name, moment, zone, from, length] of [
    ['an ordinary one', '2026-11-22T14:00:00Z', 'Europe/Berlin', '2026-11-21T23:00:00.000Z', 24],
    ['one of 23 hours', '2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', 23],
    ['one of 25 hours', '2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', 25],
    ['far east', '2026-11-22T14:00:00Z', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z', 24],
    ['far west', '2026-11-22T02:00:00Z', 'Pacific/Niue', '2026-11-21T11:00:00.000Z', 24],
    ['three quarters', '2026-11-22T14:00:00Z', 'Asia/Kathmandu', '2026-11-21T18:15:00.000Z', 24],
    ['half an hour', '2026-11-22T14:00:00Z', 'Asia/Kolkata', '2026-11-21T18:30:00.000Z', 24],
    // The clock went from 23:59:59 to 01:00:00: the day has no midnight.
    ['no midnight', '2018-11-04T12:00:00Z', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    [
      'half an hour less',
      '2026-10-04T04:00:00Z',
      'Australia/Lord_Howe',
      '2026-10-03T13:30:00.000Z',
      23.5,
    ],
    ['UTC', '2026-11-22T00:00:00Z', 'UTC', '2026-11-22T00:00:00.000Z', 24],
  ] as const) {
    it(name, () => {
      const span = daySpan(at(moment), zone);
      assert.equal(iso(span.from), from);
      assert.equal(hours(span), length);
      assert.equal(startOfDay(at(moment), zone), span.from);
    });
  }

  it('are the same when many moments are asked for', () => {
    const zones = ['', 'UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu'].concat([
      'Australia/Lord_Howe',
      'Pacific/Kiritimati',
      'Pacific/Apia',
      'Africa/Casablanca',
    ]);
    const moment = fc.integer({ min: at('1999-01-01T00:00:00Z'), max: at('2031-01-01T00:00:00Z') });
    const near = ['2026-03-29', '2026-10-25', '2018-11-04', '2026-10-04', '2011-12-30'].flatMap(
      (day) => Array.from({ length: 300 }, (_, i) => at(`${day}T00:00:00Z`) + (i - 150) * 900_000),
    );
    fc.assert(
      fc.property(fc.array(moment), fc.constantFrom(...zones), (moments, zone) => {
        const day = daysOf(zone);
        for (const ms of [...near, ...moments]) assert.equal(day(ms), dayOf(ms, zone), iso(ms));
      }),
    );
    assert.equal(daysOf('UTC')(0), '1970-01-01');
    assert.equal(daysOf('Europe/Berlin')(at('9999-12-31T12:00:00Z')), '9999-12-31');
  });

  it('and times are what the tables of a zone say, also near and far from where it changes', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Asia/Kathmandu',
      'Africa/Casablanca',
    ];
    const formats = new Map(
      [...zones, 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Monrovia'].map((zone) => [
        zone,
        new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        }),
      ]),
    );
    const moment = fc.oneof(
      fc.integer({ min: at('1900-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') }),
      fc
        .tuple(
          fc.constantFrom('2026-03-29', '2026-10-25', '2018-11-04', '2026-10-04', '2011-12-30'),
          fc.integer({ min: -129_600_000, max: 129_600_000 }),
        )
        .map(([day, more]) => at(`${day}T00:00:00Z`) + more),
    );
    fc.assert(
      fc.property(moment, fc.constantFrom(...formats.keys()), (ms, zone) => {
        assert.equal(localTime(ms, zone), formats.get(zone)?.format(ms), `${iso(ms)} ${zone}`);
      }),
      { numRuns: 2000 },
    );
    assert.match(localTime(at('+010000-06-01T00:00:00Z'), 'Asia/Kathmandu'), /^10000-06-01 /);
  });

  it('lie side by side, and every moment in exactly one', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
    const years = { min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') };
    fc.assert(
      fc.property(fc.integer(years), fc.constantFrom(...zones), (moment, zone) => {
        const span = daySpan(moment, zone);
        assert.ok(span.from <= moment && moment < span.to);
        assert.equal(daySpan(span.to, zone).from, span.to);
        assert.notEqual(dayOf(span.from - 1, zone), dayOf(span.from, zone));
        assert.equal(span.from % 900_000, 0, 'on a quarter of an hour, as roll-ups need it');
      }),
      { numRuns: 300 },
    );
  });
});

describe('weeks and months', () => {
  for (const [start, from] of [
    [1, '2026-11-16T00:00:00.000Z'],
    [0, '2026-11-22T00:00:00.000Z'],
    [6, '2026-11-21T00:00:00.000Z'],
  ] as const) {
    it(`a week that starts on day ${start}`, () => {
      const span = weekSpan(at('2026-11-22T14:00:00Z'), 'UTC', start as WeekStart);
      assert.equal(iso(span.from), from);
      assert.equal(hours(span), 7 * 24);
    });
  }

  it('a week with a change of the clock is an hour longer', () => {
    assert.equal(hours(weekSpan(at('2026-10-22T12:00:00Z'), 'Europe/Berlin', 1)), 7 * 24 + 1);
  });

  it('months end where the next begins, years too', () => {
    const december = monthSpan(at('2026-12-31T23:30:00Z'), 'UTC');
    assert.deepEqual(
      [iso(december.from), iso(december.to)],
      ['2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    );
    const january = monthSpan(at('2026-12-31T23:30:00Z'), 'Europe/Berlin');
    assert.equal(iso(january.from), '2026-12-31T23:00:00.000Z');
    assert.equal(addDays('2028-02-28', 2), '2028-03-01');
  });
});

describe('the zone of this machine', () => {
  it('gives what the same zone by name gives', () => {
    const script = `
      import { daySpan, localTime } from './src/model/calendar.ts';
      for (const moment of [1774746000000, 1792886400000, 1795305600000]) {
        for (const zone of ['', process.env.TZ]) {
          console.log(localTime(moment, zone), JSON.stringify(daySpan(moment, zone)));
        }
      }`;
    for (const TZ of ['America/New_York', 'Asia/Kathmandu', 'Europe/Berlin']) {
      const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ },
        cwd: new URL('../../..', import.meta.url),
        encoding: 'utf8',
      });
      const lines = out.trim().split('\n');
      for (let i = 0; i < lines.length; i += 2) assert.equal(lines[i], lines[i + 1], TZ);
    }
  });

  it('is a zone like any other', () => {
    assert.match(localTime(0, systemZone), /^19(69-12-31|70-01-01) \d\d:\d\d:\d\d$/);
    assert.deepEqual(['Europe/Berlin', 'UTC', 'Mars/Olympus', '<b>'].map(isZone), [
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('lengths of time', () => {
  for (const [ms, text] of [
    [0, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [41 * 60_000, '41 min'],
    [125 * 60_000, '2 h 05 min'],
    [49 * 3_600_000, '2 d'],
  ] as const) {
    it(text, () => assert.equal(formatDuration(ms), text));
  }
  for (const [ms, unit, count] of [
    [59_999, 'now', 0],
    [60_000, 'min', 1],
    [3_599_999, 'min', 59],
    [3_600_000, 'h', 1],
    [24 * 3_600_000 - 1, 'h', 23],
    [24 * 3_600_000, 'd', 1],
    [48 * 3_600_000, 'd', 2],
  ] as const) {
    it(`${ms} ms ago is ${count} ${unit}`, () => assert.deepEqual(ageOf(ms), { unit, count }));
  }
});

it('days at the ends of the calendar take no time, and stand in order', () => {
  const days = ['0001-01-01', '0999-12-31', '1000-01-01', '1000-12-31', '1001-01-01', '1001-01-02'];
  const inOrder = (zone: string): void => {
    const late = ['9998-12-30', '9998-12-31', '9999-01-01', '9999-12-31', addDays('9999-12-31', 1)];
    const moments = [...days, ...late].map((day) => firstMoment(day, zone));
    assert.deepEqual(
      moments.toSorted((a, b) => a - b),
      moments,
    );
  };
  const took = processorMs(() => ['UTC', 'Asia/Tokyo', 'America/New_York'].forEach(inOrder));
  assert.ok(took < 2000, `${took} ms`);
});
