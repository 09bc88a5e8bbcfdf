import type { IndexerOutput } from '../output.ts';

/** Reading more than this is shown as progress. */
const noticeableBytes = 4 * 1024 * 1024;

/** Progress is reported at most this often (throttle), milliseconds. */
const progressEveryMs = 100;

/** Tells how far a reading of so many bytes of transcripts has come, where it takes a while. */
export class Progress {
  readonly #output: IndexerOutput;
  readonly #total: number;
  #told = 0;

  constructor(output: IndexerOutput, total: number) {
    this.#output = output;
    this.#total = total;
  }

  tell(done: number): void {
    if (this.#total < noticeableBytes || Date.now() - this.#told < progressEveryMs) return;
    this.#told = Date.now();
    this.#output.state({ kind: 'indexing', done, total: this.#total });
  }
}
