import { existsSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { HumanError, messageOf } from '../model/errors.ts';
import { limitsAt, type RetentionPlan } from '../model/retention.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import { damageIn } from '../store/connection/checkStore.ts';
import {
  openForReading,
  openForWriting,
  type WritableStore,
} from '../store/connection/openStore.ts';
import { type Damage, damageText, repairing } from '../store/connection/repair.ts';
import { inStore, storeError } from '../store/connection/storeErrors.ts';
import { Lease } from '../store/connection/writerLease.ts';
import { assertOwnSchema, newerStore } from '../store/schema/migrations.ts';
import { copyStore } from '../store/upkeep/copyStore.ts';
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
import { type FromStoreTask, fileOf, type StoreTask } from './thread/storeTask.ts';

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
    case 'check':
      return damageIn(task.file);
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
