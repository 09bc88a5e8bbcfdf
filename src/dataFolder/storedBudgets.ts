import { statSync } from 'node:fs';
import { type ReadSettings, readConfig } from './readConfig.ts';

/** The budgets of `outlay budget set` and what is excepted from budgets, cached until the file changes. */
export class StoredBudgets {
  #stamp = '';
  #read: Pick<ReadSettings, 'budgets' | 'overrides'> = { budgets: [], overrides: [] };

  /** What a `config.json` holds now; nothing where it cannot be read. */
  read(file: string): Pick<ReadSettings, 'budgets' | 'overrides'> {
    const stats = statSync(file, { throwIfNoEntry: false });
    // Whoever writes it replaces it: another file is another number.
    const stamp = `${file} ${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#read = stats === undefined ? { budgets: [], overrides: [] } : readConfig(file);
    }
    return this.#read;
  }
}
