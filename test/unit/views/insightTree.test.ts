import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InsightState } from '../../../src/dataFolder/insightFile.ts';
import type { InsightJson, TakenJson } from '../../../src/reports/insights/optimizeJson.ts';
import { arrangeInsights, insightNodeId } from '../../../src/views/insights/treeNodes.ts';

function insight(id: string, state: InsightState): InsightJson {
  return {
    id,
    kind: 'small-runs',
    title: '',
    agent: 'finder',
    state,
    snoozedUntil: null,
    outcome: null,
    evidence: [],
    currentPerMonthUsd: null,
    savingsPerMonthUsd: null,
    projectedPerMonthUsd: null,
    savingsShare: null,
    basis: 'estimated',
    action: { kind: 'agent-model', agent: 'finder', model: 'haiku' },
    coverage: { seen: 1, all: 1, noun: 'run' },
  };
}

function taken(id: string): TakenJson {
  const stretch = { days: 1, runs: 1, usd: 1, perDayUsd: 1, perRunUsd: 1 };
  return {
    id,
    agent: 'finder',
    model: 'haiku',
    appliedAt: null,
    basis: 'measured',
    before: stretch,
    after: stretch,
    outcome: null,
  };
}

const insights = [
  insight('snoozed', 'snoozed'),
  insight('a', 'open'),
  insight('applied', 'applied'),
  insight('dismissed', 'dismissed'),
  insight('b', 'open'),
  insight('unknown', 'applied'),
];

/** Ids as a tree: those of a group in brackets behind it. */
function outline(withHidden: boolean, advice: readonly TakenJson[]): string[] {
  return arrangeInsights({ insights, adviceTaken: advice }, withHidden).map((node) => {
    const children = node.kind === 'group' ? node.children.map(insightNodeId).join(', ') : '';
    return insightNodeId(node) + (children && ` [${children}]`);
  });
}

describe('the tree of insights', () => {
  it('has open ones in the order of the report, and taken advice below them', () => {
    assert.deepEqual(outline(false, [taken('applied'), taken('older')]), [
      'insight:a',
      'insight:b',
      'insight:unknown',
      'group:taken [taken:applied, taken:older]',
    ]);
  });

  it('has what is hidden at the end, when it is asked for', () => {
    assert.deepEqual(outline(true, []), [
      'insight:a',
      'insight:applied',
      'insight:b',
      'insight:unknown',
      'group:hidden [insight:snoozed, insight:dismissed]',
    ]);
  });

  it('is empty without anything to show, so that the view can say so', () => {
    const hidden = insights.filter(({ state }) => state === 'dismissed');
    assert.deepEqual(arrangeInsights({ insights: hidden, adviceTaken: [] }, false), []);
  });
});
