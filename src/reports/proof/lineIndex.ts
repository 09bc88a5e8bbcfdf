import { agentLog } from '../../agents/registry.ts';
import { totalTokens } from '../../model/tokens.ts';
import type { MessageCost } from '../../store/query/messageCosts.ts';
import type { CheckedFile } from './recount.ts';

/** A line of a transcript. */
export interface LinePlace {
  readonly path: string;
  /** First line is 1. */
  readonly line: number;
}

/** Finds the lines messages were counted from; each transcript is read once, when it is first needed. */
export class LineIndex {
  readonly #files: readonly CheckedFile[];
  readonly #read = new Set<string>();
  readonly #places = new Map<string, LinePlace & { readonly tokens: number }>();

  constructor(files: readonly CheckedFile[]) {
    this.#files = files;
  }

  /** The record with the most tokens of a message id, in the transcripts of its session. */
  find(sid: string, message: MessageCost): LinePlace | undefined {
    for (const file of this.#files) if (file.sessions.includes(sid)) this.#add(file);
    return (
      this.#places.get(key(message.messageId, message.requestId)) ??
      this.#places.get(key(message.messageId, ''))
    );
  }

  #add({ path, root, state }: CheckedFile): void {
    if (this.#read.has(path) || state === 'gone' || state === 'unreadable') return;
    this.#read.add(path);
    try {
      for (const { line, message } of agentLog(root).messageLines(root, path)) {
        const name = key(message.messageId, message.requestId);
        const tokens = totalTokens(message.usage);
        const known = this.#places.get(name);
        if (known === undefined || tokens > known.tokens) {
          this.#places.set(name, { path, line, tokens });
        }
      }
    } catch {
      // It could be read a moment ago; where it stood is then not said.
    }
  }
}

function key(messageId: string, requestId: string): string {
  return `${messageId}\0${requestId}`;
}
