import { uuidHash } from '../../../model/hash53.ts';
import type { MessageLine } from '../../../model/records.ts';
import type { AssistantRecord } from './assistantRecord.ts';
import { otherModel } from './attribution.ts';
import { bounded } from './byteCache.ts';
import type { RecordHead } from './recordFields.ts';
import type { ReadUsage } from './usage.ts';

/** What of a message's line does not stand in its record. */
interface LineContext
  extends Pick<MessageLine, 'at' | 'progress' | 'tools' | 'promptId' | 'durationMs'> {
  readonly path: string;
}

/** The line of a message, from an `assistant` record or one inside a `progress` record. */
export function messageLine(
  record: AssistantRecord,
  read: ReadUsage,
  head: RecordHead,
  { path, at, progress, tools, promptId, durationMs }: LineContext,
): MessageLine {
  const requestId = bounded(record.requestId);
  return {
    messageId: bounded(record.messageId) || ownId(head, requestId, at, path),
    requestId,
    uuidHash: uuidHash(head.uuid),
    sessionId: head.sessionId,
    requestSessionId: bounded(record.requestSessionId),
    agentId: head.agentId,
    progress,
    sidechain: head.sidechain,
    at,
    model: bounded(record.model),
    usage: read.usage,
    parts: read.parts,
    iterations: read.iterations,
    incomplete: read.incomplete,
    cacheSplit: read.cacheSplit,
    speed: bounded(read.speed),
    geo: bounded(read.geo),
    tier: bounded(read.tier),
    cacheRequested: bounded(record.cacheRequested),
    requestedModel: bounded(otherModel(record.requestedModel, record.model)),
    stopReason: bounded(record.stopReason),
    tools,
    promptId,
    branch: bounded(record.branch),
    cwd: bounded(record.cwd),
    version: bounded(record.version),
    entrypoint: bounded(record.entrypoint),
    effort: bounded(record.effort),
    attribution: record.attribution,
    durationMs,
    error: record.error,
  };
}

/** What a line without a message id is known by: its request, its uuid and time, or its place. */
function ownId({ uuid, offset }: RecordHead, requestId: string, at: number, path: string): string {
  if (requestId !== '') return `request:${requestId}`;
  return uuid === '' ? `line:${path}@${offset}` : `uuid:${uuid}@${at}`;
}
