import { endOf, metaOf, type OwnFile, type OwnFiles } from './ownTranscripts.ts';
import type { SessionState } from './sessionState.ts';

/** An agent that has written nothing for so long is not at work any more. */
const longestQuietMs = 30 * 60_000;

/** A call that was let through has become an agent by then, or never will. */
const longestStartMs = 60_000;

/** An agent that has written its last answer says no more. */
const settledMs = 3000;

/** How many agents there are. */
export interface AgentCount {
  /** At work in this session, those that are just starting included. */
  readonly live: number;
  /** Started in this session, ever. */
  readonly started: number;
  /** Calls that were let through and have no transcript yet. */
  readonly starting: SessionState['starting'];
}

/** Counts a session's agents: by their transcripts, and by what the guard has let start. */
export function countAgents(
  own: OwnFiles,
  state: Pick<SessionState, 'starting' | 'ended'>,
  now: number,
): AgentCount {
  const agents = own.files.filter(({ agentId }) => agentId !== '');
  const begun = new Set(
    state.starting.length === 0 ? [] : agents.map(({ agentId }) => metaOf(own, agentId)?.toolUseId),
  );
  const starting = state.starting.filter(
    ({ call, at }) => now - at < longestStartMs && !begun.has(call),
  );
  const ended = new Map(state.ended.map(({ agent, at }) => [agent, at]));
  const live = agents.filter((file) => isLive(file, ended.get(file.agentId), now)).length;
  return { live: live + starting.length, started: agents.length + starting.length, starting };
}

/** An agent that ended and wrote on since was taken up again. */
function isLive({ path, mtimeMs }: OwnFile, endedAt: number | undefined, now: number): boolean {
  if (now - mtimeMs > longestQuietMs) return false;
  if (endedAt !== undefined && mtimeMs <= endedAt + settledMs) return false;
  return now - mtimeMs < settledMs || !hasEnded(endOf(path, 64 * 1024));
}

/** Whether the last answer in a transcript's end calls no tool. */
export function hasEnded(text: string): boolean {
  const last = text.split('\n').findLast((line) => /"type":"(assistant|user)"/.test(line));
  return last !== undefined && /"stop_reason":"(end_turn|stop_sequence|refusal)"/.test(last);
}
