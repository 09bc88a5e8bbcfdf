import { mkdirSync, writeFileSync } from 'node:fs';
import type { Budget } from '../../src/analysis/budgets/budget.ts';
import { parsePeriod, parseScope, parseUnit } from '../../src/analysis/budgets/budgetNotation.ts';
import type { BudgetEntry } from '../../src/dataFolder/budgetFile.ts';
import { defaultThresholds } from '../../src/model/level.ts';
import type { ReportContext } from '../../src/query/context.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { ingestAll } from './ingest.ts';
import { assistant } from './parseLines.ts';
import { reportContext } from './reportContext.ts';
import { tempDir } from './tempDir.ts';

/** A message of some dollars of input. */
export interface Spent {
  readonly session: string;
  readonly usd: number;
  /** Milliseconds before now. */
  readonly ago: number;
  readonly cwd?: string;
  readonly branch?: string;
}

/** A store of messages that cost some dollars of input each, for as long as a test takes. */
export function world(
  spent: readonly Spent[],
  now: number,
  test: (context: ReportContext) => void,
): void {
  using dir = tempDir();
  mkdirSync(dir.at('projects', 'p'), { recursive: true });
  for (const [session, messages] of Map.groupBy(spent, (each) => each.session)) {
    const lines = messages.map(({ usd, ago, cwd = '/src/one', branch = 'main' }, i) =>
      JSON.stringify(
        assistant(
          {
            id: `${session}-${i}`,
            model: 'claude-opus-4-7',
            usage: { input_tokens: Math.round(usd * 200_000), output_tokens: 0 },
          },
          {
            uuid: `${session}-${i}`,
            requestId: `${session}-${i}`,
            sessionId: session,
            timestamp: new Date(now - ago).toISOString(),
            cwd,
            gitBranch: branch,
          },
        ),
      ),
    );
    writeFileSync(dir.at('projects', 'p', `${session}.jsonl`), `${lines.join('\n')}\n`);
  }
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  try {
    test(reportContext(db, { now }));
  } finally {
    db.close();
  }
}

/** A budget by its scope, period and unit; dollars in dollars. */
export function budgetEntry(
  [scope, period, unit]: readonly [string, string, string],
  limit: number,
  more: Partial<Budget> = {},
): BudgetEntry {
  const budget: Budget = {
    scope: parseScope(scope),
    period: parsePeriod(period),
    unit: parseUnit(unit),
    limit: unit === 'usd' ? limit * 1e9 : limit,
    thresholds: defaultThresholds,
    basis: 'actual',
    action: 'notify',
    ...more,
  };
  return { budget, origin: 'budget set', setAt: undefined };
}
