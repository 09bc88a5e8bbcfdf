import type { GuardCode, Verdict } from './decide.ts';
import type { GuardEvent } from './hookInput.ts';

/** What the model reads beside a code: constant as well, and what keeps it from trying again. */
const advice: Readonly<Record<GuardCode, string>> = {
  BUDGET_EXCEEDED: 'A spending limit of the user refuses this. Do not try it again.',
  AGENT_LIMIT_EXCEEDED: 'A limit of the user refuses another agent. Go on without one.',
  HOP_LIMIT_EXCEEDED: 'A limit of the user refuses agents this deep. Do the work here.',
  RUNAWAY_STOPPED: 'This was done again and again without a result. Do something else, or stop.',
  COLD_CACHE: 'The user was asked to go on or not.',
  UNPRICED_MODEL: 'A spending limit of the user refuses a model without a price.',
  GUARD_FAILED: 'A spending limit of the user could not be checked. Do not try it again.',
};

/** What the model is told, and only that. */
export function modelText(code: GuardCode): string {
  return `${code}: ${advice[code]}`;
}

/** What is to be said and done at an event. */
export interface Reply {
  readonly verdict: Verdict;
  readonly code: GuardCode;
  /** What a person reads where something is asked or refused. */
  readonly reason: string;
  /** What a person is warned of, once; '' for nothing. */
  readonly warning: string;
}

export const nothingToSay: Reply = {
  verdict: 'pass',
  code: 'BUDGET_EXCEEDED',
  reason: '',
  warning: '',
};

/**
 * The JSON a hook prints. An empty object is an answer too: it leaves a line in the transcript, which
 * shows that the guard is at work, and costs nothing.
 */
export function hookAnswer(event: GuardEvent, reply: Reply): object {
  const { verdict, code, reason, warning } = reply;
  const warned = warning === '' ? {} : { systemMessage: warning };
  const specific = (fields: object): object => ({
    hookSpecificOutput: { hookEventName: event, ...fields },
  });
  switch (verdict) {
    case 'pass':
      return warned;
    case 'ask':
      return {
        ...warned,
        ...specific({ permissionDecision: 'ask', permissionDecisionReason: reason }),
      };
    case 'deny':
      return {
        ...warned,
        ...specific({ permissionDecision: 'deny', permissionDecisionReason: modelText(code) }),
      };
    case 'block':
      return { decision: 'block', reason, ...specific({ suppressOriginalPrompt: true }) };
    case 'stop': {
      const stopped = { continue: false, stopReason: modelText(code), ...warned };
      if (event !== 'PreToolUse') return stopped;
      // Without the denial the tool runs all the same.
      return {
        ...stopped,
        ...specific({ permissionDecision: 'deny', permissionDecisionReason: modelText(code) }),
      };
    }
  }
}
