import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useWindows } from '../../../src/analysis/spend/usageWindows.ts';
import { dayOf, daySpan } from '../../../src/model/calendar.ts';
import { heatOf } from '../../../src/panels/parts/heatMap.ts';
import { bucketsOf } from '../../../src/panels/parts/timeBuckets.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = (text: string): number => Date.parse(text);

describe('5-hour windows', () => {
  it('begin with the hour of the first spend and last five hours', () => {
    const windows = useWindows([
      { at: at('2026-11-24T09:20Z'), nano: 1 },
      { at: at('2026-11-24T13:59Z'), nano: 2 },
      { at: at('2026-11-24T14:00Z'), nano: 4 },
      { at: at('2026-11-25T01:30Z'), nano: 8 },
    ]);
    assert.deepEqual(
      windows.map(({ from, to, nano }) => [new Date(from).toISOString(), (to - from) / hour, nano]),
      [
        ['2026-11-24T09:00:00.000Z', 5, 3],
        ['2026-11-24T14:00:00.000Z', 5, 4],
        ['2026-11-25T01:00:00.000Z', 5, 8],
      ],
    );
  });

  it('do not mind the order', () => {
    const points = [5, 1, 9, 3, 20, 12].map((n) => ({ at: n * hour, nano: n }));
    assert.deepEqual(useWindows(points), useWindows([...points].reverse()));
    assert.deepEqual(useWindows([]), []);
  });
});

describe('stretches of a chart', () => {
  const clock = { zone: 'Europe/Berlin', weekStart: 1, now: at('2026-11-24T12:00Z') } as const;

  it('are hours, days, weeks or months, as many as can be looked at', () => {
    const unit = (days: number): string =>
      bucketsOf({ from: clock.now - days * day + 1, to: clock.now + 1 }, clock).unit;
    assert.deepEqual([1, 2, 2.1, 100, 100.1, 700, 701].map(unit), [
      'hour',
      'hour',
      'day',
      'day',
      'week',
      'week',
      'month',
    ]);
  });

  it('have no gap and no overlap over the change of the clocks, and end now', () => {
    for (const days of [1, 40, 200, 900]) {
      const from = clock.now - days * day;
      const { spans, indexOf } = bucketsOf({ from, to: clock.now + 90 * day }, clock);
      for (let i = 1; i < spans.length; i++) assert.equal(spans[i]!.from, spans[i - 1]!.to);
      assert.ok(spans[0]!.from <= from && spans.at(-1)!.to > clock.now);
      assert.ok(spans.at(-1)!.from <= clock.now);
      for (const [i, span] of spans.entries()) {
        assert.deepEqual([indexOf(span.from), indexOf(span.to - 1)], [i, i]);
      }
      // What is dated later today is of now.
      const { to } = spans.at(-1)!;
      const beyond = to < daySpan(clock.now, clock.zone).to ? spans.length - 1 : -1;
      assert.deepEqual([indexOf(spans[0]!.from - 1), indexOf(to)], [-1, beyond]);
    }
  });

  it('are local days, of 23 and 25 hours where the clocks change', () => {
    const span = { from: at('2026-10-24T22:00Z'), to: at('2026-10-27T23:00Z') };
    const { spans } = bucketsOf(span, clock);
    assert.deepEqual(
      spans.map(({ from, to }) => [dayOf(from, clock.zone), (to - from) / hour]),
      [
        ['2026-10-25', 25],
        ['2026-10-26', 24],
        ['2026-10-27', 24],
      ],
    );
  });
});

describe('the hours of the week', () => {
  it('are local, and begin with the first day of the user’s week', () => {
    const heat = heatOf({ zone: 'America/New_York', weekStart: 1 }, {
      // A Tuesday, 23:15 in New York; and the hour that stands twice when the clocks go back.
      rows: [
        { at: at('2026-11-25T04:15Z'), nano: 5 },
        { at: at('2026-11-01T05:30Z'), nano: 1 },
        { at: at('2026-11-01T06:30Z'), nano: 2 },
      ],
      backgrounds: [{ at: at('2026-11-25T04:20Z'), nano: 7 }],
    } as never);
    assert.deepEqual(heat.weekdays, [1, 2, 3, 4, 5, 6, 0]);
    assert.equal(heat.nano[1]![23], 12);
    assert.equal(heat.nano[6]![1], 3);
    assert.equal(
      heat.nano.flat().reduce((sum, nano) => sum + nano, 0),
      15,
    );
  });
});
