import { mostDollars } from '../model/amount.ts';
import { isObject } from '../model/objects.ts';
import type { Expected } from './settingProblem.ts';
import { jsonPathOf } from './settingProblem.ts';
import { listed, type Refuse, type Setting, structured, type Values } from './settingTable.ts';

/**
 * What the guard is told by settings. Read without Zod: the guard starts anew for every call of a tool,
 * and loading Zod would take it longer than answering.
 */

/** Steps of the runaway breaker for one sign of a runaway; 0 is never. */
export interface BreakerSteps {
  readonly warn: number;
  readonly ask: number;
  readonly deny: number;
}

/** What the breaker looks at, and from which count on it does what. */
export interface BreakerSettings {
  /** The same call of a tool with the same input, in one prompt without an edit in between. */
  readonly sameCall: BreakerSteps;
  /** The same call that fails, without an edit in between. */
  readonly failing: BreakerSteps;
  /** Dollars without an edit or a result that is new. */
  readonly idleUsd: BreakerSteps;
}

export const defaultBreaker: BreakerSettings = {
  sameCall: { warn: 8, ask: 16, deny: 0 },
  failing: { warn: 4, ask: 8, deny: 0 },
  idleUsd: { warn: 5, ask: 10, deny: 0 },
};

const coldCacheChoices = ['off', 'say', 'ask'] as const;
export type ColdCache = (typeof coldCacheChoices)[number];

const transports = ['process', 'http'] as const;
/** How Claude Code asks about single calls of tools: a process each, or a server on loopback. */
export type GuardTransport = (typeof transports)[number];

const signs = ['sameCall', 'failing', 'idleUsd'] as const;
const steps = ['warn', 'ask', 'deny'] as const;

const mostOfAll = 100_000;

/** Reads the breaker's thresholds; a part that is wrong is named, the others hold. */
function readBreaker(value: unknown, refuse: Refuse): BreakerSettings {
  if (!isObject(value)) {
    refuse('', 'breaker', 'default');
    return defaultBreaker;
  }
  for (const name of Object.keys(value)) {
    if (!(signs as readonly string[]).includes(name))
      refuse(jsonPathOf(name), 'breaker', 'ignored');
  }
  const [sameCall, failing, idleUsd] = signs.map((name) =>
    readSteps(value[name], defaultBreaker[name], jsonPathOf(name), refuse),
  ) as [BreakerSteps, BreakerSteps, BreakerSteps];
  return { sameCall, failing, idleUsd };
}

function readSteps(
  value: unknown,
  usual: BreakerSteps,
  place: string,
  refuse: Refuse,
): BreakerSteps {
  if (value === undefined || value === null) return usual;
  if (!isObject(value)) {
    refuse(place, 'breaker', 'ignored');
    return usual;
  }
  const read: Record<string, number> = {};
  for (const [name, step] of Object.entries(value)) {
    const known = (steps as readonly string[]).includes(name);
    const usable = typeof step === 'number' && step >= 0 && step <= mostOfAll;
    if (known && usable) read[name] = step;
    else refuse(place + jsonPathOf(name), 'breaker', 'ignored');
  }
  return { ...usual, ...read };
}

/** A whole number from 0 to `most`. */
function wholeNumber(most: number, expected: Expected) {
  return (value: unknown, refuse: Refuse): number => {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) {
      return value as number;
    }
    refuse('', expected, 'default');
    return 0;
  };
}

const stepsSchema = {
  type: 'object',
  properties: Object.fromEntries(
    steps.map((name) => [name, { type: 'number', minimum: 0, maximum: mostOfAll }]),
  ),
  additionalProperties: false,
};

export const guardSettings = {
  /** Refuse where the guard itself fails, and where a model has no price. */
  guardStrict: structured({
    key: 'outlay.guard.strict',
    default: false,
    read: (value, refuse): boolean => {
      if (typeof value !== 'boolean') refuse('', 'boolean', 'default');
      return value === true;
    },
    ...listed('guard', 1, 'guard.strict', 'machine'),
    json: { type: 'boolean' },
  }),
  /** Agents one session may start in all; 0 for any number. */
  guardMostAgents: structured({
    key: 'outlay.guard.mostAgents',
    default: 0,
    read: wholeNumber(mostOfAll, 'agents'),
    ...listed('guard', 2, 'guard.mostAgents', 'machine'),
    json: { type: 'integer', minimum: 0, maximum: mostOfAll },
  }),
  /** How deep agents may start agents; 0 leaves it to Claude Code. */
  guardMaxHops: structured({
    key: 'outlay.guard.maxHops',
    default: 0,
    read: wholeNumber(100, 'hops'),
    ...listed('guard', 3, 'guard.maxHops', 'machine'),
    json: { type: 'integer', minimum: 0, maximum: 100 },
  }),
  guardBreaker: structured({
    key: 'outlay.guard.breaker',
    default: {},
    read: readBreaker,
    ...listed('guard', 4, 'guard.breaker', 'machine'),
    json: {
      type: 'object',
      properties: Object.fromEntries(signs.map((name) => [name, stepsSchema])),
      additionalProperties: false,
    },
  }),
  /** Whether a person is told, or asked, before a cache that has expired is written anew. */
  guardColdCache: structured({
    key: 'outlay.guard.coldCache',
    default: 'say',
    read: (value, refuse): ColdCache => {
      const known = coldCacheChoices.find((choice) => choice === value);
      if (known === undefined) refuse('', 'coldCache', 'default');
      return known ?? 'say';
    },
    ...listed('guard', 5, 'guard.coldCache', 'machine'),
    json: { type: 'string', enum: coldCacheChoices },
  }),
  /** Dollars from which on that is worth a word. */
  guardColdCacheUsd: structured({
    key: 'outlay.guard.coldCacheUsd',
    default: 0.5,
    read: (value, refuse): number => {
      if (typeof value === 'number' && value >= 0 && value <= mostDollars) return value;
      refuse('', 'dollars', 'default');
      return 0.5;
    },
    ...listed('guard', 6, 'guard.coldCacheUsd', 'machine'),
    json: { type: 'number', minimum: 0, maximum: mostDollars },
  }),
  /** How the guard is installed. */
  guardTransport: structured({
    key: 'outlay.guard.transport',
    default: 'process',
    read: (value, refuse): GuardTransport => {
      const known = transports.find((choice) => choice === value);
      if (known === undefined) refuse('', 'transport', 'default');
      return known ?? 'process';
    },
    ...listed('guard', 7, 'guard.transport', 'machine'),
    json: { type: 'string', enum: transports },
  }),
} satisfies Readonly<Record<string, Setting<unknown>>>;

export type GuardSettings = Values<typeof guardSettings>;
