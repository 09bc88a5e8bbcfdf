import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { breakers } from '../../../src/analysis/peers/circuitBreaker.ts';
import type { PeerEvent } from '../../../src/analysis/peers/peers.ts';

const start = Date.UTC(2026, 10, 24);
const minute = 60_000;
const hour = 60 * minute;

/** An event so many minutes after the start. */
function sent(minutes: number, usd: number, success?: boolean): PeerEvent {
  return {
    peer: 'bob',
    task: 't',
    tokens: 1,
    nano: usd * 1e9,
    at: start + minutes * minute,
    success,
  };
}

/** State, cause and minutes since, of the only peer, so many minutes after the start. */
function stateAt(events: readonly PeerEvent[], minutes: number): unknown[] {
  const [bob] = breakers(events, start + minutes * minute);
  const since = bob?.since === undefined ? undefined : (bob.since - start) / minute;
  return [bob?.state, bob?.cause, since];
}

const sends = (count: number, failed: number, from = 0): PeerEvent[] =>
  Array.from({ length: count }, (_, index) => sent(from + index, 0, index >= failed));

describe('the breaker', () => {
  it('lets a peer be that spends no more than the limit', () => {
    assert.deepEqual(stateAt([sent(0, 4), sent(5, 1)], 10), ['ACTIVE', undefined, undefined]);
  });

  it('suspends above the limit, from the event on that exceeds it', () => {
    assert.deepEqual(stateAt([sent(0, 4), sent(5, 3.5)], 4), ['SUSPENDED', 'spend', 4]);
    const events = [sent(0, 4), sent(5, 3.5)];
    assert.deepEqual(stateAt(events, 10), ['SUSPENDED', 'spend', 5]);
    assert.equal(breakers(events, start + hour, 7.5e9)[0]?.state, 'ACTIVE');
  });

  it('lets a peer go when the spend is a day old', () => {
    const events = [sent(0, 4), sent(60, 3.5)];
    assert.deepEqual(stateAt(events, 24 * 60 - 1), ['SUSPENDED', 'spend', 60]);
    assert.deepEqual(stateAt(events, 24 * 60), ['ACTIVE', 'spend', 24 * 60]);
    // One event that is too much by itself is over at the very end of the 24 hours.
    assert.deepEqual(stateAt([sent(0, 6)], 24 * 60 - 1), ['SUSPENDED', 'spend', 0]);
    assert.deepEqual(stateAt([sent(0, 6)], 24 * 60), ['ACTIVE', 'spend', 24 * 60]);
  });

  it('evicts after 24 hours, for good', () => {
    const events = [sent(0, 6), sent(12 * 60, 6)];
    assert.deepEqual(stateAt(events, 24 * 60 - 1), ['SUSPENDED', 'spend', 0]);
    assert.deepEqual(stateAt(events, 24 * 60), ['EVICTED', 'spend', 24 * 60]);
    assert.deepEqual(stateAt(events, 1000 * 60), ['EVICTED', 'spend', 24 * 60]);
  });

  it('suspends for more than half failures of ten sends in an hour', () => {
    assert.equal(stateAt(sends(9, 9), 20)[0], 'ACTIVE');
    assert.equal(stateAt(sends(10, 5), 20)[0], 'ACTIVE');
    assert.deepEqual(stateAt(sends(10, 6), 20), ['SUSPENDED', 'failures', 9]);
    // Spread over more than an hour they are never ten.
    const slow = Array.from({ length: 20 }, (_, index) => sent(index * 7, 0, false));
    assert.equal(stateAt(slow, 140)[0], 'ACTIVE');
  });

  it('takes a send that says nothing of success for none that failed', () => {
    const silent = Array.from({ length: 20 }, (_, index) => sent(index, 0));
    assert.equal(stateAt(silent, 30)[0], 'ACTIVE');
  });

  it('waits 30 minutes, and as long as there is a cause', () => {
    // Good sends end the cause at once: 6 of 12 failed. The cooldown is waited for.
    const mended = [...sends(10, 6), sent(10, 0, true), sent(11, 0, true)];
    assert.deepEqual(stateAt(mended, 38), ['SUSPENDED', 'failures', 9]);
    assert.deepEqual(stateAt(mended, 39), ['ACTIVE', 'failures', 39]);
    // Without them the cause ends when fewer than ten are left in the hour.
    assert.deepEqual(stateAt(sends(10, 6), 59), ['SUSPENDED', 'failures', 9]);
    assert.deepEqual(stateAt(sends(10, 6), 60), ['ACTIVE', 'failures', 60]);
  });

  it('suspends a peer again', () => {
    const events = [...sends(10, 6), ...sends(10, 10, 200)];
    assert.deepEqual(stateAt(events, 230), ['SUSPENDED', 'failures', 209]);
  });

  it('knows nothing of events without a time', () => {
    const timeless = { peer: 'bob', task: 't', tokens: 1, nano: 90e9 };
    assert.deepEqual(stateAt([timeless], 10), ['ACTIVE', undefined, undefined]);
  });

  it('judges each peer by itself, in the order of their names', () => {
    const events = [sent(0, 6), { ...sent(0, 1), peer: 'al' }];
    assert.deepEqual(
      breakers(events, start).map(({ peer, state }) => [peer, state]),
      [
        ['al', 'ACTIVE'],
        ['bob', 'SUSPENDED'],
      ],
    );
    assert.deepEqual(breakers([], start), []);
  });

  it('comes to the same as looking at the peer every minute', () => {
    const list = fc.array(
      fc.record({
        minutes: fc.integer({ min: 0, max: 60 * 60 }),
        usd: fc.constantFrom(0, 0, 1, 3, 6),
        fails: fc.integer({ min: 0, max: 14 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(list, (given) => {
        const events = given.flatMap(({ minutes, usd, fails }) => [
          sent(minutes, usd, true),
          ...Array.from({ length: fails }, () => sent(minutes, 0, false)),
        ]);
        const end = 60 * 60;
        if (events.length > 0) assert.deepEqual(stateAt(events, end), everyMinute(events, end));
      }),
      { numRuns: 60 },
    );
  });
});

/** The rules word by word, minute by minute. */
function everyMinute(events: readonly PeerEvent[], end: number): unknown[] {
  let [state, cause, since]: [string, string | undefined, number | undefined] = [
    'ACTIVE',
    undefined,
    undefined,
  ];
  for (let at = 0; at <= end; at++) {
    const within = (minutes: number): PeerEvent[] =>
      events.filter((event) => {
        const age = at - (event.at! - start) / minute;
        return age >= 0 && age < minutes;
      });
    const spent = within(24 * 60).reduce((sum, { nano }) => sum + nano, 0);
    const hourly = within(60);
    const failed = hourly.filter(({ success }) => success === false).length;
    const failing = hourly.length >= 10 && failed / hourly.length > 0.5;
    const reason = spent > 5e9 ? 'spend' : failing ? 'failures' : undefined;
    if (state === 'ACTIVE' && reason !== undefined)
      [state, cause, since] = ['SUSPENDED', reason, at];
    else if (state === 'SUSPENDED') {
      if (reason === undefined && at - since! >= 30) [state, since] = ['ACTIVE', at];
      else if (at - since! >= 24 * 60) [state, since] = ['EVICTED', at];
    }
  }
  return [state, cause, since];
}
