import {
  attributionOf,
  countSources,
  emptyMessage,
  type MessageLine,
  unnamedModel,
} from '../../model/records.ts';
import type { Usage } from '../../model/tokens.ts';
import type { RolloutState, ThreadPlace } from './rolloutState.ts';

/** A request as read from a rollout. */
export interface CodexRequest {
  readonly id: string;
  readonly place: ThreadPlace;
  /** It stands in another thread's rollout. */
  readonly copied: boolean;
  readonly at: number;
  readonly model: string;
  readonly usage: Usage;
  /** Tokens of the output. */
  readonly reasoning: number;
  readonly incomplete: boolean;
  /** Where its counts are from: its own, or how far the running counter moved, in one request or in nobody knows how many. */
  readonly countedBy: 'request' | 'counter' | 'counter of several';
  readonly tier: string;
  readonly effort: string;
  readonly turn: string;
  readonly tools: readonly string[];
  readonly state: Pick<RolloutState, 'cwd' | 'branch' | 'version' | 'originator' | 'provider'>;
}

/** A request as the record of a message. */
export function codexMessage(request: CodexRequest): MessageLine {
  const { id, place, copied, at, usage, state } = request;
  return {
    ...emptyMessage,
    messageId: id,
    // One request, whatever two files say of it.
    requestId: id,
    sessionId: place.session,
    agentId: place.agent,
    progress: copied,
    sidechain: place.agent !== '',
    at,
    model: request.model || unnamedModel,
    usage,
    tier: tierOf(request.tier),
    incomplete: request.incomplete,
    stopReason: 'end',
    tools: request.tools,
    promptId: request.turn,
    branch: state.branch,
    cwd: state.cwd,
    version: state.version,
    entrypoint: state.originator,
    effort: request.effort,
    attribution: attributionOf(state.provider),
    ...(request.countedBy !== 'request' && { countedFrom: countSources.counter }),
    ...(request.countedBy === 'counter of several' && { requests: 0 }),
    ...(request.reasoning > 0 && { reasoning: request.reasoning }),
  };
}

/** The tier that was asked for: the one that answered stands in no rollout. */
function tierOf(written: string): string {
  if (written === 'fast') return 'priority';
  return written === 'default' ? '' : written;
}
