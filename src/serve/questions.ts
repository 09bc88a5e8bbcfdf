import type { AnalysisThread } from '../analysisThread/client.ts';
import type { ServedChange } from '../analysisThread/servedChange.ts';
import type { ServedQuestion, ServedResult } from '../analysisThread/servedTask.ts';
import type { TaskOrigin } from '../analysisThread/taskContext.ts';

/** More questions at once are not waited for. */
const mostWaiting = 32;
/** Answers kept: so many, and so many characters of them. */
const mostKept = 200;
const mostCharacters = 32_000_000;

/** The server has more to do than it can. */
export class BusyError extends Error {}

/** An answer, and how old it is. */
export interface ServedAnswer {
  readonly result: ServedResult;
  /** Milliseconds since it began to be made. */
  readonly age: number;
}

interface Kept {
  readonly result: ServedResult;
  /** On the clock that never stands still: when it was begun, and when it was there. */
  readonly madeAt: number;
  readonly doneAt: number;
}

/**
 * Asks on the analysing thread. The same question at once is asked once, and an answer is given again as
 * long as it is young: nobody waits for a long history again and again, however many ask and whatever is
 * written meanwhile.
 */
export class Questions {
  readonly #thread: Pick<AnalysisThread, 'ask'>;
  readonly #origin: () => TaskOrigin;
  readonly #interval: number;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<Kept>>();
  /** Answers whose successors are being made while they are still young enough. */
  readonly #renewed = new Set<string>();
  readonly #clock: () => number;
  #waiting = 0;
  /** Raised by every change: what was asked before it is no answer any more. */
  #generation = 0;

  /** No answer is older than `interval` milliseconds when it is given, but for the time it took to make. */
  constructor(
    thread: Pick<AnalysisThread, 'ask'>,
    origin: () => TaskOrigin,
    interval: number,
    clock = () => performance.now(),
  ) {
    this.#clock = clock;
    this.#thread = thread;
    this.#origin = origin;
    this.#interval = interval;
  }

  /** `fresh`: nothing that is there already will do. */
  async ask(question: ServedQuestion, { fresh = false } = {}): Promise<ServedAnswer> {
    const key = JSON.stringify(question);
    const kept = this.#kept.get(key);
    const age = kept === undefined ? Number.POSITIVE_INFINITY : this.#clock() - kept.doneAt;
    const isBeingRenewed = this.#renewed.has(key);
    if (fresh || kept === undefined || (age >= this.#interval && !isBeingRenewed)) {
      const { result, madeAt } = await this.#make(key, question, fresh);
      return { result, age: this.#clock() - madeAt };
    }
    if (age >= this.#interval / 2 && !isBeingRenewed) this.#renew(key, question);
    return { result: kept.result, age: this.#clock() - kept.madeAt };
  }

  /** Begun before the answer is too old, which is given until the next one is there. */
  #renew(key: string, question: ServedQuestion): void {
    this.#renewed.add(key);
    const done = (): void => {
      this.#renewed.delete(key);
    };
    // Who asks next and waits is told of a failure.
    this.#make(key, question, false).then(done, done);
  }

  /** Changes limits or settings; what is asked from then on knows it. */
  async change(change: ServedChange): Promise<void> {
    const { storeFile, dataFolder, now } = this.#origin();
    try {
      const task = { ...change, storeFile, dataFolder, now };
      await this.#thread.ask({ type: 'change', task });
    } finally {
      this.#generation += 1;
      this.#kept.clear();
      this.#asked.clear();
    }
  }

  #make(key: string, question: ServedQuestion, fresh: boolean): Promise<Kept> {
    const asked = fresh ? undefined : this.#asked.get(key);
    if (asked !== undefined) return asked;
    if (this.#waiting >= mostWaiting) return Promise.reject(new BusyError());
    this.#waiting += 1;
    const made = this.#askThread(key, question).finally(() => {
      this.#waiting -= 1;
      if (this.#asked.get(key) === made) this.#asked.delete(key);
    });
    this.#asked.set(key, made);
    return made;
  }

  async #askThread(key: string, question: ServedQuestion): Promise<Kept> {
    const generation = this.#generation;
    const madeAt = this.#clock();
    const task = { ...this.#origin(), ...question };
    const { result } = await this.#thread.ask({ type: 'served', task });
    const made = { result, madeAt, doneAt: this.#clock() };
    if (generation === this.#generation) this.#keep(key, made);
    return made;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    let characters = 0;
    // The newest stand last.
    for (const [index, [each, { result }]] of [...this.#kept].reverse().entries()) {
      characters += result.what === 'text' ? result.text.length : 1000;
      if (index >= mostKept || characters > mostCharacters) this.#kept.delete(each);
    }
  }
}
