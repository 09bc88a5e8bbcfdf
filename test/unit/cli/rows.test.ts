import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allot, type Rows } from '../../../src/cli/dashboard/rows.ts';

const much: Rows = { budgets: 6, pace: 1, parts: 6, sessions: 100, activity: 60 };

/** Lines of the screen that are taken, rules included. */
function taken(rows: Rows & { readonly rules: boolean }, sideways: boolean): number {
  const { budgets, pace, parts, sessions, activity } = rows;
  const rule = (part: number): number => (part > 0 && rows.rules ? 1 + part : part);
  const lists = [rule(sessions), rule(activity)];
  const both = sideways ? Math.max(...lists) : lists[0]! + lists[1]!;
  return rule(budgets) + pace + rule(parts) + both;
}

describe('rows of the dashboard', () => {
  it('at 80×24 every part has some', () => {
    const rows = allot(21, false, { ...much, budgets: 3 });
    assert.deepEqual(rows, {
      ...{ budgets: 3, pace: 1, parts: 5, sessions: 5, activity: 3 },
      rules: true,
    });
    assert.equal(taken(rows, false), 21);
  });

  it('where there is little room the figures stay, then the sessions', () => {
    const { budgets, pace, sessions, parts, activity } = allot(8, false, much);
    assert.deepEqual([budgets, pace, sessions, parts, activity], [5, 1, 2, 0, 0]);
    assert.deepEqual(allot(2, false, much).budgets, 2);
    assert.deepEqual(allot(0, false, much).budgets, 0);
  });

  it('property: never more than there is, never more than there are, and no room is wasted', () => {
    const wanted = fc.record({
      budgets: fc.nat(6),
      pace: fc.nat(3),
      parts: fc.nat(9),
      sessions: fc.nat(120),
      activity: fc.nat(80),
    });
    fc.assert(
      fc.property(fc.nat(70), fc.boolean(), wanted, (height, sideways, asked) => {
        const rows = allot(height, sideways, asked);
        assert.ok(taken(rows, sideways) <= height);
        for (const part of Object.keys(asked) as (keyof Rows)[]) {
          assert.ok(rows[part] >= 0 && rows[part] <= asked[part], part);
        }
        const left = height - taken(rows, sideways);
        if (left > 2)
          assert.ok(rows.sessions === asked.sessions && rows.activity === asked.activity);
      }),
    );
  });
});
