import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatScope } from '../../../src/analysis/budgets/budgetNotation.ts';
import { companyBudgets } from '../../../src/budgets/company.ts';
import { judgeBudgets } from '../../../src/budgets/evaluateBudgets.ts';
import { poolNotes, staleNotes } from '../../../src/budgets/pooled.ts';
import { keepClientReport, type OfficialShare } from '../../../src/dataFolder/clientReports.ts';
import {
  type GatewayLimit,
  updateGatewayAnswer,
} from '../../../src/dataFolder/company/gatewayFile.ts';
import { world } from '../../lib/spentWorld.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const now = Date.parse('2026-11-24T15:00:00Z');
const minute = 60_000;
const at = { now, zone: 'UTC' } as const;

function said(dir: TempDir, share: Partial<OfficialShare>, ago = 0): void {
  const report = { at: now - ago, cwd: '', windows: { spend_limit: { share: 0.5, ...share } } };
  assert.ok(keepClientReport(dir.path, `s${ago}`, report));
}

function answered(dir: TempDir, limits: readonly Partial<GatewayLimit>[], ago = 0): void {
  const usual: GatewayLimit = {
    ...{ period: 'month', periodName: 'monthly', limit: 100e9, spent: 40e9 },
    ...{ currency: 'USD', source: 'user', group: '', isShared: false },
  };
  updateGatewayAnswer(dir.path, (kept) => ({
    ...kept,
    ...{ host: 'gateway.example.com', askedAt: now - ago },
    limits: limits.map((limit) => ({ ...usual, ...limit })),
  }));
}

const told = (dir: TempDir) =>
  companyBudgets(dir.path, now).map(({ budget, pool }) => [
    budget.period.kind,
    budget.limit / 1e9,
    pool!.spent / 1e9,
    pool!.saidBy,
  ]);

describe('limits of a company’s gateway', () => {
  test('are budgets where period, limit and spend are said, by whoever said so last', () => {
    using dir = tempDir();
    assert.deepEqual(told(dir), []);
    said(dir, { usedUsd: 5, limitUsd: 10 });
    assert.deepEqual(told(dir), [], 'without a period nobody knows when it begins again');
    said(dir, { usedUsd: 41, limitUsd: 100, period: 'month' }, 10 * minute);
    said(dir, {}, 20 * minute);
    answered(dir, [{}, { period: 'day', limit: 9e9, spent: 1e9 }], 5 * minute);
    assert.deepEqual(told(dir), [
      ['month', 100, 40, 'gateway.example.com'],
      ['day', 9, 1, 'gateway.example.com'],
    ]);
    // What a group shares holds beside the person's own of the same period.
    answered(dir, [
      {},
      { group: 'web', isShared: true, spent: 7e9 },
      { period: 'day', group: 'web' },
    ]);
    assert.deepEqual(
      companyBudgets(dir.path, now).map(({ budget, pool }) => [
        ...[formatScope(budget.scope), budget.period.kind, pool!.name],
      ]),
      [
        ['company', 'month', ''],
        ['company:web', 'month', 'web'],
        ['company', 'day', ''],
      ],
    );
    answered(dir, [
      { limit: 0 },
      { period: undefined },
      { limit: undefined },
      { spent: undefined },
    ]);
    assert.deepEqual(told(dir), []);
  });

  test('are judged by what was said alone, which is a lower bound when it is old', () => {
    using dir = tempDir();
    said(dir, { usedUsd: 8, limitUsd: 10, period: 'month', resetsAt: now + minute });
    world([{ session: 's', usd: 7, ago: minute }], now, (context) => {
      const budgets = companyBudgets(dir.path, now);
      const [judged] = judgeBudgets({ ...context, budgets }).judged;
      assert.deepEqual([judged!.state.spent, judged!.state.level], [8e9, 'warning']);
      assert.equal(judged!.sums.unread, undefined);
      const later = now + 59_000;
      const old = { ...budgets[0]!, pool: { ...budgets[0]!.pool!, askedAt: now - 20 * minute } };
      const [stale] = judgeBudgets({ ...context, now: later, budgets: [old] }).judged;
      assert.equal(stale!.sums.unread, true);
      assert.match(staleNotes([old], at)[0]!, /^≥ What the company counted is of 2026-11-24 14:40/);
      // It is as old as the last session: whoever watches for alerts is not told each time.
      assert.deepEqual(poolNotes([old], at), []);
      const over = judgeBudgets({ ...context, now: now + 2 * minute, budgets });
      assert.match(over.others[0]!.reason, /known of an earlier month only/);
    });
  });

  test('are nothing in files that are broken', () => {
    using dir = tempDir();
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        writeFileSync(dir.at('gateway-limits.json'), text);
        writeFileSync(dir.at('client.json'), text);
        assert.deepEqual(told(dir), []);
      }),
      { numRuns: 40 },
    );
  });
});
