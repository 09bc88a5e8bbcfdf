import { existsSync } from 'node:fs';
import { type MessagePort, Worker } from 'node:worker_threads';
import { type ErrorReason, type ErrorText, HumanError, messageOf } from '../model/errors.ts';
import { limitsAt, type RetentionPlan } from '../model/retention.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import {
  inStore,
  openForReading,
  openForWriting,
  storeError,
} from '../store/connection/openStore.ts';
import { repairing } from '../store/connection/repair.ts';
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

type Outcome =
  | { readonly type: 'done'; readonly result: unknown }
  | {
      readonly type: 'failed';
      readonly reason: ErrorReason | undefined;
      readonly text: string;
      readonly what: ErrorText | undefined;
    };

/** Does the work on another thread, so that this one stays free. */
export async function runStoreTask<K extends StoreTask['kind']>(
  task: Extract<StoreTask, { kind: K }>,
): Promise<StoreTaskResults[K]> {
  const worker = new Worker(workerFile(), {
    name: 'outlay-store-task',
    workerData: { role: 'storeTask', task },
  });
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread ended before its work was done.')));
  });
  if (outcome.type === 'done') return outcome.result as StoreTaskResults[K];
  if (outcome.reason === undefined) throw new Error(outcome.text);
  throw new HumanError(outcome.reason, outcome.text, { what: outcome.what });
}

/** The other thread's part. */
export async function serveStoreTask(port: MessagePort, task: StoreTask): Promise<void> {
  let outcome: Outcome;
  try {
    outcome = { type: 'done', result: await perform(task) };
  } catch (thrown) {
    const error = storeError(task.kind === 'copy' ? task.from : task.file, thrown);
    const { reason, what } = error instanceof HumanError ? error : {};
    outcome = { type: 'failed', reason, text: messageOf(error), what };
  }
  port.postMessage(outcome);
}

function perform(task: StoreTask): unknown {
  switch (task.kind) {
    case 'copy':
      return copyStore(task.from, task.to, { replace: task.replace });
    case 'migrate':
      return migrateStore(task.file);
    case 'loss':
      return repairing(task.file, () => lossOf(task.file, task.roots));
    case 'reset':
      return emptyStore(task.file, task.role);
  }
}

/** Opening a store to write it migrates it. */
async function migrateStore(file: string): Promise<void> {
  const { db } = await whileBusy(() => openForWriting(file));
  db.close();
}

/** What a reset of a store would take away, by what is on disk now; undefined without a store. */
export function lossOf(file: string, roots: readonly string[]): ResetLoss | undefined {
  const db = openForReading(file);
  if (db === undefined) return undefined;
  try {
    return inStore(file, () => resetLoss(db, roots, existsSync));
  } finally {
    db.close();
  }
}

/** Empties a store, whoever writes it and whatever is there. */
export function emptyStore(file: string, role: 'editor' | 'terminal'): Promise<void> {
  return repairing(file, () => empty(file, role));
}

async function empty(file: string, role: 'editor' | 'terminal'): Promise<void> {
  const { db } = await whileBusy(() => openForWriting(file));
  try {
    await whileBusy(() => resetStore(db, role, Date.now()));
  } catch (error) {
    throw storeError(file, error);
  } finally {
    db.close();
  }
}

/**
 * Downsamples what is beyond the plan's limits at a moment (UTC milliseconds), whoever writes the
 * store: the lease is taken, and who had it becomes the writer again afterwards.
 */
export async function sumUpStore(
  file: string,
  plan: RetentionPlan,
  now: number,
): Promise<DownsamplingResult> {
  const { db, newer } = await whileBusy(() => openForWriting(file));
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
