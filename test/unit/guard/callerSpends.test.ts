import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { discover } from '../../../src/agents/claude/discover.ts';
import { parsePeriod, parseScope } from '../../../src/analysis/budgets/budgetNotation.ts';
import { type BudgetSpend, BudgetSpends, budgetSpan } from '../../../src/budgets/budgetSpend.ts';
import { judgeBudgets, judgeTarget } from '../../../src/budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { type Caller, CallerSpends } from '../../../src/guard/callerSpends.ts';
import { defaultThresholds } from '../../../src/model/level.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { noLabels } from '../../../src/settings/labels.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { type PendingSpend, pendingSpend } from '../../../src/store/query/pendingMessages.ts';
import { bundledBook, chunksOf, ingestAll, soleWriter } from '../../lib/ingest.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

/** Everything a caller can be in a store: each session's main thread, prompts and agents. */
function callersIn(db: SqlDatabase): Caller[] {
  return db
    .prepare(
      `SELECT DISTINCT s.sid AS sid, a.aid AS agentId, p.text AS promptId, c.text AS cwd,
         g.git_root AS gitRoot, b.text AS branch
       FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent
         LEFT JOIN word p ON p.id = m.prompt JOIN word c ON c.id = s.cwd
         JOIN word b ON b.id = m.branch LEFT JOIN project g ON g.cwd = s.cwd
       WHERE m.counted = 1`,
    )
    .all<Caller>()
    .map((row) => ({ ...row, promptId: row.promptId ?? '' }));
}

const scopes = ['global', 'session', 'agent', 'project:*', 'branch:*', 'tag:all', 'group:all'];
const periods = ['day', 'week', 'month', 'lifetime', 'rolling:5h', 'rolling:3d', 'run'];

const labels = {
  ...noLabels,
  tags: new Map([['all', ['*']]]),
  groups: new Map([['all', ['/*/*/*', '/*/*', '/*', '~/*']]]),
};

function withClientSet(work: (root: string, now: number, db: SqlDatabase) => void): void {
  using dir = tempDir();
  unpackSet(clientSet, dir.path);
  const { db } = openForWriting(':memory:');
  try {
    ingestAll(db, dir.path);
    const { at } = db.prepare('SELECT max(at) AS at FROM message').get<{ at: number }>()!;
    work(dir.path, at + 60_000, db);
  } finally {
    db.close();
  }
}

function contextOf(db: SqlDatabase, now: number, budgets: BudgetEntry[] = []): ReportContext {
  return reportContext(db, { now, labels, budgets });
}

const amounts = (spend: BudgetSpend | undefined): unknown => {
  if (spend === undefined) return undefined;
  const { lost: _, unread: __, ...sums } = spend.sums;
  return { ...sums, background: spend.background };
};

/** The part of a budget a caller is in, as the reports name it. */
function partOf(all: readonly BudgetSpend[], scope: string, period: string, caller: Caller) {
  const { sid, agentId, promptId } = caller;
  if (period === 'run' || scope === 'agent') {
    const name = agentId === '' ? `${sid}, prompt ${promptId}` : undefined;
    return all.filter(({ part }) =>
      name === undefined ? part.startsWith(`${sid}, `) : part === name,
    );
  }
  if (scope === 'session') return all.filter(({ part }) => part === sid);
  if (scope === 'project:*')
    return all.filter(({ part }) => part === (caller.gitRoot ?? caller.cwd));
  return all;
}

