import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Insight, InsightKind } from '../../../src/analysis/insights/insight.ts';
import { evidenceValue, insightTitle, wordedAction } from '../../../src/insights/insightText.ts';

function insight(
  kind: InsightKind,
  agent: string,
  evidence: Readonly<Record<string, number | string>>,
): Insight {
  return {
    ...{ id: kind, kind, agent, currentPerMonth: 1, perMonth: undefined, basis: 'estimated' },
    evidence: Object.entries(evidence).map(([name, value]) => ({ name, value, unit: 'count' })),
    action: { kind: 'advice' },
    coverage: { seen: 1, all: 1, noun: 'run' },
  };
}

describe('sentences of insights', () => {
  for (const [found, title, advice] of [
    [
      insight('small-runs', 'main', { model: 'opus', runs: 7, repricedWith: 'haiku' }),
      'The main thread: 7 small runs on opus',
      'Switch with "/model haiku" before small tasks.',
    ],
    [
      insight('cache-share', 'main', { cacheShare: 0.4789, mainCause: 'expired' }),
      'Only 47% of the prompt tokens of the main thread came from the cache',
      'Continue before the cache expires, or start with /clear after a long break instead of sending everything again.',
    ],
    [
      insight('cache-share', 'Explore', { cacheShare: 0.5 }),
      'Only 50% of the prompt tokens of Explore came from the cache',
      'Give one agent several tasks: each new agent writes its prefix to the cache again.',
    ],
    [
      insight('tiny-agents', 'Explore', { runs: 9, batches: 1 }),
      'Explore: 9 tiny runs in 1 batch that one run each could have handled',
      'Use one Explore agent with a list of tasks instead of one agent per task.',
    ],
    [
      insight('context-bloat', 'main', { sessions: 1 }),
      '1 session continued with a context of more than 100k tokens where /compact or /clear would have paid off',
      'Use /compact when a piece of work is done, and /clear when the next one does not need its context.',
    ],
    [
      insight('first-prefix', 'main', { firstPromptTokens: 41_700 }),
      'Sessions begin with 42k tokens before any work is done',
      'Shorten CLAUDE.md and what it imports, and turn off MCP servers a project does not need ("/context" lists them).',
    ],
    [
      insight('first-prefix', 'Explore', { firstPromptTokens: 41_400 }),
      'Explore begins with 41k tokens before any work is done',
      'Shorten the prompt of Explore and name only the tools it needs.',
    ],
    [
      insight('effort', 'main', { runs: 5, model: 'opus' }),
      '5 small runs of the main thread on opus with high effort',
      'Lower the effort ("/effort") for small tasks.',
    ],
    [
      insight('deterministic', 'main', { prompts: 6 }),
      '6 prompts that a formatter, a rename or a codemod could have handled',
      'Use "Format Document", "Organize Imports", "Rename Symbol" or the linter\'s own fix.',
    ],
  ] as const) {
    it(`say what ${found.kind} of ${found.agent} means`, () => {
      assert.equal(insightTitle(found), title);
      assert.deepEqual(wordedAction(found), { kind: 'advice', text: advice });
    });
  }

  it('keep actions that are none of words, and name causes', () => {
    const top = insight('top-tier', 'planner', { runs: 5, model: 'opus' });
    const action = { kind: 'agent-model', agent: 'planner', model: 'sonnet' } as const;
    assert.equal(insightTitle(top), 'planner: 5 runs of a subagent on the top tier (opus)');
    assert.deepEqual(wordedAction({ ...top, action }), action);
    const failed = insight('failures', 'main', { failureRate: 0.255 });
    assert.equal(insightTitle(failed), 'Errors in 26% of the runs of the main thread');
    const expired = { name: 'mainCause', value: 'expired', unit: 'text' } as const;
    assert.equal(evidenceValue(expired), 'breaks longer than the cache lives');
    const cause = { name: 'mainCause', value: 'prefix-change', unit: 'text' } as const;
    assert.equal(evidenceValue(cause), 'changes of the beginning');
  });
});
