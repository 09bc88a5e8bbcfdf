import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { DamageError } from '../../../src/store/connection/checkStore.ts';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { repairing } from '../../../src/store/connection/repair.ts';
import type { LeaseRow } from '../../../src/store/connection/writerLease.ts';
import type { IndexerConfig } from '../../../src/watchers/messages.ts';
import { difference, dumpStore } from '../dumpStore.ts';
import { indexerConfig } from '../indexerConfig.ts';
import { ingestAll, soleWriter } from '../ingest.ts';
import { random } from '../random.ts';
import { largeWorld } from '../world.ts';
import { Window } from './window.ts';

/** So that a writer that is gone is noticed in no time. */
const lease = { leaseMs: 400, heartbeatMs: 80 };
/** What has not come about by then will not, on a busy machine either. */
const longestWaitMs = 25_000;

/** What a person may set that an indexer goes by. */
export interface Wish {
  readonly store: 'a' | 'b';
  /** Configuration directories read: one or both. */
  readonly roots: 1 | 2;
  readonly multiplier: number;
}

export const firstWish: Wish = { store: 'a', roots: 2, multiplier: 1 };

/** What somebody is about to write to a transcript. */
interface Piece {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Windows, the store they share, and the transcripts it is made of: what the commands act on. */
export class Scene {
  readonly folder: string;
  readonly windows: (Window | undefined)[] = [undefined, undefined];
  /** What goes on beside the commands and comes to its end by itself. */
  readonly #running = new Set<Promise<void>>();
  readonly #all: Window[] = [];
  readonly #script: string;
  readonly #engines: readonly IndexerConfig['engine'][];
  readonly #pieces: Piece[];
  /** In half of the lives a new store is built at once, in half of these only for a moment. */
  readonly #firstStore: IndexerConfig['firstStore'];
  #failures: unknown[] = [];
  #names = 0;

  constructor(
    folder: string,
    script: string,
    engines: readonly IndexerConfig['engine'][],
    seed: number,
  ) {
    this.folder = folder;
    this.#script = script;
    this.#engines = engines;
    this.#pieces = pieces(folder, seed);
    this.#firstStore =
      seed % 2 === 0 ? { leastBytes: 0, mostMs: seed % 4 === 0 ? 60_000 : 0 } : undefined;
    for (const root of this.#roots(2)) mkdirSync(join(root, 'projects'), { recursive: true });
    this.append(this.#pieces.length / 2);
  }

  storeFile(store: Wish['store'] = 'a'): string {
    return join(this.folder, `store-${store}`, 'outlay.db');
  }

  #roots(count: number): string[] {
    return ['a', 'b'].slice(0, count).map((name) => join(this.folder, 'claude', name));
  }

  #config(index: number, wish: Wish, paused: boolean): IndexerConfig {
    const { multiplier, roots, store } = wish;
    return indexerConfig(this.folder, {
      storeFile: this.storeFile(store),
      rootsSetting: this.#roots(roots),
      priceOverrides: multiplier === 1 ? {} : { multiplier },
      engine: this.#engines[index],
      paused,
      lease,
      firstStore: this.#firstStore,
    });
  }

  // Windows

