import { openForWriting, type WritableStore } from '../store/connection/openStore.ts';
import { damageText } from '../store/connection/repair.ts';
import { storeIdentity } from '../store/connection/storeFiles.ts';
import { Lease, LeaseLostError } from '../store/connection/writerLease.ts';
import type { SqlDatabase } from '../store/driver/types.ts';
import { assertOwnSchema } from '../store/schema/migrations.ts';
import type { IndexerConfig } from './messages.ts';
import type { IndexerOutput } from './output.ts';
import { whileBusy } from './retryBusy.ts';

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
  readonly #config: Pick<IndexerConfig, 'storeFile' | 'engine' | 'role'>;
  readonly #output: IndexerOutput;
  #store: WritableStore | undefined;
  #lease: Lease | undefined;
  #held = false;
  #identity = '';

  constructor(config: Pick<IndexerConfig, 'storeFile' | 'engine' | 'role'>, output: IndexerOutput) {
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
    const { storeFile, engine, role } = this.#config;
    const store = await whileBusy(() => openForWriting(storeFile, { engine }));
    this.#store = store;
    this.#lease = new Lease(store.db, role);
    this.#identity = storeIdentity(storeFile);
    const { damage } = store;
    if (damage !== undefined) this.#output.log('error', damageText(damage));
    return store;
  }

  /** Another file stands at the store's path, or none: replaced, deleted, moved away. */
  get #isReplaced(): boolean {
    const { storeFile } = this.#config;
    return this.#store !== undefined && storeIdentity(storeFile) !== this.#identity;
  }

  /**
   * The heartbeat: keeps the lease, if this process has it. Throws `LeaseLostError`, and
   * `StoreReplacedError` where what is written would be seen by nobody.
   */
  extend(now: number): void {
    if (!this.#held) return;
    if (this.#isReplaced) throw new StoreReplacedError();
    let extended = true;
    try {
      extended = this.#lease!.extend(now);
    } catch {
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
