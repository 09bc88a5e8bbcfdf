import type { AgentMetadata } from '../../model/records.ts';
import { readRegular } from '../../platform/regularFile.ts';
import { bounded } from './parse/byteCache.ts';
import type { TranscriptLocation } from './parse/parser.ts';
import { isJsonObject, text } from './parse/usage.ts';

/** Largest meta file read; real ones are a few hundred bytes. */
const largestMeta = 1_000_000;

/**
 * Reads an `agent-….meta.json`. Undefined while it is torn, absent or no JSON object: the type is
 * then simply not known yet. A file that names no subagent says nothing either.
 */
export function readAgentMeta(path: string, place: TranscriptLocation): AgentMetadata | undefined {
  if (place.agentId === '') return undefined;
  let meta: unknown;
  try {
    meta = JSON.parse(readRegular(path, largestMeta).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(meta)) return undefined;
  const depth = meta.spawnDepth;
  return {
    sessionId: text(meta.sessionId) || place.sessionId,
    agentId: place.agentId,
    type: bounded(text(meta.agentType)),
    toolUseId: bounded(text(meta.toolUseId)),
    parentAgentId: bounded(text(meta.parentAgentId)),
    worktree: bounded(text(meta.worktreePath)),
    model: bounded(text(meta.model)),
    depth: typeof depth === 'number' && Number.isSafeInteger(depth) ? depth : null,
  };
}
