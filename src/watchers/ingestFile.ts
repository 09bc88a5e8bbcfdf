import type { Root } from '../agents/agentLog.ts';
import { agentLog, placed } from '../agents/registry.ts';
import { messageOf } from '../model/errors.ts';
import type { Bookmark } from '../model/records.ts';
import type { IngestItem, Writer } from '../store/writer.ts';
import { isOfContent, type ReadFailures } from './readFailures.ts';
import { whileBusy } from './retryBusy.ts';

/**
 * Bytes of one file read into one transaction at most, unless a single line is longer. Only records
 * are held, not the bytes, and most bytes are tool output.
 */
const chunkBytes = 48 * 1024 * 1024;

/** A file that may have something new. */
export interface FileToRead {
  readonly path: string;
  readonly root: Root;
  readonly mtimeMs: number;
}

/** Who is told what reading meets. */
export interface ReadingEvents {
  log(text: string): void;
  /** A file cannot be read, or not to its end: `reason` is an errno code or the error's message. */
  failed(path: string, reason: string): void;
}

/**
 * Reads what a file has beyond a bookmark, chunk by chunk. It ends where the file cannot be read,
 * whatever the error: that is told, and no other file suffers.
 */
export function* newChunks(
  { path, root, mtimeMs }: FileToRead,
  bookmark: Bookmark | undefined,
  events: ReadingEvents,
): Generator<IngestItem, void, void> {
  const agent = agentLog(root);
  try {
    const agentFacts = agent.metadataBeside(root, path);
    for (const chunk of agent.readChunks(root, path, bookmark, chunkBytes)) {
      if (chunk.restarted) {
        events.log(`${path} was replaced or shortened: read again from its start`);
      }
      yield placed(root, { path, mtimeMs }, chunk, agentFacts);
    }
  } catch (error) {
    // A file that has gone since it was listed is no failure: the next listing does not have it.
    const reason = reasonOf(error);
    if (reason !== 'ENOENT') events.failed(path, reason);
  }
}

/** An errno code, or the message of what has none. */
export function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : messageOf(error);
}

/** Stores what is new in one file, in as many transactions as it takes. */
export async function ingestFile(
  writer: Writer,
  file: FileToRead,
  failures: ReadFailures,
  events: ReadingEvents,
): Promise<void> {
  const bookmark = writer.files.find(file.path)?.bookmark;
  for (const item of newChunks(file, bookmark, events)) {
    await storeItems(writer, [item], failures);
  }
}

/**
 * Stores items in one transaction; those whose content SQLite refuses are left out and count as failed.
 * Returns the paths of stale items (see `Writer.ingest`).
 */
export async function storeItems(
  writer: Writer,
  items: readonly IngestItem[],
  failures: ReadFailures,
): Promise<string[]> {
  try {
    const stale = await whileBusy(() => writer.ingest(items), failures.over);
    for (const { file, chunk } of items) {
      if (chunk.done && !stale.includes(file.path)) failures.read(file.path);
    }
    return stale;
  } catch (error) {
    if (!isOfContent(error)) throw error;
    if (items.length === 1) {
      failures.failed(items[0]!.file.path, messageOf(error));
      return [];
    }
  }
  const stale: string[] = [];
  for (const item of items) {
    for (const path of await storeItems(writer, [item], failures)) stale.push(path);
  }
  return stale;
}
