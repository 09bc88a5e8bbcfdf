import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Budget } from '../../../src/analysis/budgets/budget.ts';
import { wholeBudget, worstHere } from '../../../src/budgets/budgetShares.ts';
import { budgetsInForce } from '../../../src/budgets/budgetsInForce.ts';
import { type Overview, readOverview } from '../../../src/budgets/overview.ts';
import { storeBudget } from '../../../src/dataFolder/budgetFile.ts';
import { StoredBudgets } from '../../../src/dataFolder/storedBudgets.ts';
import { defaultThresholds } from '../../../src/model/level.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import type { Spend } from '../../../src/views/core/spend.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

const zone = 'Europe/Berlin';
const settings = {
  ...defaultSettings(),
  show: ['today', 'budget'] as const,
  scope: 'all' as const,
  mcpServer: true,
};

function budget(more: Partial<Budget>): Budget {
  return {
    scope: { kind: 'global' },
    period: { kind: 'day' },
    unit: { kind: 'usd' },
    limit: 1e7,
    thresholds: defaultThresholds,
    basis: 'actual',
    action: 'notify',
    ...more,
  };
}

describe('budgets at a glance', () => {
  let text: (overview: Overview) => { text: string; label: string; level: string };
  let tooltip: (overview: Overview, more?: Partial<Spend>) => string;
  before(async () => {
    standInForVscode();
    const { statusText } = await import('../../../src/views/statusBar/statusText.ts');
    const { figureTable } = await import('../../../src/views/statusBar/figureTable.ts');
    const spendOf = (overview: Overview) =>
      ({
        overview,
        remembered: undefined,
        indexer: { kind: 'watching', writer: true },
        readProblem: '',
        roots: [],
        settings,
        engine: '',
        revision: '',
        demo: false,
      }) as unknown as Spend;
    text = (overview) => statusText(spendOf(overview), overview.at);
    tooltip = (overview, more = {}) =>
      figureTable({ ...spendOf(overview), ...more }, overview, overview.at).replaceAll(
        '&nbsp;',
        ' ',
      );
  });

  function rig(folder: string) {
    unpackSet(clientSet, folder);
    const { db } = openForWriting(':memory:');
    ingestAll(db, folder);
    const { last } = db.prepare('SELECT max(at) AS last FROM message').get<{ last: number }>()!;
    const reader = new StoreReader(db);
    const file = `${folder}/config.json`;
    const stored = new StoredBudgets();
    const ask = (own: Partial<typeof settings> = {}, variable?: string, windowScope?: string[]) =>
      readOverview(reader, {
        ...{ now: last, zone, weekStart: 1, scope: undefined, windowScope },
        budgets: budgetsInForce({ ...settings, ...own }, stored.read(file), variable, last).budgets,
      });
    const set = (more: Partial<Budget>): void =>
      storeBudget(file, { budget: budget(more), origin: 'budget set', setAt: last });
    return { reader, ask, set, [Symbol.dispose]: () => db.close() };
  }

  test('a budget of "budget set" reads like one of the settings', () => {
    using dir = tempDir();
    using store = rig(dir.path);
    const bySetting = store.ask({ dailyBudgetUsd: 1 });
    assert.ok(bySetting.today.total > 0);
    store.set({ limit: 1e9 });
    const byCommand = store.ask();
    const { entry, ...said } = wholeBudget(byCommand, 'day')!;
    assert.equal(entry.origin, 'budget set');
    const { entry: _, ...other } = wholeBudget(bySetting, 'day')!;
    assert.deepEqual(said, other);
    assert.deepEqual(text(byCommand), text(bySetting));
    assert.match(text(byCommand).label, /budget for Today: \$\d+\.\d\d over \$1/);
    // Of two the one used more is told.
    const share = bySetting.budgets[0]!.state.share;
    assert.equal(store.ask({ dailyBudgetUsd: 0.5 }).budgets[0]?.state.share, share * 2);
    assert.equal(store.ask({ dailyBudgetUsd: 5 }).budgets[0]?.state.share, share);
  });

  test('COST_BUDGET_USD and budgets of other periods are told, the worst in the status bar', () => {
    using dir = tempDir();
    using store = rig(dir.path);
    const lifetime = store.ask({ dailyBudgetUsd: 9999 }, '0.01');
    assert.equal(lifetime.budgets.length, 2);
    assert.equal(text(lifetime).level, 'stop');
    assert.match(text(lifetime).label, /budget for All time: \$[\d,.]+ over \$0\.01/);
    assert.match(tooltip(lifetime), /All time.*over \$0\.01/);
    const fine = store.ask({ dailyBudgetUsd: 0.0001 }, '99999');
    assert.match(text(fine).label, /budget for Today: \$/);
    store.set({ period: { kind: 'rolling', count: 7, unit: 'd' }, basis: 'forecast' });
    const rolling = store.ask();
    assert.match(text(rolling).label, /budget for Last 7 days: /);
    assert.equal(wholeBudget(rolling, 'day'), undefined);
  });

  test('a plan’s windows stand first for a subscriber, as the client told them, with their age', () => {
    using dir = tempDir();
    using store = rig(dir.path);
    const overview = store.ask();
    const windows = {
      five_hour: { share: 0.624, resetsAt: overview.at + 3_600_000 },
      seven_day: { share: 0.48, resetsAt: overview.at + 86_400_000 * 3 },
    };
    const official = { at: overview.at - 120_000, windows };
    const subscriber = { settings: { ...settings, billing: 'subscription' as const }, official };
    const [, , first, second] = tooltip(overview, subscriber).split('\n');
    assert.match(
      first!,
      /Plan, 5 hours.*\*\*62%\*\*.*starts again at .* reported by Claude Code 2 min ago/,
    );
    assert.match(second!, /Plan, week.*\*\*48%\*\*/);
    assert.match(tooltip(overview, { official }).split('\n')[2]!, /Today/);
    assert.match(tooltip(overview, { official }), /Plan, week/);
    assert.doesNotMatch(tooltip(overview), /Plan/);
  });

  test('a budget of another project is not told in this window', () => {
    using dir = tempDir();
    using store = rig(dir.path);
    const [project] = store.reader.projects();
    store.set({ scope: { kind: 'project', path: project!.cwd }, period: { kind: 'week' } });
    assert.equal(worstHere(store.ask()), undefined);
    assert.equal(worstHere(store.ask({}, undefined, [project!.cwd]))?.state.level, 'stop');
    store.set({ scope: { kind: 'project', path: project!.cwd }, period: { kind: 'month' } });
    assert.equal(store.ask().budgets[0]?.state.level, 'stop');
    // What is judged part by part is left to dashboard and gate.
    store.set({ scope: { kind: 'session' } });
    assert.equal(store.ask().budgets.length, 2);
  });
});
