import type { FromIndexer } from '../watchers/protocol.ts';

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
    if (!this.#wanted || message.type !== 'state') return;
    if (Date.now() - this.#started < patienceMs) return;
    const { state } = message;
    if (state.kind === 'following') this.#show(`waiting for process ${state.pid}`);
    if (state.kind !== 'indexing') return;
    this.#show(`${Math.floor((100 * state.done) / Math.max(1, state.total))} %`);
  }

  #show(text: string): void {
    this.#shown = true;
    this.#stream.write(`\r\u001b[KReading transcripts: ${text}`);
  }

  end(): void {
    if (this.#shown) this.#stream.write('\r\u001b[K');
  }
}
