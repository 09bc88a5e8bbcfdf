import { bounded } from './byteCache.ts';
import type { ParserState } from './parserState.ts';
import { isJsonObject, text } from './usage.ts';

/** A call of a tool in an assistant's message. */
export interface ToolCall {
  /** '' when the record has none. */
  readonly id: string;
  readonly name: string;
  /** Type of the subagent the call starts, as asked for; '' for all other tools. */
  readonly spawns: string;
}

/** Calls read of one message; real ones have a few. */
export const mostCalls = 1000;

/** The tool calls among a message's content blocks. */
export function toolCallsIn(content: unknown): ToolCall[] {
  if (!Array.isArray(content)) return [];
  const calls: ToolCall[] = [];
  for (const block of content) {
    if (!isJsonObject(block) || block.type !== 'tool_use') continue;
    const asked = isJsonObject(block.input) ? text(block.input.subagent_type) : '';
    const call = toolCall(text(block.id), text(block.name), asked);
    if (call === undefined) continue;
    if (calls.length >= mostCalls) break;
    calls.push(call);
  }
  return calls;
}

/** A call by what its block says; `asked`: the type of subagent in its input. Undefined without a name. */
export function toolCall(id: string, name: string, asked: string): ToolCall | undefined {
  if (name === '') return undefined;
  // The tool was called Task before it was called Agent.
  const starts = name === 'Agent' || name === 'Task';
  return { id: bounded(id), name: bounded(name), spawns: starts ? bounded(asked) : '' };
}

/** Enough to name the tool of any result that is still outstanding. */
const remembered = 64;

/** Names of the latest tool calls by id, so that a failed result can name its tool. */
export class ToolMemory {
  readonly #names: Map<string, string>;

  constructor(list: ParserState['tools']) {
    this.#names = new Map(list);
  }

  add(calls: readonly ToolCall[]): void {
    for (const { id, name } of calls) {
      if (id === '') continue;
      // Set again, so that the oldest stands first.
      this.#names.delete(id);
      this.#names.set(id, name);
      if (this.#names.size > remembered) this.#names.delete(this.#names.keys().next().value!);
    }
  }

  /** '' when the call is too long ago, or was never seen. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? '';
  }

  list(): ParserState['tools'] {
    return [...this.#names];
  }
}
