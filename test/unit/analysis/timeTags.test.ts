import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { marksOf, segments, type TimeTagEvent } from '../../../src/analysis/spend/timeTags.ts';

const forever = Number.MAX_SAFE_INTEGER;

function event(
  kind: TimeTagEvent['kind'],
  name: string,
  at: number,
  session?: string,
): TimeTagEvent {
  return { kind, name, at, ...(session !== undefined && { session }) };
}

describe('marks', () => {
  it('last from a start to its stop, whatever order they were written in', () => {
    const events = [
      event('stop', 'a', 20),
      event('start', 'b', 15),
      event('start', 'a', 10),
      event('start', 'a', 12),
      event('stop', 'c', 30),
    ];
    assert.deepEqual(marksOf(events), [
      { name: 'a', session: undefined, from: 10, to: 20 },
      { name: 'b', session: undefined, from: 15, to: forever },
    ]);
  });

  it('of one session and of all do not stop each other', () => {
    const events = [
      event('start', 'a', 10),
      event('start', 'a', 11, 's1'),
      event('stop', 'a', 20, 's1'),
      event('stop', 'a', 30, 's2'),
    ];
    assert.deepEqual(marksOf(events), [
      { name: 'a', session: undefined, from: 10, to: forever },
      { name: 'a', session: 's1', from: 11, to: 20 },
    ]);
  });

  it('can be started again', () => {
    const events = [1, 3].flatMap((at) => [event('start', 'a', at), event('stop', 'a', at + 1)]);
    assert.deepEqual(
      marksOf(events).map(({ from, to }) => [from, to]),
      [
        [1, 2],
        [3, 4],
      ],
    );
  });

  it('cut a span into stretches in which the same ones hold', () => {
    const marks = marksOf([
      event('start', 'a', 10),
      event('stop', 'a', 30),
      event('start', 'b', 20),
      event('stop', 'b', 40),
    ]);
    const cut = segments({ from: 15, to: 40 }, marks).map(({ span, marks: held }) => [
      span.from,
      span.to,
      held.map(({ name }) => name).join(),
    ]);
    assert.deepEqual(cut, [
      [15, 20, 'a'],
      [20, 30, 'a,b'],
      [30, 40, 'b'],
    ]);
  });

  it('leave no moment of a span out and none in twice', () => {
    const press = fc.record({
      kind: fc.constantFrom<TimeTagEvent['kind']>('start', 'stop'),
      name: fc.constantFrom('a', 'b', 'c'),
      at: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(press, { maxLength: 12 }), (events) => {
        const marks = marksOf(events);
        const parts = segments({ from: 5, to: 45 }, marks);
        assert.equal(parts[0]?.span.from, 5);
        assert.equal(parts.at(-1)?.span.to, 45);
        for (const [i, { span, marks: held }] of parts.entries()) {
          if (i > 0) assert.equal(span.from, parts[i - 1]!.span.to);
          for (let at = span.from; at < span.to; at++) {
            const names = marks.filter(({ from, to }) => from <= at && at < to);
            assert.deepEqual(held, names, `at ${at}`);
          }
        }
      }),
    );
  });
});
