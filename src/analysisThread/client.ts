import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { HumanError } from '../model/errors.ts';
import { endWorker, startWorker } from '../platform/workers.ts';
import type { Answered, Asked } from './worker.ts';

/** A question without its number. */
type Question = Asked extends infer A ? (A extends Asked ? Omit<A, 'id'> : never) : never;

/** The answer to a kind of question: it is of the same kind. */
type AnswerTo<Type extends Question['type']> = Extract<Answered, { readonly type: Type }>;

interface Waiting {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

/** Idle time-out after which the thread ends, milliseconds. */
const idleMs = 60_000;

/**
 * The thread reports and panels are made on. It starts with the first question and stays for a while:
 * starting takes longer than most answers.
 */
export class AnalysisThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #closed = false;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting>();
  #idle: NodeJS.Timeout | undefined;

  /** `file` is the thread's entry, for tests. */
  constructor(file = join(import.meta.dirname, 'report.cjs')) {
    this.#file = file;
  }

  /** Asks and waits. Throws a `HumanError` where what was asked cannot be answered. */
  async ask<Asking extends Question>(question: Asking): Promise<AnswerTo<Asking['type']>> {
    if (this.#closed) throw storeClosed();
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    this.#asked += 1;
    const id = this.#asked;
    try {
      const answered = await new Promise<Answered>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        worker.postMessage({ ...question, id });
      });
      if (answered.type === 'failed') {
        if (answered.reason === undefined) throw new Error(answered.text);
        throw new HumanError(answered.reason, answered.text, { what: answered.what });
      }
      if (answered.type !== question.type) {
        throw new Error('Another answer came than was asked for.');
      }
      return answered as AnswerTo<Asking['type']>;
    } finally {
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest();
    }
  }

  /** Starts the thread ahead of a question that is about to come. */
  warm(): void {
    if (this.#worker !== undefined || this.#closed) return;
    this.#start();
    this.#rest();
  }

  #start(): Worker {
    const worker = startWorker(this.#file, {
      name: 'outlay-analysis',
      // What an answer is made of is garbage when it is given: a thread that is asked all the time keeps
      // 130 MB of it without a limit.
      resourceLimits: { maxYoungGenerationSizeMb: 32 },
    });
    const end = (error: Error): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    worker.on('message', (answered: Answered) => this.#waiting.get(answered.id)?.resolve(answered));
    worker.once('error', end);
    worker.once('exit', () => {
      if (this.#worker === worker) end(new Error('The thread ended before it had answered.'));
    });
    this.#worker = worker;
    return worker;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.stop(), idleMs);
    this.#idle.unref();
  }

  /** Ends the thread, and refuses questions until `open`: nothing may hold the store's file meanwhile. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.stop();
  }

  open(): void {
    this.#closed = false;
  }

  /** Ends the thread; the next question starts another. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(storeClosed());
    this.#waiting.clear();
    if (worker !== undefined) await endWorker(worker);
  }
}

function storeClosed(): HumanError {
  return new HumanError('store', 'The store is closed just now. Ask again in a moment.', {
    what: { id: 'storeClosed', values: [] },
  });
}
