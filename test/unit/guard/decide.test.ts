import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { budgetActions } from '../../../src/analysis/budgets/budget.ts';
import { hookAnswer, modelText } from '../../../src/guard/answer.ts';
import {
  decide,
  effectOf,
  type Facts,
  guardCodes,
  type Limit,
  type Verdict,
  verdicts,
} from '../../../src/guard/decide.ts';
import { type GuardEvent, guardEvents } from '../../../src/guard/hookInput.ts';

function limit(more: Partial<Limit> = {}): Limit {
  return {
    key: 'global day usd',
    period: '1',
    code: 'BUDGET_EXCEEDED',
    action: 'stop',
    about: 'budget',
    text: '$51.00 of $50.00 spent: day, global',
    remedy: 'outlay budget raise 60 --period day',
    ...more,
  };
}

const nobody = {
  spawns: false,
  notification: false,
  print: false,
  allowed: new Set<string>(),
  asked: new Set<string>(),
};

/** What happens at an event, as a person would write it down: event, action, then the case. */
const table: readonly [GuardEvent, string, Verdict, Verdict, Verdict, Verdict][] = [
  // event, action, any call, a call that starts an agent, in print mode any, in print mode an agent
  ['PreToolUse', 'notify', 'pass', 'pass', 'pass', 'pass'],
  ['PreToolUse', 'ask', 'ask', 'ask', 'deny', 'deny'],
  ['PreToolUse', 'halt-agents', 'pass', 'deny', 'pass', 'deny'],
  ['PreToolUse', 'block-prompts', 'pass', 'deny', 'pass', 'deny'],
  ['PreToolUse', 'stop', 'stop', 'stop', 'stop', 'stop'],
  ['UserPromptSubmit', 'notify', 'pass', 'pass', 'pass', 'pass'],
  ['UserPromptSubmit', 'ask', 'pass', 'pass', 'pass', 'pass'],
  ['UserPromptSubmit', 'halt-agents', 'pass', 'pass', 'pass', 'pass'],
  ['UserPromptSubmit', 'block-prompts', 'block', 'block', 'block', 'block'],
  ['UserPromptSubmit', 'stop', 'block', 'block', 'block', 'block'],
  ['PostToolBatch', 'notify', 'pass', 'pass', 'pass', 'pass'],
  ['PostToolBatch', 'ask', 'pass', 'pass', 'pass', 'pass'],
  ['PostToolBatch', 'halt-agents', 'pass', 'pass', 'pass', 'pass'],
  ['PostToolBatch', 'block-prompts', 'pass', 'pass', 'pass', 'pass'],
  ['PostToolBatch', 'stop', 'stop', 'stop', 'stop', 'stop'],
];

