import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isAnomaliesData,
  isAnomaliesQuestion,
  usualAnomalies,
} from '../../src/protocol/anomalies.ts';
import { isBudgetsData, isBudgetsQuestion, usualBudgets } from '../../src/protocol/budgets.ts';
import { isBurnData, isBurnQuestion, usualBurn } from '../../src/protocol/burn.ts';
import {
  isDashboardData,
  isDashboardQuestion,
  usualDashboard,
} from '../../src/protocol/dashboard.ts';
import {
  budgetVerbs,
  commonActions,
  isFromDataPanel,
  isTablesUi,
  isToDataPanel,
  protocolVersion,
} from '../../src/protocol/shared.ts';

const v = protocolVersion;
interface Panel {
  readonly name: string;
  readonly isData: (value: unknown) => value is object;
  readonly isQuestion: (value: unknown) => value is object;
  readonly usual: object;
  /** Every part of the data that is looked at, as empty as can be. */
  readonly data: object;
}

const panels: readonly Panel[] = [
  {
    name: 'dashboard',
    isData: isDashboardData,
    isQuestion: isDashboardQuestion,
    usual: usualDashboard,
    data: {
      ...parts({ answer: '', total: 0, todo: null, details: null, running: null, earlier: null }),
      ...parts({ team: null }),
      ...lists('cards buckets budgets official notes'),
      ...parts({ stack: {}, windows: {}, choices: {} }),
    },
  },
  {
    name: 'budgets',
    isData: isBudgetsData,
    isQuestion: isBudgetsQuestion,
    usual: usualBudgets,
    data: {
      ...parts({ answer: '', at: 0, live: false }),
      ...lists('cards budgets others months history levels notes'),
    },
  },
  {
    name: 'burn',
    isData: isBurnData,
    isQuestion: isBurnQuestion,
    usual: usualBurn,
    data: {
      ...parts({ answer: '', chartTitle: '', chartHint: '', chartSentence: '' }),
      ...parts({ budgetsTitle: '', at: 0, live: false, chart: {} }),
      ...lists('cards budgets projects notes'),
    },
  },
  {
    name: 'anomalies',
    isData: isAnomaliesData,
    isQuestion: isAnomaliesQuestion,
    usual: usualAnomalies,
    data: {
      ...parts({ answer: '', chartTitle: '', chartSentence: '', listTitle: '' }),
      ...parts({ at: 0, from: 0, to: 0, median: null, low: null, high: 1, live: true }),
      ...lists('cards points more rows projects notes'),
    },
  },
];

function parts(values: object): object {
  return values;
}

function lists(names: string): object {
  return Object.fromEntries(names.split(' ').map((name) => [name, []]));
}

for (const { name, isData, isQuestion, usual, data } of panels) {
  describe(`what the panel ${name} says to its host`, () => {
    const isFrom = (message: unknown): boolean => isFromDataPanel(message, isQuestion);
    const messages: readonly Record<string, unknown>[] = [
      { type: 'ready', v, question: null },
      { type: 'ready', v, question: usual },
      { type: 'ask', v, question: usual },
      ...commonActions.map((action) => ({ type: 'do', v, action })),
      { type: 'openSession', v, sid: 'a', message: '' },
      { type: 'openDay', v, day: '2026-11-24', project: '' },
      ...budgetVerbs.map((verb) => ({ type: 'budget', v, id: 'a', verb })),
      { type: 'export', v, to: 'csv', name: 'spend', content: 'a,b' },
    ];

    it('is acted upon', () => {
      for (const message of messages) assert.ok(isFrom(message), JSON.stringify(message));
    });

    it('is not, with another version, a field missing or one that is no such thing', () => {
      for (const message of messages) {
        assert.ok(!isFrom({ ...message, v: v - 1 }));
        for (const key of Object.keys(message)) {
          const { [key]: _, ...rest } = message;
          assert.ok(!isFrom(rest), `${message.type} without ${key}`);
          assert.ok(!isFrom({ ...message, [key]: 7.5 }), `${message.type} with a strange ${key}`);
        }
      }
      for (const strange of [undefined, null, 'ready', 1, [], { type: 'show', v }]) {
        assert.ok(!isFrom(strange));
      }
      const huge = 'x'.repeat(30_000_001);
      assert.ok(!isFrom({ type: 'export', v, to: 'csv', name: 'a', content: huge }));
    });
  });

  describe(`what a host says to the panel ${name}`, () => {
    const isTo = (message: unknown): boolean => isToDataPanel(message, { isData, isQuestion });
    const show = { type: 'show', v, words: {}, format: {}, question: usual, data };

    it('is shown', () => {
      assert.ok(isTo(show));
      assert.ok(isTo({ type: 'working', v, text: '' }));
      assert.ok(isTo({ type: 'nothing', v, text: 'Nothing.', actions: [] }));
    });

    it('is not, where anything is missing', () => {
      for (const key of Object.keys(show)) {
        const { [key as 'v']: _, ...rest } = show;
        assert.ok(!isTo(rest), key);
      }
      for (const key of Object.keys(data)) {
        const { [key as never]: _, ...rest } = data;
        assert.ok(!isTo({ ...show, data: rest }), key);
      }
      assert.ok(!isTo({ type: 'nothing', v, text: 'Nothing.' }));
      assert.ok(!isTo({ type: 'ready', v, question: null }));
    });
  });
}

