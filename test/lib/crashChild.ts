/**
 * A process to be killed: becomes the writer of a store and reads transcripts into it in very small
 * transactions, or (as `rival`) stands beside it, reads, and writes whenever it can become the writer.
 * As `thinner` it sums up all that is older than a moment, again and again as if that moment came nearer.
 * Arguments: role, engine, store, then the configuration directories, for a thinner the moments.
 */
import { readFileSync } from 'node:fs';
import { discover, locationOf } from '../../src/agents/claude/discover.ts';
import { readChunks } from '../../src/agents/claude/read/readChunks.ts';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { isBusy } from '../../src/store/connection/storeErrors.ts';
import { Lease, LeaseLostError } from '../../src/store/connection/writerLease.ts';
import { Writer } from '../../src/store/writer.ts';

const [role, engine, store, ...roots] = process.argv.slice(2) as [string, Engine, string, string];
const options = { engine, busyTimeoutMs: 50 };

/** Bytes of transcript per transaction. */
const chunkBytes = 500;
const mtimeMs = 1_000_000;
const halfYearMs = 182 * 86_400_000;

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function busy(error: unknown): boolean {
  return isBusy(error) || (error instanceof Error && isBusy(error.cause ?? {}));
}

function patiently<T>(work: () => T): T {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!busy(error)) throw error;
      sleep(2);
    }
  }
}

/** Writes as long as it is the writer and `goOn` says so; true when all is read. */
function write(goOn: () => boolean): boolean {
  const { db, damage } = patiently(() => openForWriting(store, options));
  if (damage !== undefined) throw new Error(`damaged: ${damage.reason}`);
  const lease = new Lease(db, 'terminal');
  try {
    while (!patiently(() => lease.acquire(Date.now()))) {
      if (!goOn()) return false;
      sleep(3);
    }
    process.stdout.write('writing\n');
    const assertWriter = (): void => lease.assertHeld();
    const writer = new Writer(db, { book: createPriceBook(), storeTitles: true, assertWriter });
    for (const root of roots) {
      const projects = `${root}/projects`;
      for (const { path } of discover(projects).files) {
        const bookmark = patiently(() => writer.files.find(path)?.bookmark);
        for (const chunk of readChunks(path, locationOf(projects, path), bookmark, chunkBytes)) {
          patiently(() => writer.ingest([{ file: { path, root, mtimeMs }, chunk }]));
          if (!goOn()) return false;
        }
      }
    }
    patiently(() => writer.matchSummaries());
    return true;
  } catch (error) {
    if (error instanceof LeaseLostError) return false;
    throw error;
  } finally {
    patiently(() => lease.release());
    db.close();
  }
}

/** What a reader sees at any moment must add up. */
function check(): void {
  const db = patiently(() => openForReading(store, options));
  if (db === undefined) return;
  try {
    const sums = db
      .prepare(
        `SELECT (SELECT sum(nano) FROM message WHERE counted = 1) AS message,
           (SELECT sum(nano) FROM spend_total) AS total,
           (SELECT sum(nano) FROM spend_bucket) AS bucket,
           (SELECT sum(nano) FROM spend_slot) AS slot,
           (SELECT sum(nano) FROM spend_model) AS model`,
      )
      .get<Record<'message' | 'total' | 'bucket' | 'slot' | 'model', number>>()!;
    if (new Set(Object.values(sums)).size > 1) {
      throw new Error(`sums differ: ${JSON.stringify(sums)}`);
    }
    for (const { path, offset } of db
      .prepare('SELECT path, offset FROM file')
      .all<{ path: string; offset: number }>()) {
      if (offset > 0 && readFileSync(path)[offset - 1] !== 0x0a) {
        throw new Error(`${path} was read up to ${offset}, which is behind no newline`);
      }
    }
  } finally {
    db.close();
  }
}

/** Sums up by day, and by month half a year before, up to one moment after the other. */
function thin(moments: readonly string[]): void {
  const { db, damage } = patiently(() => openForWriting(store, options));
  if (damage !== undefined) throw new Error(`damaged: ${damage.reason}`);
  const writer = new Writer(db, {
    book: createPriceBook(),
    storeTitles: true,
    assertWriter: () => process.stdout.write('thinning\n'),
  });
  for (const moment of moments.map(Number)) {
    const limits = { zone: 'UTC', messagesBefore: moment, daysBefore: moment - halfYearMs };
    while (patiently(() => writer.downsample(limits)) !== undefined);
  }
  db.close();
}

if (role === 'thinner') thin(roots);
else if (role === 'writer') {
  while (!write(() => true)) sleep(2);
  process.stdout.write('done\n');
} else {
  for (;;) {
    patiently(check);
    const until = Date.now() + 15;
    write(() => Date.now() < until);
    sleep(20);
  }
}
