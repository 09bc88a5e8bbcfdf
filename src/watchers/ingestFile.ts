import { readAgentMeta } from '../agents/claude/agentMeta.ts';
import { placeOf } from '../agents/claude/discover.ts';
import { readStretches } from '../agents/claude/read/readChunks.ts';
import type { Root } from '../agents/claude/roots.ts';
import { messageOf } from '../model/errors.ts';
import type { AgentMetadata, Bookmark, TranscriptChunk } from '../model/records.ts';
import { LeaseLostError } from '../store/connection/writerLease.ts';
import type { IngestItem, Writer } from '../store/writer.ts';
import { whileBusy } from './retryBusy.ts';

/**
 * Bytes of one file read into one transaction at most, unless a single line is longer. Only records
 * are held, not the bytes, and most bytes are tool output.
 */
const stretchBytes = 48 * 1024 * 1024;

/** A file to be looked at. */
export interface Look {
  readonly path: string;
  readonly root: Root;
  readonly mtimeMs: number;
}

/**
 * Reads what a file has beyond a bookmark, stretch by stretch. Empty when it cannot be read; that is
 * logged.
 */
export function* newStretches(
  look: Look,
  bookmark: Bookmark | undefined,
  log: (text: string) => void,
): Generator<IngestItem, void, void> {
  const { path, root } = look;
  const place = placeOf(root.projects, path);
  const facts = place.agentId === '' ? [] : agentFacts(path, root);
  const file = { path, root: root.path, mtimeMs: look.mtimeMs };
  let stretches: Generator<TranscriptChunk, void, void>;
  try {
    stretches = readStretches(path, place, bookmark, stretchBytes);
    for (const stretch of stretches) {
      if (stretch.restarted) log(`${path} was replaced or shortened: read again from its start`);
      yield { file, chunk: stretch, agentMetadata: facts };
    }
  } catch (error) {
    if (error instanceof LeaseLostError || !isFileError(error)) throw error;
    log(`${path} cannot be read now: ${messageOf(error)}`);
  }
}

/** Looks at one file and stores what is new, in as many transactions as it takes. */
export async function ingestFile(
  writer: Writer,
  look: Look,
  log: (text: string) => void,
): Promise<void> {
  const bookmark = writer.files.find(look.path)?.bookmark;
  for (const item of newStretches(look, bookmark, log)) {
    await whileBusy(() => writer.ingest([item]));
  }
}

/** Facts of the meta file beside a subagent's transcript. */
function agentFacts(transcript: string, root: Root): AgentMetadata[] {
  const meta = transcript.replace(/\.jsonl$/, '.meta.json');
  const fact = readAgentMeta(meta, placeOf(root.projects, meta));
  return fact === undefined ? [] : [fact];
}

/** Errors of the file system: the file is gone, locked or not ours. */
function isFileError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string';
}
