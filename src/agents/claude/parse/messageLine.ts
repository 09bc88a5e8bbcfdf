import { uuidHash } from '../../../model/hash53.ts';
import type { MessageLine } from '../../../model/records.ts';
import { attributionOf, requestedModel } from './attribution.ts';
import { bounded } from './byteCache.ts';
import type { RecordHead } from './recordFields.ts';
import { type ReadUsage, text } from './usage.ts';

/** What of a message's line does not stand in its record. */
interface LineContext
  extends Pick<MessageLine, 'at' | 'progress' | 'tools' | 'promptId' | 'durationMs' | 'error'> {
  readonly path: string;
  readonly workflow: string;
}

/** The line of a message, from an `assistant` record or one inside a `progress` record. */
export function messageLine(
  record: Record<string, unknown>,
  message: Record<string, unknown>,
  read: ReadUsage,
  head: RecordHead,
  { path, workflow, at, progress, tools, promptId, durationMs, error }: LineContext,
): MessageLine {
  const requestId = bounded(text(record.requestId));
  const model = text(message.model);
  return {
    messageId: bounded(text(message.id)) || ownId(head, requestId, at, path),
    requestId,
    uuidHash: uuidHash(head.uuid),
    sessionId: head.sessionId,
    requestSessionId: bounded(text(record.requestSessionId)),
    agentId: head.agentId,
    progress,
    sidechain: head.sidechain,
    at,
    model: bounded(model),
    ...read,
    speed: bounded(read.speed),
    geo: bounded(read.geo),
    tier: bounded(read.tier),
    cacheRequested: bounded(text(record.promptCacheRequested)),
    requestedModel: bounded(requestedModel(record, model)),
    stopReason: bounded(text(message.stop_reason)),
    tools,
    promptId,
    branch: bounded(text(record.gitBranch)),
    cwd: bounded(text(record.cwd)),
    version: bounded(text(record.version)),
    entrypoint: bounded(text(record.entrypoint)),
    // The effort of this turn may differ from that of the session, which `effort` says.
    effort: bounded(text(record.perTurnEffort) || text(record.effort)),
    attribution: attributionOf(record, workflow),
    durationMs,
    error,
  };
}

/** What a line without a message id is known by: its request, its uuid and time, or its place. */
function ownId({ uuid, offset }: RecordHead, requestId: string, at: number, path: string): string {
  if (requestId !== '') return `request:${requestId}`;
  return uuid === '' ? `line:${path}@${offset}` : `uuid:${uuid}@${at}`;
}