describe('what the guard decides', () => {
  for (const [event, action, any, spawn, printAny, printSpawn] of table) {
    test(`${event}, ${action}`, () => {
      const own = limit({ action: budgetActions.find((each) => each === action)! });
      const at = (spawns: boolean, print: boolean): Verdict =>
        decide({ ...nobody, event, spawns, print, limits: [own] }).verdict;
      assert.deepEqual(
        [at(false, false), at(true, false), at(false, true), at(true, true)],
        [any, spawn, printAny, printSpawn],
      );
    });
  }

  test('at every other event nothing is refused', () => {
    const judged = ['PreToolUse', 'UserPromptSubmit', 'PostToolBatch'];
    for (const event of guardEvents.filter((each) => !judged.includes(each))) {
      for (const action of budgetActions) {
        for (const about of ['budget', 'spawn', 'call'] as const) {
          const facts = { ...nobody, event, spawns: true };
          assert.equal(effectOf(limit({ action, about }), facts), 'pass');
        }
      }
    }
  });

  test('what a background agent has found passes, unless everything is stopped', () => {
    const at = (action: Limit['action']): Verdict =>
      decide({
        ...nobody,
        event: 'UserPromptSubmit',
        notification: true,
        limits: [limit({ action })],
      }).verdict;
    assert.equal(at('block-prompts'), 'pass');
    assert.equal(at('stop'), 'block');
  });

  test('limits of agents refuse agents only, and a runaway’s only its call', () => {
    const call = { ...nobody, event: 'PreToolUse' as const };
    const spawn = { ...call, spawns: true };
    const agents = limit({ about: 'spawn', action: 'stop' });
    assert.equal(effectOf(agents, call), 'pass');
    assert.equal(effectOf(agents, spawn), 'deny');
    assert.equal(effectOf(limit({ about: 'spawn', action: 'ask' }), spawn), 'ask');
    assert.equal(effectOf(limit({ about: 'spawn', action: 'notify' }), spawn), 'pass');
    assert.equal(effectOf(limit({ about: 'call', action: 'ask' }), call), 'ask');
    assert.equal(
      effectOf(limit({ about: 'call', action: 'ask' }), { ...call, print: true }),
      'pass',
    );
    assert.equal(effectOf(limit({ about: 'call', action: 'stop' }), call), 'deny');
    assert.equal(
      effectOf(limit({ about: 'call', action: 'stop' }), { ...call, event: 'UserPromptSubmit' }),
      'pass',
    );
  });

  const limits = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      action: fc.constantFrom(...budgetActions),
      about: fc.constantFrom('budget' as const, 'spawn' as const, 'call' as const),
    }),
    { maxLength: 5 },
  );
  const facts: fc.Arbitrary<Facts> = fc.record({
    event: fc.constantFrom(...guardEvents),
    spawns: fc.boolean(),
    notification: fc.boolean(),
    print: fc.boolean(),
    limits: limits.map((list) => list.map((each) => limit(each))),
    allowed: fc.subarray(['a', 'b', 'c', 'd']).map((keys) => new Set(keys)),
    asked: fc.subarray(['a', 'b', 'c', 'd']).map((keys) => new Set(keys)),
  });

  test('the hardest of the limits decides, whatever their order; exceptions only soften', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { verdict, limit: behind, refusing } = decide(given);
        const rank = (name: Verdict): number => verdicts.indexOf(name);
        const reversed = decide({ ...given, limits: given.limits.toReversed() });
        assert.equal(reversed.verdict, verdict);
        assert.equal(behind === undefined, verdict === 'pass');
        assert.equal(refusing.length > 0, verdict !== 'pass');
        const bare = decide({ ...given, allowed: new Set(), asked: new Set() });
        assert.ok(rank(verdict) <= rank(bare.verdict));
        const all = new Set(['a', 'b', 'c', 'd']);
        assert.equal(decide({ ...given, allowed: all }).verdict, 'pass');
        // Excepting what refuses is what it takes, and enough.
        const enough = new Set([...given.allowed, ...refusing.map(({ key }) => key)]);
        assert.equal(decide({ ...given, allowed: enough }).verdict, 'pass');
      }),
      { numRuns: 1000 },
    );
  });

  test('the model reads a constant and never a figure', () => {
    for (const code of guardCodes) {
      assert.match(modelText(code), new RegExp(`^${code}: [^$0-9]*$`));
    }
    for (const event of guardEvents) {
      for (const verdict of ['deny', 'stop'] as const) {
        const reply = { verdict, code: 'BUDGET_EXCEEDED', reason: '$51', warning: '$51' } as const;
        const { systemMessage: _, ...seen } = hookAnswer(event, reply) as Record<string, unknown>;
        assert.ok(!JSON.stringify(seen).includes('$51'), event);
      }
    }
  });

  test('stopping denies as well, and a prompt is not repeated', () => {
    const reply = { verdict: 'stop', code: 'BUDGET_EXCEEDED', reason: 'r', warning: 'w' } as const;
    assert.deepEqual(hookAnswer('PreToolUse', reply), {
      continue: false,
      stopReason: modelText('BUDGET_EXCEEDED'),
      systemMessage: 'w',
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: modelText('BUDGET_EXCEEDED'),
      },
    });
    assert.deepEqual(hookAnswer('PostToolBatch', { ...reply, warning: '' }), {
      continue: false,
      stopReason: modelText('BUDGET_EXCEEDED'),
    });
    assert.deepEqual(hookAnswer('UserPromptSubmit', { ...reply, verdict: 'block' }), {
      decision: 'block',
      reason: 'r',
      hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true },
    });
    assert.deepEqual(hookAnswer('Stop', { ...reply, verdict: 'pass', warning: '' }), {});
  });
});
