import type { BudgetAction } from '../analysis/budgets/budget.ts';
import type { GuardEvent } from './hookInput.ts';

/** What the model is told: a constant, so that nothing can be learned by asking again. */
export const guardCodes = [
  'BUDGET_EXCEEDED',
  'AGENT_LIMIT_EXCEEDED',
  'HOP_LIMIT_EXCEEDED',
  'RUNAWAY_STOPPED',
  'COLD_CACHE',
  'UNPRICED_MODEL',
  'GUARD_FAILED',
] as const;
export type GuardCode = (typeof guardCodes)[number];

/** A limit that is reached, or that one more agent would exceed. */
export interface Limit {
  /** Names it for what is remembered and for exceptions (`budgetKey`). */
  readonly key: string;
  /** The period it is reached in: a warning is said once in each. */
  readonly period: string;
  readonly code: GuardCode;
  readonly action: BudgetAction;
  /**
   * What it is about: everything a budget's action says; only calls that start agents; or only the call
   * that is to be made.
   */
  readonly about: 'budget' | 'spawn' | 'call';
  /** What a person reads: what was spent, of what. */
  readonly text: string;
  /** How to go on. */
  readonly remedy: string;
}

/** What a decision depends on. */
export interface Facts {
  readonly event: GuardEvent;
  /** The call starts an agent. */
  readonly spawns: boolean;
  /** The prompt only says that a background agent has finished. */
  readonly notification: boolean;
  /** Nobody is there to be asked. */
  readonly print: boolean;
  readonly limits: readonly Limit[];
  /** Limits that are excepted for this prompt, and that were asked about in this batch. */
  readonly allowed: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
}

/** What the hook makes Claude Code do, mildest first. */
export const verdicts = ['pass', 'ask', 'deny', 'block', 'stop'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Decision {
  readonly verdict: Verdict;
  /** The limit behind it; undefined where everything passes. */
  readonly limit: Limit | undefined;
  /** Every limit that refuses by itself: all of them have to be excepted for it to pass. */
  readonly refusing: readonly Limit[];
}

/** What one limit does at an event, exceptions aside. */
export function effectOf(
  limit: Limit,
  { event, spawns, notification, print }: Omit<Facts, 'limits' | 'allowed' | 'asked'>,
): Verdict {
  const { action, about } = limit;
  if (about === 'call') {
    if (event !== 'PreToolUse') return 'pass';
    // Nobody can be asked: a sign of a runaway is no proof, and what it costs is limited by budgets.
    if (action === 'ask') return print ? 'pass' : 'ask';
    return 'deny';
  }
  if (about === 'spawn') {
    if (event !== 'PreToolUse' || !spawns || action === 'notify') return 'pass';
    return action === 'ask' && !print ? 'ask' : 'deny';
  }
  switch (action) {
    case 'notify':
      return 'pass';
    case 'ask':
      if (event !== 'PreToolUse') return 'pass';
      // In print mode Claude Code refuses what it would have to ask.
      return print ? 'deny' : 'ask';
    case 'halt-agents':
      return event === 'PreToolUse' && spawns ? 'deny' : 'pass';
    case 'block-prompts':
      if (event === 'PreToolUse' && spawns) return 'deny';
      // What a background agent has found was paid for; handing it on is no new prompt.
      return event === 'UserPromptSubmit' && !notification ? 'block' : 'pass';
    case 'stop':
      if (event === 'UserPromptSubmit') return 'block';
      return event === 'PreToolUse' || event === 'PostToolBatch' ? 'stop' : 'pass';
  }
}

/** The hardest of what the limits do. A pure function: what is excepted and was asked is in the facts. */
export function decide(facts: Facts): Decision {
  const { limits, allowed, asked } = facts;
  let decision: Decision = { verdict: 'pass', limit: undefined, refusing: [] };
  const refusing: Limit[] = [];
  for (const limit of limits) {
    if (allowed.has(limit.key)) continue;
    const effect = effectOf(limit, facts);
    if (effect === 'pass' || (effect === 'ask' && asked.has(limit.key))) continue;
    refusing.push(limit);
    if (verdicts.indexOf(effect) > verdicts.indexOf(decision.verdict)) {
      decision = { verdict: effect, limit, refusing };
    }
  }
  return decision;
}
