import type { PanelMessage, PanelSession, SessionStrings } from '../../src/protocol/session.ts';
import { fill } from '../shared/fill.ts';

/** Threads whose messages are drawn in one row: one, or those there is no room for. */
export interface Lane {
  readonly name: string;
  readonly agents: readonly string[];
}

/** More threads than this are drawn together in the last lane. */
const mostLanes = 6;

/** A lane for each thread that has messages: the main thread, then the subagents, most expensive first. */
export function lanesOf(
  { threads }: Pick<PanelSession, 'threads'>,
  messages: readonly PanelMessage[],
  words: Pick<SessionStrings, 'otherThreads'>,
): Lane[] {
  const spending = new Set(messages.map(({ agentId }) => agentId));
  const known = threads.filter(({ agentId }) => spending.has(agentId));
  const alone = known.length > mostLanes ? known.slice(0, mostLanes - 1) : known;
  const others = known.slice(alone.length).map(({ agentId }) => agentId);
  // A thread the page has not been told of yet has its messages shown all the same.
  for (const agentId of spending) {
    if (!threads.some((thread) => thread.agentId === agentId)) others.push(agentId);
  }
  return [
    ...alone.map(({ agentId, name }) => ({ name, agents: [agentId] })),
    ...(others.length === 0
      ? []
      : [{ name: fill(words.otherThreads, String(others.length)), agents: others }]),
  ];
}

/** What the session had come to at a moment, in nano-dollars. */
export interface Step {
  readonly x: number;
  readonly y: number;
}

/** The running total: a step for each message and each overhead, in their order. */
export function stepsOf(
  messages: readonly PanelMessage[],
  { backgrounds }: Pick<PanelSession, 'backgrounds'>,
): Step[] {
  let y = 0;
  return [...messages, ...backgrounds]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, nano }) => {
      y += nano;
      return { x: at, y };
    });
}

/** What had been spent up to a moment, that moment included. */
export function valueAt(steps: readonly Step[], x: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.x <= x) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.y ?? 0;
}
