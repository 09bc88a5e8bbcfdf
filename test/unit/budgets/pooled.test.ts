import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { budgetCandidates } from '../../../src/alerts/rules/budgets.ts';
import { budgetsInForce } from '../../../src/budgets/budgetsInForce.ts';
import { judgeBudgets, judgeSums } from '../../../src/budgets/evaluateBudgets.ts';
import { readOutlooks } from '../../../src/budgets/outlook.ts';
import { SumSpends } from '../../../src/budgets/sumSpends.ts';
import type { BudgetOverride } from '../../../src/dataFolder/overrideFile.ts';
import {
  type Pool,
  type Pools,
  readPools,
  writePools,
} from '../../../src/dataFolder/team/poolFile.ts';
import { hourMs } from '../../../src/model/calendar.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { readQuestion } from '../../../src/query/question.ts';
import { budgetCheck as checkReport } from '../../../src/reports/budgets/budget.ts';
import { isLowerBound } from '../../../src/store/schema/sums.ts';
import { budgetEntry, world } from '../../lib/spentWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const month = { from: Date.parse('2026-11-01'), to: Date.parse('2026-12-01') };
const noSettings = {
  dailyBudgetUsd: undefined,
  monthlyBudgetUsd: undefined,
  projectBudgets: new Map(),
};
const nothing = { budgets: [], overrides: [] };
const usd = 1e9;

/** This machine has spent $3 this month, of which the ledger knew one. */
const spent = [
  { session: 's1', usd: 1, ago: 48 * hourMs },
  { session: 's1', usd: 2, ago: hourMs },
  { session: 's2', usd: 64, ago: 40 * 24 * hourMs },
];

function pool(more: Partial<Pool> = {}): Pool {
  return {
    ...{ scope: 'team', name: '', period: 'month', ...month, spent: 90 * usd, own: usd },
    budget: { nano: 100 * usd, ladder: '50/75/90/100', action: 'block-prompts' },
    ...more,
  };
}

function poolsOf(list: readonly Pool[], age = 60_000): Pools {
  return { team: 'Acme', askedAt: now - age, pools: list };
}

function withPools(pools: Pools | undefined, test: (context: ReportContext) => void): void {
  const { budgets } = budgetsInForce(noSettings, nothing, undefined, now, [], pools);
  world(spent, now, (context) => test({ ...context, budgets }));
}

