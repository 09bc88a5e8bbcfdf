import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itemsInSum } from '../../../src/store/ingest/rest/inSum.ts';
import { Rest } from '../../../src/store/ingest/rest/rest.ts';
import { toldSum } from '../../lib/toldSums.ts';

const sum = (startedAt: number, at: number, nano: number, series?: number) =>
  toldSum({
    sessionId: 's',
    startedAt,
    at,
    nano,
    ...(series !== undefined && { series, cumulative: true }),
  });
const item = (at: number, nano: number) => ({ at, kind: 'inSum', requests: 0, nano });
const dollar = 1e9;

function named(
  sums: ReturnType<typeof sum>[],
  told: { at: number; nano: number }[],
  left: [at: number, nano: number][],
  totals = left.map(([at]) => at),
) {
  return itemsInSum(sums, told, totals, new Rest(left.map(([at, nano]) => ({ at, nano }))));
}

describe('what is told of only in sum', () => {
  it('is what sums have beyond events, in the total it is in', () => {
    const sums = [sum(5, 15, 3 * dollar), sum(25, 35, 2 * dollar)];
    const told = [{ at: 7, nano: dollar }];
    const left: [number, number][] = [
      [10, 2 * dollar],
      [30, 4 * dollar],
    ];
    assert.deepEqual(named(sums, told, left), [item(10, 2 * dollar), item(30, 2 * dollar)]);
    assert.deepEqual(named(sums.toReversed(), told, left), named(sums, told, left));
  });

  it('is in the total right before it where that leaves as much, else in a later one', () => {
    assert.deepEqual(named([sum(12, 15, dollar)], [], [[10, dollar]]), [item(10, dollar)]);
    const left: [number, number][] = [[30, dollar]];
    assert.deepEqual(named([sum(12, 15, dollar)], [], left, [10, 20, 30]), [item(30, dollar)]);
  });

  it('an event told of a moment after it was summed up counts all the same', () => {
    const told = [{ at: 16, nano: dollar }];
    assert.deepEqual(named([sum(5, 15, dollar)], told, [[10, dollar]]), []);
    const later = [sum(5, 15, dollar), sum(40, 45, dollar)];
    const left: [number, number][] = [
      [10, dollar],
      [50, dollar],
    ];
    assert.deepEqual(named(later, told, left), [item(50, dollar)]);
  });

  it('is never more than a total leaves unexplained, nor what rounding makes', () => {
    assert.deepEqual(named([sum(5, 15, 3 * dollar)], [], [[10, dollar]]), [item(10, dollar)]);
    assert.deepEqual(named([sum(5, 15, 3 * dollar)], [], []), []);
    const told = [{ at: 7, nano: dollar }];
    assert.deepEqual(named([sum(5, 15, dollar + 1)], told, [[10, dollar]]), []);
    assert.deepEqual(named([sum(5, 15, dollar - 1)], [], [[10, dollar]]), [item(10, dollar)]);
  });

  it('of sums that go on each counts what it has more', () => {
    const sums = [sum(5, 15, dollar, 7), sum(5, 35, 3 * dollar, 7), sum(36, 40, dollar, 8)];
    const left: [number, number][] = [
      [10, 9 * dollar],
      [30, 9 * dollar],
      [50, 9 * dollar],
    ];
    assert.deepEqual(named(sums, [], left), [
      item(10, dollar),
      item(30, 2 * dollar),
      item(50, dollar),
    ]);
  });
});
