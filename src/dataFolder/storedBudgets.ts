import { statSync } from 'node:fs';
import type { BudgetEntry } from './budgetFile.ts';
import { readConfig } from './readConfig.ts';

/** The budgets of `outlay budget set`, cached until the file changes. */
export class StoredBudgets {
  #stamp = '';
  #budgets: readonly BudgetEntry[] = [];

  /** What a `config.json` holds now; nothing where it cannot be read. */
  read(file: string): readonly BudgetEntry[] {
    const stats = statSync(file, { throwIfNoEntry: false });
    // Whoever writes it replaces it: another file is another number.
    const stamp = `${file} ${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#budgets = stats === undefined ? [] : readConfig(file).budgets;
    }
    return this.#budgets;
  }
}
