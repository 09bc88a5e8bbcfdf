import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { federation, type PeerEvent, peerWindows } from '../../../src/analysis/peers/peers.ts';

const now = Date.UTC(2026, 10, 24, 12);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function spent(peer: string, usd: number, ago?: number): PeerEvent {
  const event = { peer, task: 't', tokens: 10, nano: usd * 1e9 };
  return ago === undefined ? event : { ...event, at: now - ago };
}

describe('what peers spent', () => {
  const events = [
    spent('al', 0.5, 10 * minute),
    spent('bob', 4, 30 * minute),
    spent('bob', 3.5, 5 * hour),
    spent('bob', 1, 3 * day),
    spent('al', 9, 10 * day),
  ];

  it('is summed by peer and window', () => {
    const found = federation(events, now);
    const usd = found.peers.map(({ peer, spend }) => [
      peer,
      ...Object.values(spend).map(({ nano }) => nano / 1e9),
    ]);
    assert.deepEqual(usd, [
      ['bob', 4, 7.5, 8.5, 8.5],
      ['al', 0.5, 0.5, 0.5, 9.5],
    ]);
    assert.deepEqual(found.all['24h'], { count: 3, tokens: 30, nano: 8e9 });
    assert.deepEqual(found.offenders, ['bob']);
  });

  it('stands out only above the limit', () => {
    assert.deepEqual(federation(events, now, 7.5e9).offenders, []);
    assert.deepEqual(federation(events, now, 0.4e9).offenders, ['bob', 'al']);
  });

  it('counts negative amounts as 0', () => {
    const odd = { ...spent('al', -5, minute), tokens: -3 };
    const found = federation([odd, spent('al', 1, minute)], now);
    assert.deepEqual(found.all['1h'], { count: 2, tokens: 10, nano: 1e9 });
  });

  it('counts an event without a time in the total only', () => {
    const [al] = federation([spent('al', 50)], now).peers;
    assert.equal(al?.spend.total.nano, 50e9);
    assert.equal(al?.spend['7d'].count, 0);
  });

  it('lets an event leave a window when it is as old as that', () => {
    for (const [name, length] of Object.entries(peerWindows)) {
      const edge = federation([spent('al', 1, length), spent('al', 2, length - 1)], now);
      assert.equal(edge.all[name as keyof typeof peerWindows].nano, 2e9, name);
    }
  });

  it('takes a time to come for now', () => {
    assert.equal(federation([spent('al', 1, -hour)], now).all['1h'].count, 1);
  });

  it('is nothing without events', () => {
    const found = federation([], now);
    assert.deepEqual([found.peers, found.offenders], [[], []]);
    assert.deepEqual(found.all.total, { count: 0, tokens: 0, nano: 0 });
  });

  it('adds up: peers to all, and wider windows hold narrower ones', () => {
    const list = fc.array(
      fc.record({
        peer: fc.constantFrom('a', 'b', '__proto__'),
        task: fc.constant('t'),
        tokens: fc.integer({ min: -9, max: 99 }),
        nano: fc.integer({ min: -9, max: 99 }),
        at: fc.option(fc.integer({ min: now - 9 * day, max: now + hour }), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(list, (given) => {
        const { peers, all } = federation(given, now);
        for (const name of ['1h', '24h', '7d', 'total'] as const) {
          const sum = peers.reduce((nano, { spend }) => nano + spend[name].nano, 0);
          assert.equal(sum, all[name].nano);
        }
        assert.ok(all['1h'].nano <= all['24h'].nano && all['24h'].nano <= all['7d'].nano);
        assert.equal(all.total.count, given.length);
      }),
    );
  });
});
