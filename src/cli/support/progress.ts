import type { FromIndexer } from '../../watchers/messages.ts';
import { complain } from './say.ts';

/** How long work may take before somebody who waits is told. */
const patienceMs = 300;

/** One line on a terminal's error stream that says how far reading has come, and then vanishes. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #wanted: boolean;
  readonly #started = Date.now();
  #shown = false;

  constructor(stream: NodeJS.WriteStream, wanted: boolean) {
    this.#stream = stream;
    this.#wanted = wanted && stream.isTTY === true;
  }

  on(message: FromIndexer): void {
    // What was lost or refused is said, whoever reads the stream.
    if (message.type === 'log' && message.level === 'error') this.#say(message.text);
    if (!this.#wanted || message.type !== 'state') return;
    if (Date.now() - this.#started < patienceMs) return;
    const { state } = message;
    if (state.kind === 'following') this.#show(`waiting for process ${state.pid}`);
    if (state.kind !== 'indexing') return;
    this.#show(`${Math.floor((100 * state.done) / Math.max(1, state.total))} %`);
  }

  #say(text: string): void {
    this.end();
    this.#shown = false;
    complain(text.split('\n')[0]!);
  }

  #show(text: string): void {
    this.#shown = true;
    this.#stream.write(`\r\u001b[KReading transcripts: ${text}`);
  }

  end(): void {
    if (this.#shown) this.#stream.write('\r\u001b[K');
  }
}
