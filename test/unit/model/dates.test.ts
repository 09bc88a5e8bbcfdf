import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DateWriter, shortDay, shortMoment } from '../../../src/model/dates.ts';

const now = (): number => Date.parse('2026-11-29T02:00:00Z');
const plain = (text: string): string => text.replaceAll(/[\u2009\u202f]/g, ' ');

describe('dates', () => {
  const days = new DateWriter('en', 'UTC', shortDay, now);

  it('have their year only where it is not this one', () => {
    assert.equal(days.format(Date.parse('2026-01-01T00:00:00Z')), 'Jan 1');
    assert.equal(days.format(Date.parse('2025-11-29T17:11:00Z')), 'Nov 29, 2025');
    assert.equal(days.format(Date.parse('2027-01-01T00:00:00Z')), 'Jan 1, 2027');
  });

  it('of a range have it when either end needs it', () => {
    const [from, to] = [Date.parse('2025-12-31T00:00:00Z'), Date.parse('2026-01-02T00:00:00Z')];
    assert.equal(plain(days.range(from, to)), 'Dec 31, 2025 – Jan 2, 2026');
    assert.equal(plain(days.range(to, now())), 'Jan 2 – Nov 29');
  });

  it('lie in the year of the zone, not of UTC', () => {
    const berlin = new DateWriter('de', 'Europe/Berlin', shortDay, now);
    assert.equal(berlin.format(Date.parse('2025-12-31T23:30:00Z')), '1. Jan.');
    assert.equal(berlin.format(Date.parse('2025-12-31T22:30:00Z')), '31. Dez. 2025');
  });

  it('with a time say it to the minute', () => {
    const moments = new DateWriter('en', 'UTC', shortMoment, now);
    assert.equal(plain(moments.format(now())), 'Nov 29, 2:00 AM');
    assert.equal(
      plain(moments.format(Date.parse('2025-11-29T17:11:30Z'))),
      'Nov 29, 2025, 5:11 PM',
    );
  });
});
