import type { Root } from '../../agents/agentLog.ts';
import { agentLog, placed } from '../../agents/registry.ts';
import { messageOf } from '../../model/errors.ts';
import type { TranscriptChunk } from '../../model/records.ts';
import type { IngestItem, Writer } from '../../store/writer.ts';

/** Chunks and records of one transaction, and bytes of a file read into a chunk. */
const mostItems = 500;
const mostRecords = 100_000;
const chunkBytes = 16 * 1024 * 1024;

/** A transcript to be counted. */
export interface FileToCount {
  readonly path: string;
  readonly root: Root;
  readonly mtimeMs: number;
}

/** Stores what many transcripts say, in few transactions. */
export class Filler {
  readonly #writer: Writer;
  #items: IngestItem[] = [];
  #records = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Reads a transcript and notes whose it is; why it cannot be read, where it cannot. */
  read({ path, root, mtimeMs }: FileToCount, sessions = new Set<string>()): string | undefined {
    const chunks = agentLog(root).readChunks(root, path, undefined, chunkBytes);
    for (;;) {
      let next: IteratorResult<TranscriptChunk, void>;
      try {
        next = chunks.next();
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? messageOf(error);
      }
      if (next.done === true) return undefined;
      const item = placed(root, { path, mtimeMs }, next.value);
      for (const { sessionId } of item.chunk.batch.sessions) sessions.add(sessionId);
      this.#add(item);
    }
  }

  #add(item: IngestItem): void {
    this.#items.push(item);
    const { messages, sessions } = item.chunk.batch;
    this.#records += messages.length;
    for (const { uuidHashes } of sessions) this.#records += uuidHashes.length;
    if (this.#items.length >= mostItems || this.#records >= mostRecords) this.flush();
  }

  flush(): void {
    this.#writer.ingest(this.#items);
    this.#items = [];
    this.#records = 0;
  }
}
