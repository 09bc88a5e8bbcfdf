import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PanelMessage, PanelMissReason } from '../../../src/protocol/session.ts';
import { laneMarkers, marksOf, nearest } from '../../../webview/session/markers.ts';

const message = (
  at: number,
  more: Partial<PanelMessage> & { readonly reason?: PanelMissReason } = {},
): PanelMessage => {
  const { reason, ...rest } = more;
  return {
    key: `m${at}`,
    at,
    agentId: '',
    nano: 1,
    model: 'claude-opus-5-5',
    requestedModel: '',
    row: '',
    pricedBy: 'catalogue',
    declined: 0,
    atLeast: false,
    usage: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearches: 0 },
    classes: null,
    parts: [],
    tools: [],
    miss: reason === undefined ? null : { reason, tokens: 1, gap: 0, lifetime: 0, nano: 1 },
    ...rest,
  };
};

const kinds = (messages: readonly PanelMessage[]): [string, string][] =>
  marksOf(messages).map(({ kind, before }) => [kind, before]);

describe('the marks of a session', () => {
  it('say where a cache was missed that could have been read', () => {
    assert.deepEqual(
      kinds([
        message(1, { reason: 'first-write' }),
        message(2, { reason: 'expired' }),
        message(3, { reason: 'prefix-change' }),
        message(4),
      ]),
      [
        ['message', ''],
        ['miss', ''],
        ['miss', ''],
        ['message', ''],
      ],
    );
  });

  it('say where a thread goes on with another model, each thread for itself', () => {
    const sonnet = 'claude-sonnet-5-5';
    assert.deepEqual(
      kinds([
        message(1),
        message(2, { agentId: 'a', model: sonnet }),
        message(3, { model: sonnet, reason: 'model-switch' }),
        message(4, { agentId: 'a', model: sonnet }),
        message(5),
      ]),
      [
        ['message', ''],
        ['message', ''],
        ['switch', 'claude-opus-5-5'],
        ['message', ''],
        ['switch', sonnet],
      ],
    );
  });
});

describe('the marks of a lane', () => {
  const span = { from: 0, to: 100 };

  it('are one for a column: what is noteworthy, else the dearest, with what all cost', () => {
    const marks = marksOf([
      message(1, { nano: 5 }),
      message(2, { nano: 9 }),
      message(3, { nano: 2, reason: 'expired' }),
      message(40, { nano: 1 }),
      message(41, { nano: 3 }),
    ]);
    const shown = laneMarkers(marks, span, 10).map(({ mark, nano, count }) => [
      mark.message.at,
      nano,
      count,
    ]);
    assert.deepEqual(shown, [
      [3, 16, 3],
      [41, 4, 2],
    ]);
  });

  it('are no more than there is room for, and lose no dollar', () => {
    const spends = fc.array(fc.record({ at: fc.nat(100), nano: fc.nat(1e9) }), { maxLength: 300 });
    fc.assert(
      fc.property(spends, fc.integer({ min: 1, max: 40 }), (list, columns) => {
        const marks = marksOf(list.map(({ at, nano }) => message(at, { nano })));
        const shown = laneMarkers(marks, span, columns);
        // The last moment may have a column of its own.
        assert.ok(shown.length <= columns + 1);
        assert.equal(
          shown.reduce((sum, { nano }) => sum + nano, 0),
          list.reduce((sum, { nano }) => sum + nano, 0),
        );
        assert.equal(
          shown.reduce((sum, { count }) => sum + count, 0),
          list.length,
        );
      }),
    );
  });
});

describe('the message nearest to a moment', () => {
  it('is the nearer of the two around it, at the ends the last one there is', () => {
    const list = [10, 20, 40].map((at) => message(at));
    const found = [0, 10, 14, 16, 29, 31, 99].map((at) => nearest(list, at)?.at);
    assert.deepEqual(found, [10, 10, 10, 20, 20, 40, 40]);
    assert.equal(nearest([], 5), undefined);
  });
});
