import { closeSync, type Dirent, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Root } from '../agents/agentLog.ts';
import { agentLog, knownRoot } from '../agents/registry.ts';
import { isObject } from '../model/objects.ts';
import type { AgentMetadata, Bookmark, MessageLine } from '../model/records.ts';
import { openRegular } from '../platform/regularFile.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { Files } from '../store/ingest/fileTable.ts';

/** A transcript of the session: its own, or one of a subagent's. */
export interface OwnFile {
  readonly path: string;
  /** '' for the main thread's. */
  readonly agentId: string;
  readonly size: number;
  /** UTC milliseconds. */
  readonly mtimeMs: number;
}

/** The transcripts of one session, as they are on disk now. */
export interface OwnFiles {
  /** The configuration directory they stand in; undefined where there can be none. */
  readonly root: Root | undefined;
  readonly files: readonly OwnFile[];
}

/** Files of subagents looked at; a session with more has other worries. */
const mostFiles = 5_000;

/** Finds a session's own transcripts. The main one may not be there yet: that is no error. */
export function findOwnFiles(transcript: string): OwnFiles {
  const root = rootOf(transcript);
  if (root === undefined) return { root: undefined, files: [] };
  const main = realPath(transcript);
  const folder = join(main.slice(0, -'.jsonl'.length), 'subagents');
  const files = [main, ...agentFiles(folder)].flatMap((path): OwnFile[] => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return [];
    const agentId = path === main ? '' : agentLog(root).locationOf(root, path).agentId;
    return [{ path, agentId, size: stats.size, mtimeMs: stats.mtimeMs }];
  });
  return { root, files };
}

/** The configuration directory a session's main transcript stands in, or will stand in. */
export function rootOf(transcript: string): Root | undefined {
  if (!isAbsolute(transcript) || !transcript.endsWith('.jsonl')) return undefined;
  return knownRoot(dirname(dirname(dirname(realPath(transcript)))));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function agentFiles(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && /^agent-.+\.jsonl$/.test(entry.name))
    .slice(0, mostFiles)
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Read at once: a tail is short. */
const chunkBytes = 16 * 1024 * 1024;

/** What the files hold that the store has not read yet. */
export interface Tail {
  readonly lines: readonly MessageLine[];
  /** Directory the session started in, and the branch it was on last; '' where the tail does not say. */
  readonly cwd: string;
  readonly branch: string;
  /** How far each file was read, and how many bytes that were. */
  readonly bookmarks: Readonly<Record<string, Bookmark>>;
  readonly bytes: number;
}

/**
 * Reads on from where the store has read to, or from bookmarks beyond that; with the real parser, so
 * that lines are the same.
 */
export function readTail(
  { root, files }: OwnFiles,
  db: SqlDatabase | undefined,
  beyond: Readonly<Record<string, Bookmark>> = {},
): Tail {
  const known = db && new Files(db);
  const bookmarks: Record<string, Bookmark> = {};
  let bytes = 0;
  const lines: MessageLine[] = [];
  const cwd = { at: Number.POSITIVE_INFINITY, text: '' };
  const branch = { at: -1, text: '' };
  for (const { path, size } of root === undefined ? [] : files) {
    const bookmark = beyond[path] ?? known?.find(path)?.bookmark;
    if (bookmark !== undefined) bookmarks[path] = bookmark;
    if (bookmark !== undefined && bookmark.offset === size) continue;
    for (const { batch, start, bookmark: next } of agentLog(root!).readChunks(
      root!,
      path,
      bookmark,
      chunkBytes,
    )) {
      bookmarks[path] = next;
      bytes += next.offset - start;
      for (const line of batch.messages) lines.push(line);
      for (const records of batch.sessions) {
        if (records.cwd !== '' && records.cwdAt < cwd.at) {
          cwd.at = records.cwdAt;
          cwd.text = records.cwd;
        }
        if (records.branch !== '' && records.branchAt > branch.at) {
          branch.at = records.branchAt;
          branch.text = records.branch;
        }
      }
    }
  }
  return { lines, cwd: cwd.text, branch: branch.text, bookmarks, bytes };
}

/** A request that was sent and whose answer is in no transcript yet. */
export interface Outstanding {
  readonly agentId: string;
  readonly model: string;
  /** UTC milliseconds. */
  readonly at: number;
}

/** So much of a file's end is looked through: behind a request without an answer stands little. */
const lookedThrough = 192 * 1024;

/** A request without an answer for longer than this has failed. */
export const longestReplyMs = 10 * 60_000;

/** The requests in flight: what a transcript says was sent and has no answer for. */
export function outstanding({ files }: OwnFiles, now: number): Outstanding[] {
  return files
    .filter(({ mtimeMs }) => now - mtimeMs < longestReplyMs)
    .flatMap(({ path, agentId }) => outstandingIn(endOf(path), agentId, now));
}

/** The same in the text of a transcript's end. */
export function outstandingIn(text: string, agentId: string, now: number): Outstanding[] {
  const requests = new Map<string, Outstanding>();
  for (const line of text.split('\n')) {
    if (line.startsWith('{"type":"api-request",')) {
      const request = requestOf(line, agentId);
      if (request !== undefined) requests.set(request.id, request);
    } else if (requests.size > 0) {
      for (const [, id] of line.matchAll(/"requestRef":"([\w-]{1,100})"/g)) requests.delete(id!);
    }
  }
  // Of one thread only the last is on its way: those before it have failed or were made again.
  const last = [...requests.values()].at(-1);
  return last !== undefined && now - last.at < longestReplyMs ? [last] : [];
}

function requestOf(line: string, own: string): (Outstanding & { id: string }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const { params, timestamp, agentId } = value;
  const model = isObject(params) && typeof params.model === 'string' ? params.model : '';
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (!Number.isFinite(at)) return undefined;
  return { id: value.id, agentId: typeof agentId === 'string' ? agentId : own, model, at };
}

/** The last bytes of a file, from the beginning of a line on; '' where it cannot be read. */
export function endOf(path: string, most = lookedThrough): string {
  try {
    const { fd, stats } = openRegular(path);
    try {
      const length = Math.min(stats.size, most);
      const bytes = Buffer.allocUnsafe(length);
      const got = readSync(fd, bytes, 0, length, stats.size - length);
      const from = length < stats.size ? bytes.indexOf(0x0a) + 1 : 0;
      return bytes.toString('utf8', from, got);
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/** What stands beside a subagent's transcript; undefined where nothing does. */
export function metaOf({ root, files }: OwnFiles, agentId: string): AgentMetadata | undefined {
  const file = files.find((each) => each.agentId === agentId);
  if (agentId === '' || file === undefined || root === undefined) return undefined;
  return agentLog(root).metadataBeside(root, file.path)[0];
}