describe('a budget of the team', () => {
  test('is judged by what the ledger said and what this machine has spent since, everywhere alike', () => {
    withPools(poolsOf([pool()]), (context) => {
      const [judged] = judgeBudgets(context).judged;
      assert.equal(judged!.state.spent, 92 * usd);
      assert.equal(judged!.state.level, 'critical');
      assert.equal(judged!.entry.origin, 'team');
      assert.equal(isLowerBound(judged!.sums), false);
      const [sums] = judgeSums(context, new SumSpends(context.reader));
      assert.equal(sums!.state.spent, 92 * usd);
      const [outlook] = readOutlooks(context).outlooks;
      assert.equal(outlook!.endsAt, month.to);
      assert.deepEqual(
        [outlook!.projected, outlook!.usedUpAt, outlook!.overSince],
        [undefined, undefined, undefined],
      );
    });
  });

  test('adds nothing of sessions another machine sends, on the days it sends them', () => {
    const spentOn = (day: string, session: string): number | undefined => {
      let found: number | undefined;
      withPools({ ...poolsOf([pool()]), elsewhere: [{ day, session }] }, (context) => {
        found = judgeBudgets(context).judged[0]!.state.spent;
      });
      return found;
    };
    assert.equal(spentOn('2026-11-24', 's1'), 90 * usd);
    assert.equal(spentOn('2026-11-22', 's1'), 91 * usd);
    assert.equal(spentOn('2026-11-23', 's1'), 92 * usd);
    assert.equal(spentOn('2026-11-24', 's2'), 92 * usd);
    assert.equal(spentOn('2026-10-15', 's2'), 92 * usd);
  });

  test('counts no less than the ledger said, where this machine no longer knows its part', () => {
    withPools(poolsOf([pool({ own: 50 * usd })]), (context) => {
      assert.equal(judgeBudgets(context).judged[0]!.state.spent, 90 * usd);
    });
  });

  test('of old figures is a lower bound, in reports and alerts, and both say of when', () => {
    withPools(poolsOf([pool()], 3 * hourMs), (context) => {
      const [judged] = judgeBudgets(context).judged;
      assert.equal(judged!.state.spent, 92 * usd);
      assert.equal(isLowerBound(judged!.sums), true);
      const report = checkReport.run(context, readQuestion(checkReport, {}, context));
      assert.match(JSON.stringify(report.notes), /What the team spent is of 2026-11-24 09:00/);
      const [alert] = budgetCandidates(context, { exhaustionDays: 0 });
      assert.deepEqual([alert!.atLeast, alert!.facts.asOf], [true, now - 3 * hourMs]);
      assert.equal(alert!.since, month.from);
    });
    withPools(poolsOf([pool()]), (context) => {
      const [alert] = budgetCandidates(context, { exhaustionDays: 0 });
      assert.deepEqual([alert!.atLeast, alert!.facts.asOf], [false, undefined]);
    });
  });

  test('is not judged by figures of another period, or by none, and it is said why', () => {
    const past = pool({ period: 'day', from: month.from, to: Date.parse('2026-11-24') });
    withPools(poolsOf([past]), (context) => {
      const { judged, others } = judgeBudgets(context);
      assert.equal(judged.length, 0);
      assert.match(others[0]!.reason, /of an earlier day only; "outlay team push"/);
      assert.deepEqual(budgetCandidates(context, { exhaustionDays: 0 }), []);
    });
    const own = { budgets: [budgetEntry(['team', 'month', 'usd'], 5)], overrides: [] };
    const { budgets } = budgetsInForce(noSettings, own, undefined, now);
    world(spent, now, (context) => {
      assert.match(
        judgeBudgets({ ...context, budgets }).others[0]!.reason,
        /not known on this machine/,
      );
    });
  });

  test('may be set for oneself, tighter than the team’s, for the team, a group and one’s machines', () => {
    const pools = poolsOf([
      pool({ budget: undefined }),
      pool({ scope: 'group', name: 'web', spent: 20 * usd }),
      pool({ scope: 'member', name: 'ada', spent: 7 * usd, own: 3 * usd }),
    ]);
    const keys = [
      ['team', 'month', 'usd'],
      ['team:web', 'month', 'usd'],
      ['member', 'month', 'usd'],
      ['team:other', 'month', 'usd'],
    ] as const;
    const own = { budgets: keys.map((key) => budgetEntry(key, 10)), overrides: [] };
    const { budgets } = budgetsInForce(noSettings, own, undefined, now, [], pools);
    world(spent, now, (context) => {
      const { judged, others } = judgeBudgets({ ...context, budgets });
      const shown = judged.map(({ entry, state }) => [
        entry.origin,
        entry.budget.scope.kind,
        state.spent / usd,
      ]);
      assert.deepEqual(
        shown.sort(),
        [
          ['budget set', 'member', 7],
          ['budget set', 'team', 92],
          ['budget set', 'teamGroup', 22],
          ['team', 'teamGroup', 22],
          ['team', 'member', 7],
        ].sort(),
      );
      assert.equal(others.length, 1);
    });
  });

  test('follows what its member excepts for a while, as any other', () => {
    const pools = poolsOf([pool({ spent: 200 * usd })]);
    const pause: BudgetOverride = {
      id: 'x',
      key: 'team month usd',
      kind: 'pause',
      until: now + hourMs,
      at: now,
    };
    const { budgets } = budgetsInForce(
      noSettings,
      { budgets: [], overrides: [pause] },
      undefined,
      now,
      [],
      pools,
    );
    assert.equal(budgets[0]!.override?.pausedUntil, now + hourMs);
  });
});

describe('the file of pools', () => {
  test('gives back what was written, and leaves out what is none', () => {
    using dir = tempDir();
    assert.equal(readPools(dir.path), undefined);
    const pools = poolsOf([pool(), pool({ budget: undefined })]);
    writePools(dir.path, pools);
    assert.deepEqual(readPools(dir.path), JSON.parse(JSON.stringify(pools)));
    const odd = [
      null,
      4,
      {},
      { ...pool(), scope: 'world' },
      { ...pool(), spent: -1 },
      { ...pool(), budget: 5 },
    ];
    const elsewhere = [{ day: '2026-11-24', session: 's1' }];
    writePools(dir.path, { ...pools, elsewhere });
    assert.deepEqual(readPools(dir.path)?.elsewhere, elsewhere);
    writePools(dir.path, { ...pools, elsewhere: [...elsewhere, { day: 'x' }, 4] as never });
    assert.deepEqual(readPools(dir.path)?.elsewhere, elsewhere);
    writePools(dir.path, { ...pools, pools: odd as never });
    assert.deepEqual(readPools(dir.path)?.pools, []);
    writePools(dir.path, { team: 4 } as never);
    assert.equal(readPools(dir.path), undefined);
  });
});
