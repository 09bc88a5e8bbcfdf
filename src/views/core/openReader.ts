import { openForReading } from '../../store/connection/openStore.ts';
import { storeIdentity } from '../../store/connection/storeFiles.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { isOlder, schemaState } from '../../store/schema/migrations.ts';

/** A store opened to be read, for as long as it is the file that stands at its path. */
export class OpenReader {
  #reader: StoreReader | undefined;
  #file = '';
  #identity = '';

  /** Undefined while nothing is open. */
  get reader(): StoreReader | undefined {
    return this.#reader;
  }

  /**
   * The reader, opened where it is not; undefined where there is no store, or where it is of an earlier
   * version: `older` is called then.
   */
  open(file: string, older: () => void): StoreReader | undefined {
    if (this.#reader !== undefined) return this.#reader;
    // Asked first: a file that is replaced while it is opened is another one from then on.
    const identity = storeIdentity(file);
    const db = openForReading(file);
    if (db === undefined) return undefined;
    if (isOlder(schemaState(db))) {
      db.close();
      older();
      return undefined;
    }
    this.#file = file;
    this.#identity = identity;
    this.#reader = new StoreReader(db);
    return this.#reader;
  }

  /** Whether another store stands where the one was opened. */
  get isReplaced(): boolean {
    return this.#reader !== undefined && storeIdentity(this.#file) !== this.#identity;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}
