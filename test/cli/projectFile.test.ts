import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Twelve dollars today in a project whose file allows five a day. */
function world(budgets: unknown): { made: CliWorld; root: string } {
  const made = new CliWorld();
  const root = made.dir.at('shop');
  mkdirSync(root, { recursive: true });
  writeFileSync(`${root}/.outlay.json`, JSON.stringify({ budgets }));
  made.transcript('p/s.jsonl', [
    answerRecord('1', 'claude-opus-5-5', usageOf({ input: 3_000_000 }), {
      timestamp: '2026-11-24T11:00:00.000Z',
      cwd: root,
    }),
  ]);
  made.env = { TZ: 'UTC' };
  return { made, root };
}

describe('a project file in the terminal', () => {
  test('is a budget of its project, and can be raised but not taken away', () => {
    const { made, root } = world([{ period: 'day', limit: 5 }]);
    using _ = made;
    const { out, code } = made.on('budget', 'check', '--json');
    const said = JSON.parse(out);
    assert.deepEqual(
      [said.scope, said.budget_usd, said.spent_usd, said.level, said.origin, code],
      [`project:${root}`, 5, 12, 'HARD_STOP', 'project file', 1],
    );
    assert.match(made.on('budget', 'list').out, /project file/);
    const key = ['--scope', `project:${root}`, '--period', 'day'];
    const removed = made.on('budget', 'remove', ...key);
    assert.equal(removed.code, 2);
    assert.match(made.on('budget', 'raise', '20', ...key).out, /Raised: \$20\.00 until/);
    assert.equal(made.on('budget', 'check').code, 0);
  });

  test('never stands in for a budget of the user', () => {
    const { made } = world([{ period: 'day', limit: 5000 }]);
    using _ = made;
    made.on('budget', 'set', '10', '--scope', 'project:*', '--period', 'day');
    const said = JSON.parse(made.on('budget', 'check', '--json').out);
    assert.deepEqual(
      said.budgets.map(({ origin, budget_usd, level }: Record<string, unknown>) => [
        origin,
        budget_usd,
        level,
      ]),
      [
        ['budget set', 10, 'HARD_STOP'],
        ['project file', 5000, 'OK'],
      ],
    );
  });

  test('says what of it does not hold', () => {
    const { made } = world([
      { period: 'day', limit: 5 },
      { period: 'day', limit: 'no' },
    ]);
    using _ = made;
    const { notes, budgets } = JSON.parse(made.on('budget', 'check', '--json').out);
    assert.equal(budgets.length, 1);
    assert.match(notes.join('\n'), /\.outlay\.json: budgets\[1\] does not hold: limit is not/);
  });
});