describe('what was spent of the caller’s part of a budget', () => {
  test('is what the reports say of that part, for every scope and period', () => {
    withClientSet((_, now, db) => {
      const context = contextOf(db, now);
      const reports = new BudgetSpends(context);
      let compared = 0;
      for (const caller of callersIn(db)) {
        const own = new CallerSpends(context, caller, []);
        for (const scope of scopes) {
          for (const period of periods) {
            const budget = { scope: parseScope(scope), period: parsePeriod(period) };
            const span = budgetSpan(budget.period, context);
            const found = own.read(budget, span);
            assert.ok(found.length <= 1);
            const theirs = partOf(reports.read(budget, span), scope, period, caller);
            if (found.length === 0) {
              const main = caller.agentId === '';
              assert.ok(
                main && (scope === 'agent' || caller.promptId === ''),
                `${scope} ${period}`,
              );
              continue;
            }
            // An agent is numbered there: it has to be among those of its session.
            const same = theirs.map(amounts);
            const none = same.length === 0;
            if (!none) {
              assert.ok(
                same.some((each) => JSON.stringify(each) === JSON.stringify(amounts(found[0]))),
                `${scope} ${period} ${caller.sid} ${caller.agentId}: ${JSON.stringify(amounts(found[0]))} is none of ${JSON.stringify(same)}`,
              );
            }
            compared += Number(!none);
          }
        }
      }
      assert.ok(compared > 200, String(compared));
    });
  });

  test('is the same where the store has read only the beginnings of transcripts', () => {
    withClientSet((root, latest, whole) => {
      // In the middle of what happened, so that spans begin and end between messages.
      const times = whole.prepare('SELECT at FROM message ORDER BY at').all<{ at: number }>();
      const middle = times[Math.floor(times.length / 2)]!.at;
      for (const [share, now] of [
        [0, latest],
        [0.4, latest],
        [0.8, latest],
        [0.4, middle],
        [0.4, middle + 3_600_000],
      ] as const) {
        const { db } = openForWriting(':memory:');
        try {
          const pending = readPartly(db, root, share);
          for (const caller of callersIn(whole)) {
            const ahead = new CallerSpends(contextOf(db, now), caller, pending);
            const all = new CallerSpends(contextOf(whole, now), caller, []);
            for (const scope of ['global', 'session', 'agent', 'branch:*', 'tag:all']) {
              for (const period of ['day', 'lifetime', 'rolling:1h', 'run']) {
                const budget = { scope: parseScope(scope), period: parsePeriod(period) };
                const span = budgetSpan(budget.period, contextOf(db, now));
                const [a, b] = [ahead, all].map((each) => {
                  const found = each.read(budget, span)[0];
                  // Background comes when the client's totals are read.
                  return found && { ...(amounts(found) as object), background: 0 };
                });
                assert.deepEqual(a, b, `${share} ${scope} ${period} ${caller.sid}`);
              }
            }
          }
        } finally {
          db.close();
        }
      }
    });
  });

  test('a budget’s level is the one everybody else shows', () => {
    withClientSet((_, now, db) => {
      const [caller] = callersIn(db);
      const entry = (scope: string, period: string): BudgetEntry => ({
        budget: {
          scope: parseScope(scope),
          period: parsePeriod(period),
          unit: { kind: 'usd' },
          limit: 100_000_000,
          thresholds: defaultThresholds,
          basis: 'actual',
          action: 'stop',
        },
        origin: 'budget set',
        setAt: undefined,
      });
      const budgets = [
        entry('global', 'day'),
        entry('session', 'lifetime'),
        entry('global', 'month'),
      ];
      const context = contextOf(db, now, budgets);
      const spends = new CallerSpends(context, caller!, []);
      const mine = judgeTarget(context, spends.target(), spends).judged;
      const all = judgeBudgets(context).judged;
      assert.equal(mine.length, 3);
      for (const { entry: own, part, state } of mine) {
        const same = all.find((each) => each.entry === own && each.part === part)!;
        assert.deepEqual(state, same.state);
      }
    });
  });
});

/** Reads a share of each transcript's lines into a store; answers with what is pending of the rest. */
function readPartly(db: SqlDatabase, root: string, share: number): PendingSpend[] {
  const writer = soleWriter(db);
  const projects = `${root}/projects`;
  const rest = discover(projects).files.flatMap(({ path, mtimeMs }) => {
    const chunks = [...chunksOf(projects, path, undefined, 2000)];
    const some = chunks.slice(0, Math.floor(chunks.length * share));
    for (const chunk of some) writer.ingest([{ file: { path, root, mtimeMs }, chunk }]);
    return chunks.slice(some.length).flatMap(({ batch }) => batch.messages);
  });
  return pendingSpend(db, rest, bundledBook());
}
