import type { Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import { messageOf } from '../model/errors.ts';
import type { Bookmark } from '../model/records.ts';
import { LeaseLostError } from '../store/connection/writerLease.ts';
import type { IngestItem, Writer } from '../store/writer.ts';
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

/**
 * Reads what a file has beyond a bookmark, chunk by chunk. Empty when it cannot be read; that is
 * logged.
 */
export function* newChunks(
  { path, root, mtimeMs }: FileToRead,
  bookmark: Bookmark | undefined,
  log: (text: string) => void,
): Generator<IngestItem, void, void> {
  const agent = agentLog(root);
  const agentFacts = agent.metadataBeside(root, path);
  const file = { path, root: root.path, mtimeMs };
  try {
    for (const chunk of agent.readChunks(root, path, bookmark, chunkBytes)) {
      if (chunk.restarted) log(`${path} was replaced or shortened: read again from its start`);
      yield { file, chunk, agentMetadata: agentFacts };
    }
  } catch (error) {
    if (error instanceof LeaseLostError || !isFileError(error)) throw error;
    log(`${path} cannot be read now: ${messageOf(error)}`);
  }
}

/** Stores what is new in one file, in as many transactions as it takes. */
export async function ingestFile(
  writer: Writer,
  file: FileToRead,
  log: (text: string) => void,
): Promise<void> {
  const bookmark = writer.files.find(file.path)?.bookmark;
  for (const item of newChunks(file, bookmark, log)) {
    await whileBusy(() => writer.ingest([item]));
  }
}

/** Errors of the file system: the file is gone, locked or not ours. */
function isFileError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string';
}
