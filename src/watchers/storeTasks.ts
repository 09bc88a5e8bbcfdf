import { existsSync } from 'node:fs';
import { type MessagePort, Worker } from 'node:worker_threads';
import { type ErrorReason, type ErrorText, HumanError, messageOf } from '../model/errors.ts';
import { limitsAt, type RetentionPlan } from '../model/retention.ts';
import { endWorker } from '../platform/endWorker.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import {
  openForReading,
  openForWriting,
  type WritableStore,
} from '../store/connection/openStore.ts';
import { type Damage, damageText, repairing } from '../store/connection/repair.ts';
import { inStore, storeError } from '../store/connection/storeErrors.ts';
import { Lease } from '../store/connection/writerLease.ts';
import { assertOwnSchema, newerStore } from '../store/schema/migrations.ts';
import { type CopiedStore, copyStore } from '../store/upkeep/copyStore.ts';
import { type ResetLoss, resetLoss, resetStore } from '../store/upkeep/reset.ts';
import { Writer } from '../store/writer.ts';
import { Maintenance } from './maintenance.ts';
import {
  type DownsamplingResult,
  downsamplingText,
  markTimes,
  retentionJob,
  sumUpAll,
} from './retentionJob.ts';
import { whileBusy } from './retryBusy.ts';
import { workerFile } from './workerFile.ts';

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
  | { readonly kind: 'reset'; readonly file: string; readonly role: 'editor' | 'terminal' };

/** What each kind of work answers with. */
export interface StoreTaskResults {
  readonly copy: CopiedStore;
  readonly migrate: undefined;
  /** Undefined while there is no store. */
  readonly loss: ResetLoss | undefined;
  readonly reset: undefined;
}

type FromStoreTask =
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

/**
 * Does the work on another thread, so that this one stays free. `told` gets the sentence about a store
 * that was repaired meanwhile. `patience` and `file`, the thread's entry, are for tests.
 */
export async function runStoreTask<K extends StoreTask['kind']>(
  task: Extract<StoreTask, { kind: K }>,
  told: (text: string) => void,
  patience = patienceMs,
  file = workerFile(),
): Promise<StoreTaskResults[K]> {
  const worker = new Worker(file, {
    name: 'outlay-store-task',
    workerData: { role: 'storeTask', task },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<StoreTaskResults[K]>((resolve, reject) => {
      worker.on('message', (message: FromStoreTask) => {
        if (message.type === 'repaired') told(message.text);
        else if (message.type === 'done') resolve(message.result as StoreTaskResults[K]);
        else reject(failureOf(message));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The thread ended before its work was done.')));
      timer = setTimeout(() => reject(silent(fileOf(task), patience)), patience);
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

function fileOf(task: StoreTask): string {
  return task.kind === 'copy' ? task.from : task.file;
}

/** The other thread's part. */
export async function serveStoreTask(port: MessagePort, task: StoreTask): Promise<void> {
  const tell = (message: FromStoreTask): void => port.postMessage(message);
  const repaired = (damage: Damage): void => tell({ type: 'repaired', text: damageText(damage) });
  try {
    tell({ type: 'done', result: await perform(task, repaired) });
  } catch (thrown) {
    const error = storeError(fileOf(task), thrown);
    const { reason, what } = error instanceof HumanError ? error : {};
    tell({ type: 'failed', reason, text: messageOf(error), what });
  }
}

/** Is told what was done about a store that was damaged. */
type Told = (damage: Damage) => void;

function perform(task: StoreTask, told: Told): unknown {
  switch (task.kind) {
    case 'copy':
      return repairing(
        task.from,
        () => copyStore(task.from, task.to, { replace: task.replace }),
        told,
      );
    case 'migrate':
      return migrateStore(task.file, told);
    case 'loss':
      return lossOf(task.file, task.roots, told);
    case 'reset':
      return emptyStore(task.file, task.role, told);
  }
}

/** Opening a store to write it migrates it. */
async function migrateStore(file: string, told: Told): Promise<void> {
  (await openTelling(file, told)).db.close();
}

/** Opens a store to write it; it may have been repaired or restored on the way. */
async function openTelling(file: string, told: Told): Promise<WritableStore> {
  const store = await whileBusy(() => openForWriting(file));
  if (store.damage !== undefined) told(store.damage);
  return store;
}

/** What a reset of a store would take away, by what is on disk now; undefined without a store. */
export function lossOf(
  file: string,
  roots: readonly string[],
  told: Told,
): Promise<ResetLoss | undefined> {
  const loss = (): ResetLoss | undefined => {
    const db = openForReading(file);
    try {
      return db && inStore(file, () => resetLoss(db, roots, existsSync));
    } finally {
      db?.close();
    }
  };
  return repairing(file, loss, told);
}

/** Empties a store, whoever writes it and whatever is there. */
export function emptyStore(file: string, role: 'editor' | 'terminal', told: Told): Promise<void> {
  const empty = async (): Promise<void> => {
    const { db } = await openTelling(file, told);
    try {
      await whileBusy(() => resetStore(db, role, Date.now()));
    } catch (error) {
      throw storeError(file, error);
    } finally {
      db.close();
    }
  };
  return repairing(file, empty, told);
}

/**
 * Downsamples what is beyond the plan's limits at a moment (UTC milliseconds), whoever writes the
 * store: the lease is taken, and who had it becomes the writer again afterwards.
 */
export function sumUpStore(
  file: string,
  plan: RetentionPlan,
  now: number,
  told: Told,
): Promise<DownsamplingResult> {
  return repairing(file, () => sumUp(file, plan, now, told), told);
}

async function sumUp(
  file: string,
  plan: RetentionPlan,
  now: number,
  told: Told,
): Promise<DownsamplingResult> {
  const { db, newer } = await openTelling(file, told);
  try {
    if (newer) throw newerStore();
    const lease = new Lease(db, 'terminal');
    await whileBusy(() => db.transaction(() => lease.seize(Date.now())));
    try {
      const writer = new Writer(db, {
        book: createPriceBook(),
        storeTitles: true,
        assertWriter: () => {
          lease.assertHeld();
          assertOwnSchema(db);
        },
      });
      const done = await sumUpAll(writer, limitsAt(now, plan, markTimes(plan.marksFile)), () => {
        lease.extend(Date.now());
        return true;
      });
      const maintenance = new Maintenance(db, file, writer, () => {});
      await whileBusy(() => maintenance.record(retentionJob, now, downsamplingText(done)));
      return done;
    } finally {
      lease.release();
    }
  } catch (error) {
    throw storeError(file, error);
  } finally {
    db.close();
  }
}
