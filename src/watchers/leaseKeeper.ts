import { existsSync } from 'node:fs';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { openForWriting, type WritableStore } from '../store/connection/openStore.ts';
import { damageText } from '../store/connection/repair.ts';
import { isDamage } from '../store/connection/storeErrors.ts';
import { openIdentity, storeIdentity } from '../store/connection/storeFiles.ts';
import { Lease, LeaseLostError, newHolder } from '../store/connection/writerLease.ts';
import { assertOwnSchema } from '../store/schema/migrations.ts';
import type { IndexerConfig } from './messages.ts';
import type { IndexerOutput } from './output.ts';
import { whileBusy } from './retryBusy.ts';

/** Times it is opened again because another file has taken its place; the next heartbeat tries again. */
const mostTries = 5;

/** Another file has taken the place of the store that is open. */
export class StoreReplacedError extends Error {}

/** What came of asking for the lease. */
export type Acquired =
  | {
      readonly kind: 'held';
      readonly db: SqlDatabase;
      /** Throws inside a transaction when the lease or the schema is another's by now. */
      readonly assertWriter: () => void;
    }
  /** Another process writes; pid 0 when it is not known which. */
  | { readonly kind: 'taken'; readonly pid: number; readonly role: string }
  /** A newer Outlay's schema is in the store. */
  | { readonly kind: 'newer' };

/**
 * Owns the connection for writing and the lease in it. The connection stays open while another
 * process writes, so that asking again costs little.
 */
export class LeaseKeeper {
  readonly #config: Pick<IndexerConfig, 'storeFile' | 'engine' | 'role' | 'lease'>;
  readonly #output: IndexerOutput;
  /** A lease that could not be given back is still this one's. */
  readonly holder = newHolder();
  #store: WritableStore | undefined;
  #lease: Lease | undefined;
  #held = false;
  #identity = '';
  #openIdentity = '';

  constructor(
    config: Pick<IndexerConfig, 'storeFile' | 'engine' | 'role' | 'lease'>,
    output: IndexerOutput,
  ) {
    this.#config = config;
    this.#output = output;
  }

  /** Opens the store if necessary, and takes the lease unless another process holds it. */
  async acquire(): Promise<Acquired> {
    const { db, newer } = await this.#open();
    if (newer) return { kind: 'newer' };
    const lease = this.#lease!;
    this.#held = await whileBusy(() => lease.acquire(Date.now()));
    if (!this.#held) {
      const holder = lease.current();
      return { kind: 'taken', pid: holder?.pid ?? 0, role: holder?.role ?? '' };
    }
    const assertWriter = (): void => {
      lease.assertHeld();
      assertOwnSchema(db);
    };
    return { kind: 'held', db, assertWriter };
  }

  async #open(): Promise<WritableStore> {
    if (this.#isReplaced) this.close();
    if (this.#store !== undefined) return this.#store;
    const { storeFile, role, lease } = this.#config;
    for (let tries = 0; tries < mostTries; tries++) {
      const identity = storeIdentity(storeFile);
      const store = await this.#openFile();
      if (storeIdentity(storeFile) === identity && existsSync(storeFile)) {
        this.#store = store;
        this.#lease = new Lease(store.db, role, lease, this.holder);
        this.#identity = identity;
        this.#openIdentity = openIdentity(storeFile);
        return store;
      }
      // Made, restored, replaced or removed meanwhile: which file is open cannot be told.
      store.db.close();
    }
    throw new StoreReplacedError();
  }

  async #openFile(): Promise<WritableStore> {
    const { storeFile, engine } = this.#config;
    const store = await whileBusy(() => openForWriting(storeFile, { engine }));
    if (store.damage !== undefined) this.#output.log('error', damageText(store.damage));
    return store;
  }

  /** What tells the file that is open from another at its path. */
  get identity(): string {
    return this.#store === undefined ? storeIdentity(this.#config.storeFile) : this.#identity;
  }

  /** Other files stand at the store's path, or none: replaced, deleted, moved away. */
  get #isReplaced(): boolean {
    if (this.#store === undefined) return false;
    return this.#openIdentity !== openIdentity(this.#config.storeFile);
  }

  /**
   * The heartbeat: keeps the lease, if this process has it. Throws `LeaseLostError`, and
   * `StoreReplacedError` where what is written would be seen by nobody, and what says that it is damaged.
   */
  extend(now: number): void {
    if (!this.#held) return;
    if (this.#isReplaced) throw new StoreReplacedError();
    let extended = true;
    try {
      extended = this.#lease!.extend(now);
    } catch (error) {
      if (isDamage(error)) throw error;
      // Busy just now is no loss: the next beat comes before the lease ends.
    }
    if (!extended) throw new LeaseLostError();
  }

  /** Gives the lease back and closes the store. */
  release(): void {
    this.#output.quietly(() => this.#lease?.release());
    this.close();
  }

  /** Closes the store and writes nothing more to it, not even that the lease is free. */
  close(): void {
    const store = this.#store;
    this.#held = false;
    this.#lease = undefined;
    this.#store = undefined;
    this.#output.quietly(() => store?.db.close());
  }
}
