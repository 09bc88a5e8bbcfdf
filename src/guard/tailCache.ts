import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashText } from '../model/hash53.ts';
import { largestOf } from '../model/lists.ts';
import { isObject } from '../model/objects.ts';
import type { Bookmark, MessageLine } from '../model/records.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import type { PendingSpend } from '../store/query/pendingMessages.ts';
import { stateFolder, stateName } from './sessionState.ts';

/**
 * What was worked out of transcripts that nobody indexes, so that the next hook reads on from there: a
 * cache, valid for one state of the store and of the prices. Nothing but sums, ids and counts.
 */
export interface TailCache {
  /** State of the store and of the prices it was worked out with. */
  readonly key: string;
  /** How far each file was read. */
  readonly bookmarks: Readonly<Record<string, Bookmark>>;
  /** Messages that are settled: hashes of their ids, and what they come to. */
  readonly ids: readonly number[];
  readonly spends: readonly PendingSpend[];
  /** Lines of messages more may follow of. */
  readonly open: readonly MessageLine[];
  readonly cwd: string;
  readonly branch: string;
}

/** A shorter tail is read sooner than a cache. */
export const worthCaching = 256 * 1024;

/** A larger one takes longer to read than it saves. */
const largestCache = 16 * 1024 * 1024;

/** So many of the last messages of all files may still grow. */
const openMessages = 24;

function cacheFile(dataFolder: string, sid: string): string {
  return join(stateFolder(dataFolder), stateName(sid).replace(/\.json$/, '.tail.json'));
}

/** Whether there is a cache of a session at all. */
export function hasTailCache(dataFolder: string, sid: string): boolean {
  return statSync(cacheFile(dataFolder, sid), { throwIfNoEntry: false }) !== undefined;
}

/** The cache of a session for this state of the store; undefined where there is none. */
export function readTailCache(dataFolder: string, sid: string, key: string): TailCache | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(cacheFile(dataFolder, sid), 'utf8'));
    return isObject(value) && value.key === key ? (value as unknown as TailCache) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a cache that is of no use any more. */
export function dropTailCache(dataFolder: string, sid: string): void {
  rmSync(cacheFile(dataFolder, sid), { force: true });
}

/** Keeps what was worked out; nothing where that fails: it is only a cache. */
export function writeTailCache(dataFolder: string, sid: string, cache: TailCache): void {
  const text = JSON.stringify(cache);
  if (text.length > largestCache) return;
  try {
    writeFileAtomically(cacheFile(dataFolder, sid), text, 0o600);
  } catch {
    // The next hook reads all of it again.
  }
}

/** Whether lines say more of a message that counts as settled: then all has to be worked out anew. */
export function touches(cache: Pick<TailCache, 'ids'>, lines: readonly MessageLine[]): boolean {
  if (lines.length === 0) return false;
  const settled = new Set(cache.ids);
  return lines.some(({ messageId }) => settled.has(hashText(messageId)));
}

/** Parts lines into those of settled messages and those of which more may follow: the last, and unfinished ones. */
export function settle(lines: readonly MessageLine[]): {
  readonly settled: MessageLine[];
  readonly open: MessageLine[];
} {
  const byId = Map.groupBy(lines, ({ messageId }) => messageId);
  const latest = [...byId]
    .map(([id, own]) => ({ id, at: largestOf(own.map(({ at }) => at)) }))
    .sort((a, b) => b.at - a.at)
    .slice(0, openMessages);
  const open = new Set(latest.map(({ id }) => id));
  for (const [id, own] of byId) if (own.every(({ stopReason }) => stopReason === '')) open.add(id);
  return {
    settled: lines.filter(({ messageId }) => !open.has(messageId)),
    open: lines.filter(({ messageId }) => open.has(messageId)),
  };
}

/** Hashes of the ids of messages, each once. */
export function idsOf(lines: readonly MessageLine[]): number[] {
  return [...new Set(lines.map(({ messageId }) => messageId))].map(hashText);
}