describe('what a dashboard is told of its details', () => {
  it('is nothing yet, or all of it', () => {
    const { data } = panels[0]!;
    const rest = {
      ...lists('classes sessions messages activity facts'),
      bars: {},
      heat: {},
      answers: {},
    };
    assert.ok(isDashboardData({ ...data, details: null }));
    assert.ok(isDashboardData({ ...data, details: rest }));
    for (const key of Object.keys(rest)) {
      const { [key as 'bars']: _, ...less } = rest;
      assert.ok(!isDashboardData({ ...data, details: less }), key);
    }
  });
});

describe('what a dashboard is told of a team', () => {
  it('is nothing, or all of it', () => {
    const { data } = panels[0]!;
    const team = {
      ...lists('notes budgets members projects models'),
      ...{ answer: '', lead: '', near: '', problem: '', budgetsAsOf: '', more: '', total: 0 },
    };
    assert.ok(isDashboardData({ ...data, team }));
    for (const key of Object.keys(team)) {
      const { [key as 'lead']: _, ...less } = team;
      assert.ok(!isDashboardData({ ...data, team: less }), key);
    }
  });
});

describe('a question of the dashboard', () => {
  it('is one only with everything it needs', () => {
    assert.ok(isDashboardQuestion(usualDashboard));
    const days = { since: '2026-11-01', until: '2026-11-24' };
    assert.ok(isDashboardQuestion({ ...usualDashboard, ...days, period: 'custom' }));
    for (const wrong of [
      { period: 'year' },
      { period: 'custom' },
      { since: 'yesterday' },
      { stack: 'branch' },
      { filters: { project: 'a' } },
      { filters: { ...usualDashboard.filters, model: 1 } },
      { filters: { ...usualDashboard.filters, more: '' } },
    ]) {
      assert.ok(!isDashboardQuestion({ ...usualDashboard, ...wrong }), JSON.stringify(wrong));
    }
  });

  it('stands beside what the page keeps for itself', () => {
    assert.ok(isTablesUi({ tables: ['spend'] }));
    assert.ok(!isTablesUi({ tables: [1] }));
    assert.ok(!isTablesUi({}));
  });
});

describe('a question of burn rate or anomalies', () => {
  it('is one only with values that can be chosen', () => {
    for (const wrong of [{ period: '2d' }, { project: 1 }, { period: undefined }]) {
      assert.ok(!isBurnQuestion({ ...usualBurn, ...wrong }), JSON.stringify(wrong));
    }
    for (const wrong of [{ by: 'hour' }, { period: '2d' }, { log: 1 }, { project: null }]) {
      assert.ok(!isAnomaliesQuestion({ ...usualAnomalies, ...wrong }), JSON.stringify(wrong));
    }
  });
});
