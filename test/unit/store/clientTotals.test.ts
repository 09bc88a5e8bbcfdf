import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backgroundOf, type Explained, type Spent } from '../../../src/store/ingest/background.ts';
import { totalSteps, wholeTotal } from '../../../src/store/ingest/clientTotals.ts';
import type { StoredCostState } from '../../../src/store/schema/messageRow.ts';

const dollar = 1e9;

/** A total of so many dollars, of a run that began at `started`. */
const total = (at: number, dollars: number, started = 0): StoredCostState => ({
  at,
  total: dollars,
  models: '{}',
  tokens: '',
  started,
});

const spent = (...dollars: [at: number, dollars: number][]): Spent[] =>
  dollars.map(([at, usd]) => ({ at, nano: usd * dollar }));

/** What each total has beyond the one it goes on from, the whole, and the background, in dollars. */
function derive(
  states: readonly StoredCostState[],
  messages: readonly Spent[] = [],
  base?: StoredCostState,
): { steps: number[]; whole: number; background: number } {
  const steps = totalSteps(states, base);
  const { found: background } = backgroundOf(steps, messages, 0);
  return {
    steps: steps.map(({ nano }) => nano / dollar),
    whole: wholeTotal(steps),
    background: background.reduce((sum, { nano }) => sum + nano, 0) / dollar,
  };
}

describe('what the client’s totals go on from', () => {
  test('a total that grows, from the one before', () => {
    const states = [total(10, 3, 1), total(20, 5, 1)];
    const messages = spent([5, 2], [15, 1]);
    assert.deepEqual(derive(states, messages), { steps: [3, 2], whole: 5, background: 2 });
  });

  test('a total that falls and does not say when it began, from nothing', () => {
    const states = [total(10, 5), total(20, 3.2)];
    const messages = spent([5, 3], [15, 3]);
    const { steps, whole, background } = derive(states, messages);
    assert.deepEqual([steps, whole], [[5, 3.2], 8.2]);
    assert.equal(background.toFixed(9), '2.200000000');
  });

  test('two runs that resumed a session at once, from the same total', () => {
    // Both go on from $3, of which $1 is hidden; one spends $9 and the other $2.
    const states = [total(10, 3, 1), total(20, 12, 1), total(30, 5, 1), total(40, 6, 1)];
    const messages = spent([5, 2], [12, 1], [15, 9], [25, 1], [35, 1]);
    const expected = { steps: [3, 9, 2, 1], whole: 15, background: 1 };
    assert.deepEqual(derive(states, messages), expected);
  });

  test('two runs that began at once, each from nothing', () => {
    for (const [first, second] of [
      [9, 2],
      [2, 9],
    ] as const) {
      const states = [total(20, first, 3), total(30, second, 1)];
      const messages = spent([2, 1], [15, first], [25, second - 1]);
      const expected = { steps: [first, second], whole: 11, background: 0 };
      assert.deepEqual(derive(states, messages), expected);
    }
  });

  test('a run after a killed one that had written no total: what is hidden is seen', () => {
    const states = [total(20, 5, 10)];
    const messages = spent([5, 4], [15, 3]);
    assert.deepEqual(derive(states, messages), { steps: [5], whole: 5, background: 2 });
  });

  test('a run that found no total though there had been one, from nothing', () => {
    const states = [total(10, 5, 1), total(20, 3, 15)];
    // The run that was killed between the two is in neither.
    const messages = spent([5, 4], [12, 7], [17, 1]);
    assert.deepEqual(derive(states, messages), { steps: [5, 3], whole: 8, background: 3 });
  });

  test('a total that is not less and began after the last, from that', () => {
    const states = [total(10, 3, 1), total(20, 5, 15)];
    assert.deepEqual(derive(states), { steps: [3, 2], whole: 5, background: 5 });
  });

  test('totals of which some do not say when they began', () => {
    assert.deepEqual(derive([total(10, 3), total(20, 5, 1)]).steps, [3, 2]);
    assert.deepEqual(derive([total(10, 3, 1), total(20, 5)]).steps, [3, 2]);
  });

  test('a fork’s, from its parent’s', () => {
    const base = total(10, 3, 1);
    const states = [total(20, 5, 1), total(30, 4, 1)];
    assert.deepEqual(derive(states, [], base), { steps: [2, 1], whole: 6, background: 3 });
  });

  test('background that has been seen stays, whatever a later total leaves', () => {
    const states = [total(10, 3, 1), total(20, 4, 1)];
    const messages = spent([5, 1], [12, 9], [15, 1]);
    assert.equal(derive(states, messages).background, 2);
  });
});

describe('requests that no record shows, right behind a total', () => {
  const hidden = (at: number, usd: number) => ({ at, nano: usd * dollar, hidden: true });
  const judged = (states: readonly StoredCostState[], ...more: Explained[]) => {
    const { found, covered } = backgroundOf(totalSteps(states, undefined), more, 0);
    return { found: found.map(({ nano }) => nano / dollar), covered };
  };
  const [message] = spent([5, 2]);

  test('are in it as far as it leaves so much unexplained', () => {
    const one = [total(10, 3, 1)];
    assert.deepEqual(judged(one, message!, hidden(12, 1)), { found: [], covered: 2 });
    assert.deepEqual(judged(one, message!, hidden(12, 1), hidden(13, 1)), {
      found: [],
      covered: 2,
    });
    assert.deepEqual(judged(one, message!, hidden(12, 4)), { found: [1], covered: 1 });
  });

  test('are not behind the next message, nor of the next run', () => {
    const [later] = spent([11, 0.5]);
    assert.deepEqual(judged([total(10, 3, 1)], message!, later!, hidden(12, 1)), {
      found: [1],
      covered: 1,
    });
    const two = [total(10, 3, 1), total(30, 1, 20)];
    assert.deepEqual(judged(two, message!, hidden(25, 1)), { found: [1], covered: 2 });
    assert.deepEqual(judged(two, message!, hidden(15, 1), hidden(25, 1)), {
      found: [],
      covered: 3,
    });
  });
});
