import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { budgetsInForce } from '../../../src/budgets/budgetsInForce.ts';
import {
  addOverride,
  audit,
  auditFile,
  type BudgetOverride,
  endOverrides,
  longestOverrideMs,
  useOverride,
} from '../../../src/dataFolder/overrideFile.ts';
import { readConfig } from '../../../src/dataFolder/readConfig.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { tempDir } from '../../lib/tempDir.ts';

const at = Date.parse('2026-11-24T12:00:00Z');
const key = 'global day usd';
const settings = { dailyBudgetUsd: 10, monthlyBudgetUsd: undefined, projectBudgets: new Map() };

function override(more: Partial<BudgetOverride> = {}): BudgetOverride {
  return { id: 'a', key, kind: 'pause', at, until: at + hourMs, ...more };
}

describe('overrides of budgets', () => {
  const inForce = (file: string, now: number) =>
    budgetsInForce(settings, readConfig(file), undefined, now).budgets[0]!;

  test('a raise holds until it ends, then the budget’s own limit does', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    addOverride(file, override({ kind: 'raise', limit: 25e9 }));
    assert.equal(inForce(file, at).budget.limit, 25e9);
    assert.deepEqual(inForce(file, at).override, {
      raised: { from: 10e9, until: at + hourMs },
    });
    assert.equal(inForce(file, at + hourMs - 1).budget.limit, 25e9);
    assert.equal(inForce(file, at + hourMs).budget.limit, 10e9);
    assert.equal(inForce(file, at + hourMs).override, undefined);
  });

  test('the last raise of a budget replaces the one before, a pause stands beside it', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    addOverride(file, override({ id: '1', kind: 'raise', limit: 25e9 }));
    addOverride(file, override({ id: '2', kind: 'raise', limit: 30e9 }));
    addOverride(file, override({ id: '3' }));
    const { budget, override: held } = inForce(file, at);
    assert.equal(budget.limit, 30e9);
    assert.equal(held?.pausedUntil, at + hourMs);
    assert.equal(endOverrides(file, key, at), true);
    assert.equal(endOverrides(file, key, at), false);
    assert.equal(inForce(file, at).override, undefined);
  });

  test('a permission is used up once, whoever tries it', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    addOverride(file, override({ id: '1', kind: 'allow', session: 's' }));
    addOverride(file, override({ id: '2', kind: 'allow', session: 's' }));
    assert.deepEqual(
      ['1', '1', '2', '2'].map((id) => useOverride(file, id, at)),
      [true, false, true, false],
    );
  });

  test('what is none, has ended or lasts too long excepts nothing, and the rest of the file stays', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    const wrong = [
      null,
      7,
      {},
      override({ key: 7 as never }),
      override({ kind: 'raise' }),
      override({ kind: 'raise', limit: -1 }),
      override({ kind: 'forever' as never }),
      override({ until: at }),
      override({ until: at + longestOverrideMs + dayMs }),
      override({ at: at + 2 * longestOverrideMs, until: at + 3 * longestOverrideMs }),
    ];
    writeFileSync(file, JSON.stringify({ revision: 3, overrides: wrong, future: 1 }));
    assert.equal(inForce(file, at).override, undefined);
    addOverride(file, override());
    const { future, overrides } = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual([future, overrides], [1, [override()]]);
  });

  test('who changed what is a line of the audit file', () => {
    using dir = tempDir();
    audit(dir.path, { at, by: 'editor', what: 'raise', key, id: 'a', from: 1, to: 2 });
    audit(dir.path, { at, by: 'guard', what: 'used', key, id: 'b', session: 's' });
    const lines = readFileSync(auditFile(dir.path), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).by),
      ['editor', 'guard'],
    );
  });
});
