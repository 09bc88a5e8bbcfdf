import { isObject } from '../model/objects.ts';
import type { ClientResult } from './outcome.ts';

/** The result is the last of what is said; of more than this nothing is kept. */
const mostKept = 32 * 1024 * 1024;

/** Finds Claude Code's result in what it prints, line by line, while it is passed on as it is. */
export class ResultReader {
  #kept: Buffer[] = [];
  #length = 0;
  #result: ClientResult | undefined;

  /** The last result so far: of several prompts each has one. */
  get result(): ClientResult | undefined {
    if (this.#length > 0) this.#line();
    return this.#result;
  }

  add(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, at));
      this.#line();
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length <= mostKept) this.#kept.push(bytes);
  }

  #line(): void {
    const text = this.#length <= mostKept ? Buffer.concat(this.#kept).toString('utf8') : '';
    this.#kept = [];
    this.#length = 0;
    if (text.includes('"result"')) this.#result = resultIn(text) ?? this.#result;
  }
}

function resultIn(text: string): ClientResult | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // `--verbose` makes a list of it.
    const found = Array.isArray(value)
      ? value.findLast((each) => isObject(each) && each.type === 'result')
      : value;
    if (!isObject(found) || found.type !== 'result') return undefined;
    const { terminal_reason, is_error, total_cost_usd, session_id } = found;
    return {
      terminalReason: typeof terminal_reason === 'string' ? terminal_reason : '',
      isError: is_error === true,
      totalUsd:
        typeof total_cost_usd === 'number' && total_cost_usd >= 0 ? total_cost_usd : undefined,
      sessionId: typeof session_id === 'string' ? session_id : undefined,
    };
  } catch {
    return undefined;
  }
}
