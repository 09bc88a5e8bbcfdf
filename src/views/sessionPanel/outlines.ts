import type { AgentLog, MessageOutline, TranscriptOutline } from '../../agents/agentLog.ts';
import { oneLine } from '../text/names.ts';

/** A transcript of the session that is on disk. */
export interface OutlinedFile {
  readonly path: string;
  /** '' for the main thread. */
  readonly agentId: string;
  readonly log: Pick<AgentLog, 'readOutline'>;
}

/** Characters of what a row can show. */
const longest = 160;

/**
 * What messages of one session are about, read from its transcripts when it is asked for, and kept as
 * long as its panel is open: nowhere on disk. A transcript is read on from where it ended before.
 */
export class SessionOutlines {
  readonly #files: () => readonly OutlinedFile[];
  readonly #known = new Map<string, TranscriptOutline>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(files: () => readonly OutlinedFile[]) {
    this.#files = files;
  }

  /** For each message, in the same order; undefined where no transcript has it. */
  about(
    messages: readonly { readonly messageId: string; readonly agentId: string }[],
  ): Promise<(MessageOutline | undefined)[]> {
    return this.#inTurn(async () => {
      const byAgent = new Map<string, readonly TranscriptOutline[]>();
      for (const { agentId } of messages) {
        if (!byAgent.has(agentId)) byAgent.set(agentId, await this.#outlinesOf(agentId));
      }
      return messages.map(({ messageId, agentId }) => {
        for (const { messages: known } of byAgent.get(agentId)!) {
          const found = known.get(messageId);
          if (found !== undefined) return plainOutline(found);
        }
        return undefined;
      });
    });
  }

  /** What subagents were told to do; those nobody knows it of are not in it. */
  tasks(agentIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#inTurn(async () => {
      const found = new Map<string, string>();
      for (const agentId of agentIds) {
        if (agentId === '') continue;
        const outlines = await this.#outlinesOf(agentId);
        const task = outlines.find((outline) => outline.task !== '')?.task;
        if (task !== undefined) found.set(agentId, oneLine(task, longest));
      }
      return found;
    });
  }

  /** One reading at a time: two would read the same. */
  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(read, read);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #outlinesOf(agentId: string): Promise<TranscriptOutline[]> {
    const outlines: TranscriptOutline[] = [];
    for (const file of this.#files()) {
      if (file.agentId !== agentId) continue;
      // A file may vanish between the look for it and the reading.
      const outline = await file.log
        .readOutline(file.path, this.#known.get(file.path))
        .catch(() => this.#known.get(file.path));
      if (outline === undefined) continue;
      this.#known.set(file.path, outline);
      outlines.push(outline);
    }
    return outlines;
  }
}

function plainOutline({ kind, name, words }: MessageOutline): MessageOutline {
  return { kind, name: oneLine(name, 40), words: oneLine(words, longest) };
}
