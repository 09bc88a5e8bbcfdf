import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isDashboardData,
  isDashboardQuestion,
  usualDashboard,
} from '../../src/protocol/dashboard.ts';
import {
  commonActions,
  isFromDataPanel,
  isTablesUi,
  isToDataPanel,
  protocolVersion,
} from '../../src/protocol.ts';

const v = protocolVersion;
const data = {
  answer: '',
  total: 0,
  cards: [],
  stretches: [],
  budgets: [],
  classes: [],
  sessions: [],
  messages: [],
  activity: [],
  notes: [],
  insights: null,
  stack: {},
  bars: {},
  heat: {},
  windows: {},
  choices: {},
};
const shape = { isData: isDashboardData, isQuestion: isDashboardQuestion };

describe('what a panel that is asked says to its host', () => {
  const isFrom = (message: unknown): boolean => isFromDataPanel(message, isDashboardQuestion);
  const messages: readonly Record<string, unknown>[] = [
    { type: 'ready', v, question: null },
    { type: 'ready', v, question: usualDashboard },
    { type: 'ask', v, question: usualDashboard },
    ...commonActions.map((action) => ({ type: 'do', v, action })),
    { type: 'openSession', v, sid: 'a', message: '' },
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

describe('what a host says to such a panel', () => {
  const isTo = (message: unknown): boolean => isToDataPanel(message, shape);
  const show = { type: 'show', v, words: {}, format: {}, question: usualDashboard, data };

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
      const { [key as 'total']: _, ...rest } = data;
      assert.ok(!isTo({ ...show, data: rest }), key);
    }
    assert.ok(!isTo({ type: 'nothing', v, text: 'Nothing.' }));
    assert.ok(!isTo({ type: 'ready', v, question: null }));
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