  start(index: number, wish: Wish, paused: boolean): void {
    const window = new Window(this.#script, this.#config(index, wish, paused));
    this.#all.push(window);
    this.windows[index] = window;
  }

  configure(index: number, wishes: readonly Wish[], paused: boolean): void {
    this.windows[index]?.configure(...wishes.map((wish) => this.#config(index, wish, paused)));
  }

  /** Goes on at once, as somebody does who closes a window and opens the next. */
  stop(index: number): void {
    const window = this.windows[index];
    this.windows[index] = undefined;
    this.beside(window!.stop());
  }

  async kill(index: number): Promise<void> {
    await this.windows[index]?.kill();
    this.windows[index] = undefined;
  }

  sleep(index: number, ms: number): void {
    this.beside(this.windows[index]!.sleep(ms));
  }

  beside(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => void this.#failures.push(error))
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** Waits until nothing goes on beside the commands any more. */
  async quiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    assert.deepEqual(this.#failures, []);
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((window) => window.kill()));
  }

  assertSound(): void {
    for (const window of this.#all) window.assertSound();
  }

  get history(): string {
    return this.#all.map(({ pid, history }) => `Window ${pid}\n${history}`).join('\n\n');
  }

  // Transcripts

  append(count: number): void {
    for (const { path, bytes } of this.#pieces.splice(0, count)) {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, bytes);
    }
  }

  // The store, as others treat it

  /** Somebody else's write transaction of so many milliseconds. */
  lock(ms: number): void {
    if (!existsSync(this.storeFile())) return;
    let db: SqlDatabase | undefined;
    try {
      db = openForWriting(this.storeFile()).db;
      db.exec('BEGIN IMMEDIATE');
    } catch {
      // Somebody was faster, or the store is damaged just now.
      db?.close();
      return;
    }
    this.beside(
      sleep(ms).then(() => {
        db.exec('ROLLBACK');
        db.close();
      }),
    );
  }

  /** Takes all files of the store away in one step, so that nobody finds one without the others. */
  remove(): void {
    const folder = dirname(this.storeFile());
    if (existsSync(folder)) renameSync(folder, this.#newName());
  }

  /** As `rm outlay.db` does: what SQLite keeps beside it stays. */
  removeFileOnly(): void {
    rmSync(this.storeFile(), { force: true });
  }

  /** Puts another store in the place of this one, which is made by `fill`. */
  replace(fill: (file: string) => void): void {
    const next = this.#newName();
    mkdirSync(next);
    fill(join(next, 'outlay.db'));
    for (;;) {
      this.remove();
      try {
        renameSync(next, dirname(this.storeFile()));
        return;
      } catch (error) {
        // A window has made a new one in between.
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) {
          throw error;
        }
      }
    }
  }

  /** A copy of the store as it is now; undefined while there is none that can be copied. */
  copy(): string | undefined {
    const file = this.#newName();
    try {
      const db = openForReading(this.storeFile());
      db?.prepare('VACUUM INTO ?').run(file);
      db?.close();
      return db && file;
    } catch {
      return undefined;
    }
  }

  #newName(): string {
    this.#names += 1;
    return join(this.folder, `aside-${this.#names}`);
  }

  // What must come about

  /** Asks a store as reports do: what is damaged is set aside, and asked again. */
  ask<T>(store: Wish['store'], question: (db: SqlDatabase) => T): Promise<T | undefined> {
    const file = this.storeFile(store);
    const work = (): T | undefined => {
      const db = openForReading(file);
      try {
        return db && question(db);
      } finally {
        db?.close();
      }
    };
    return repairing(file, work, () => {});
  }

  /** Waits until something holds, that is, until `whatIsWrong` has nothing to say. */
  async eventually(whatIsWrong: () => Promise<string>): Promise<void> {
    const end = Date.now() + longestWaitMs;
    for (;;) {
      let wrong: string;
      try {
        wrong = await whatIsWrong();
      } catch (error) {
        wrong = String((error as Error).stack);
      }
      if (wrong === '') return;
      if (Date.now() > end) assert.fail(wrong);
      await sleep(20);
    }
  }

  /** What is wrong with who writes a store, given the windows that may; '' when all is well. */
  async rolesProblem(store: Wish['store'], windows: readonly Window[]): Promise<string> {
    if (windows.length === 0) return '';
    const rows = await this.ask(store, (db) =>
      db.prepare('SELECT pid, expires FROM lease').all<Pick<LeaseRow, 'pid' | 'expires'>>(),
    );
    const holder = rows?.[0]?.pid;
    for (const { pid, state } of windows) {
      const isRight =
        pid === holder
          ? state?.kind === 'watching'
          : state?.kind === 'following' && state.pid === holder;
      if (!isRight)
        return `${pid} says ${JSON.stringify(state)}, the lease ${JSON.stringify(rows)}`;
    }
    return windows.some(({ pid }) => pid === holder) ? '' : `${holder} holds the lease`;
  }

  /** What is wrong with the files a window has open; '' when all is well. */
  filesProblem(window: Window, store: Wish['store'] | undefined): string {
    if (process.platform !== 'linux') return '';
    const open = window.openFiles(this.folder).filter((path) => !path.includes('/claude/'));
    const own = ['', '-wal', '-shm'].map((end) => `${this.storeFile(store)}${end}`);
    const allowed = store === undefined ? [] : own;
    const wrong = open.filter((path) => !allowed.includes(path));
    // The connection, and the one that keeps it from being the last to close.
    const thrice = open.filter((path) => open.filter((other) => other === path).length > 2);
    if (wrong.length + thrice.length === 0) return '';
    return `${window.pid} has open ${open.join(', ')}`;
  }

  /** In what a store differs from one made of the same transcripts at once; '' when in nothing. */
  async contentProblem({ store, multiplier }: Wish): Promise<string> {
    const actual = await this.ask(store, (db) => {
      const check = String(db.pragma('integrity_check'));
      // As if the question had come upon it.
      if (check !== 'ok') throw new DamageError(check);
      return dumpStore(db);
    });
    const expected = this.#freshDump(multiplier);
    return actual === expected ? '' : `difference: ${difference(actual ?? '', expected)}`;
  }

  #freshDump(multiplier: number): string {
    const { db } = openForWriting(':memory:');
    const { overrides } = parsePriceOverrides(multiplier === 1 ? {} : { multiplier });
    const writer = soleWriter(db, { book: createPriceBook(overrides) });
    for (const root of this.#roots(2)) ingestAll(db, root, { writer });
    const dump = dumpStore(db);
    db.close();
    return dump;
  }
}

/** Transcripts cut into pieces at any byte, in the order in which they are written. */
function pieces(folder: string, seed: number): Piece[] {
  const dice = random(seed);
  const files = largeWorld(seed, 40).map(({ root, path, content }) => {
    const cuts = Array.from({ length: 4 }, () => dice.below(content.length + 1));
    const ends = [0, ...cuts.sort((a, b) => a - b), content.length];
    return {
      path: join(folder, 'claude', root, 'projects', ...path.split('/')),
      parts: ends.slice(1).map((end, index) => content.subarray(ends[index], end)),
    };
  });
  const turns = dice.shuffle(files.flatMap((file) => file.parts.map(() => file)));
  return turns.map((file) => ({ path: file.path, bytes: file.parts.shift()! }));
}
