import { hashText } from '../model/hash53.ts';
import type { BreakerSettings, BreakerSteps } from '../settings/guardSettings.ts';
import type { ToolCall } from './hookInput.ts';

/** How a session goes in circles, as far as the breaker remembers it: hashes, no text. */
export interface BreakerState {
  /** The prompt it is about. */
  readonly prompt: string;
  /** Calls since the last edit: how often each was made, and failed. */
  readonly made: readonly (readonly [hash: number, count: number])[];
  readonly failed: readonly (readonly [hash: number, count: number])[];
  /** What tools answered lately. */
  readonly results: readonly number[];
  /** What the session had spent when something last came of it; nano-dollars. */
  readonly since: number | undefined;
}

export const freshBreaker: BreakerState = {
  prompt: '',
  made: [],
  failed: [],
  results: [],
  since: undefined,
};

const mostCalls = 100;
const mostResults = 200;

/** Tools whose success is progress whatever they answer. */
const editors = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);

/** What went round in circles, and how far the breaker goes. */
export interface Trip {
  readonly sign: 'sameCall' | 'failing' | 'idleUsd';
  readonly step: 'warn' | 'ask' | 'deny';
  /** How often, or nano-dollars. */
  readonly count: number;
  readonly tool: string;
}

export function callHash({ name, input }: Pick<ToolCall, 'name' | 'input'>): number {
  return hashText(`${name}\0${input}`);
}

/** A new prompt is a new start: a person looked at it. */
export function promptBegins(prompt: string, spent: number): BreakerState {
  return { ...freshBreaker, prompt, since: spent };
}

/** A call is about to be made: counted, and judged with what happened before. */
export function callBegins(
  state: BreakerState,
  call: ToolCall,
  spent: number,
  settings: BreakerSettings,
): { readonly state: BreakerState; readonly trip: Trip | undefined } {
  const hash = callHash(call);
  const made = counted(state.made, hash);
  const since = state.since ?? spent;
  const idle = spent - since;
  const trips = [
    trip('sameCall', settings.sameCall, made.at(-1)![1], call.name),
    trip('failing', settings.failing, countOf(state.failed, hash), call.name),
    trip('idleUsd', scaled(settings.idleUsd), idle, call.name),
  ].filter((each) => each !== undefined);
  const worst = trips.reduce<Trip | undefined>(
    (a, b) => (a === undefined || order.indexOf(b.step) > order.indexOf(a.step) ? b : a),
    undefined,
  );
  return { state: { ...state, made, since }, trip: worst };
}

const order = ['warn', 'ask', 'deny'] as const;

function trip(
  sign: Trip['sign'],
  steps: BreakerSteps,
  count: number,
  tool: string,
): Trip | undefined {
  const step = order.findLast((name) => steps[name] > 0 && count >= steps[name]);
  return step && { sign, step, count, tool };
}

/** Dollars of the settings as nano-dollars. */
function scaled({ warn, ask, deny }: BreakerSteps): BreakerSteps {
  return { warn: warn * 1e9, ask: ask * 1e9, deny: deny * 1e9 };
}

/** A call has failed. */
export function callFailed(state: BreakerState, call: ToolCall): BreakerState {
  return { ...state, failed: counted(state.failed, callHash(call)) };
}

/** A batch of calls is over: an edit, or an answer not seen lately, is progress. */
export function batchEnded(
  state: BreakerState,
  calls: readonly ToolCall[],
  spent: number,
): BreakerState {
  const failed = new Set(state.failed.map(([hash]) => hash));
  const edited = calls.some((call) => editors.has(call.name) && !failed.has(callHash(call)));
  const answers = calls.flatMap(({ response }) =>
    response === undefined || response === '' ? [] : [hashText(response.slice(0, 20_000))],
  );
  const isNew = answers.some((answer) => !state.results.includes(answer));
  const results = [...new Set([...state.results, ...answers])].slice(-mostResults);
  return {
    ...state,
    results,
    ...(edited && { made: [], failed: [] }),
    ...((edited || isNew) && { since: spent }),
  };
}

/** Counts one more; what was counted last stands last, and the oldest go. */
function counted(
  counts: BreakerState['made'],
  hash: number,
): (readonly [hash: number, count: number])[] {
  const others = counts.filter(([known]) => known !== hash);
  return [...others.slice(-(mostCalls - 1)), [hash, countOf(counts, hash) + 1] as const];
}

function countOf(counts: BreakerState['made'], hash: number): number {
  return counts.find(([known]) => known === hash)?.[1] ?? 0;
}
