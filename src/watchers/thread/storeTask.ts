import { type ErrorReason, type ErrorText, HumanError } from '../../model/errors.ts';
import { endWorker, startWorker } from '../../platform/workers.ts';
import type { CopiedStore } from '../../store/upkeep/copyStore.ts';
import type { ResetLoss } from '../../store/upkeep/reset.ts';
import { workerFile } from '../workerFile.ts';

/** Work on a whole store: as long as its disk takes, so on a thread of its own. */
export type StoreTask =
  | {
      readonly kind: 'copy';
      readonly from: string;
      readonly to: string;
      /** A file of that name gives way. */
      readonly replace: boolean;
    }
  /** Brings a store an older Outlay wrote last up to date. */
  | { readonly kind: 'migrate'; readonly file: string }
  /** Says what a reset would take away; `roots` are the configuration directories read now. */
  | { readonly kind: 'loss'; readonly file: string; readonly roots: readonly string[] }
  | { readonly kind: 'reset'; readonly file: string; readonly role: 'editor' | 'terminal' }
  /** Checks every page. */
  | { readonly kind: 'check'; readonly file: string };

/** What each kind of work answers with. */
export interface StoreTaskResults {
  readonly copy: CopiedStore;
  readonly migrate: undefined;
  /** Undefined while there is no store. */
  readonly loss: ResetLoss | undefined;
  readonly reset: undefined;
  /** The damage, if any. */
  readonly check: string | undefined;
}

export type FromStoreTask =
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'repaired'; readonly text: string }
  | {
      readonly type: 'failed';
      readonly reason: ErrorReason | undefined;
      readonly text: string;
      readonly what: ErrorText | undefined;
    };

/** Longer than any disk takes: a thread that is silent for so long hangs in a call of the system. */
const patienceMs = 600_000;

interface TaskOptions {
  /** Gets the sentence about a store that was repaired meanwhile. */
  readonly told?: (text: string) => void;
  /** Ends the thread when nobody waits for it any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a thread is given up. */
  readonly patience?: number;
  /** The thread's entry: another one for tests. */
  readonly file?: string;
}

/** Does the work on another thread, so that this one stays free. */
export async function runStoreTask<K extends StoreTask['kind']>(
  task: Extract<StoreTask, { kind: K }>,
  { told = () => {}, signal, patience = patienceMs, file = workerFile() }: TaskOptions = {},
): Promise<StoreTaskResults[K]> {
  signal?.throwIfAborted();
  const worker = startWorker(file, {
    name: 'outlay-store-task',
    workerData: { role: 'storeTask', task },
  });
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(silent(fileOf(task), patience)), patience);
  try {
    return await new Promise<StoreTaskResults[K]>((resolve, reject) => {
      worker.on('message', (message: FromStoreTask) => {
        if (message.type === 'repaired') told(message.text);
        else if (message.type === 'done') resolve(message.result as StoreTaskResults[K]);
        else reject(failureOf(message));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The thread ended before its work was done.')));
      const ends = signal === undefined ? given.signal : AbortSignal.any([given.signal, signal]);
      ends.addEventListener('abort', () => reject(ends.reason));
    });
  } finally {
    clearTimeout(timer);
    await endWorker(worker);
  }
}

function failureOf({ reason, text, what }: Extract<FromStoreTask, { type: 'failed' }>): Error {
  return reason === undefined ? new Error(text) : new HumanError(reason, text, { what });
}

function silent(file: string, patience: number): HumanError {
  const seconds = String(Math.round(patience / 1000));
  return new HumanError(
    'store',
    `The store ${file} gave no answer for ${seconds} s. Check its disk, or move it to a local one.`,
    { what: { id: 'storeSilent', values: [file, seconds] } },
  );
}

export function fileOf(task: StoreTask): string {
  return task.kind === 'copy' ? task.from : task.file;
}
