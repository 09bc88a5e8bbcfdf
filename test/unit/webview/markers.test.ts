import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PanelMessage, PanelMissReason } from '../../../src/protocol/session.ts';
import { dotsOf, marksOf, nearest, worstMiss } from '../../../webview/session/markers.ts';
import { plainMessage } from '../../lib/panelMessage.ts';

const message = (
  at: number,
  more: Partial<PanelMessage> & { readonly reason?: PanelMissReason } = {},
): PanelMessage => {
  const { reason, ...rest } = more;
  return {
    ...plainMessage,
    key: `m${at}`,
    at,
    nano: 1,
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
        ['miss', 'claude-opus-5-5'],
        ['message', ''],
        ['switch', sonnet],
      ],
    );
  });
});

describe('the dots of a lane', () => {
  const place = (at: number): number => at * 2;

  it('are one for each message, larger where it cost more', () => {
    const marks = marksOf([1, 2, 3, 4].map((at) => message(at, { nano: at * at * 1e9 })));
    const dots = dotsOf(marks, place, 16e9);
    assert.deepEqual(
      dots.map(({ mark, x }) => [mark.message.at, x]),
      [
        [1, 2],
        [2, 4],
        [3, 6],
        [4, 8],
      ],
    );
    assert.equal(dots.at(-1)?.radius, 7);
    assert.ok(dots.every(({ radius }, n) => n === 0 || radius >= dots[n - 1]!.radius));
  });

  it('hide no message that is not behind a larger one, and nothing noteworthy', () => {
    const spends = fc.array(
      fc.record({ at: fc.nat(400), nano: fc.nat(1e9), missed: fc.boolean() }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(spends, fc.double({ min: 0.01, max: 5, noNaN: true }), (list, scale) => {
        const marks = marksOf(
          list.map(({ at, nano, missed }) =>
            message(at, { nano, ...(missed && { reason: 'expired' as const }) }),
          ),
        );
        const dots = dotsOf(marks, (at) => at * scale, 1e9);
        for (const mark of marks) {
          const shown = dots.some((dot) => dot.mark === mark);
          if (mark.kind !== 'message') assert.ok(shown);
          else if (!shown) {
            const x = Math.round(mark.message.at * scale);
            const least = Math.max(2.5, 7 * Math.sqrt(mark.message.nano / 1e9));
            assert.ok(dots.some((dot) => Math.round(dot.x) === x && dot.radius >= least));
          }
        }
      }),
    );
  });
});

describe('the missed cache that is pointed at', () => {
  it('is the one that cost most, where all of them are a good part of the session', () => {
    const miss = (at: number, nano: number): PanelMessage =>
      message(at, { miss: { reason: 'expired', tokens: 1, gap: 0, lifetime: 0, nano } });
    const first = message(0, {
      miss: { reason: 'first-write', tokens: 0, gap: 0, lifetime: 0, nano: 50 },
    });
    const list = [first, miss(1, 2), miss(2, 4)];
    assert.equal(worstMiss(list, 100)?.at, 2);
    assert.equal(worstMiss(list, 1000), undefined);
    assert.equal(worstMiss([first], 100), undefined);
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
