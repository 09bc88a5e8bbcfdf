import { statSync } from 'node:fs';
import type { Memento } from 'vscode';
import type { Overview } from '../../budgets/overview.ts';
import { dayOf } from '../../model/calendar.ts';
import type { Settings } from './settingsModel.ts';

const key = 'overview';

interface Remembered {
  readonly day: string;
  readonly zone: string;
  readonly scope: string;
  readonly store: string;
  readonly total: number;
}

/** Today's figure as the last window knew it, for as long as the store has not changed since. */
export class RememberedFigure {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** Nano-dollars; undefined where it may be another by now. */
  recall(storeFile: string, { zone, scope }: Settings): number | undefined {
    const known = this.#memory.get<Remembered>(key);
    const same =
      known !== undefined &&
      known.zone === zone &&
      known.scope === scope &&
      known.day === dayOf(Date.now(), zone) &&
      known.store === storeStamp(storeFile);
    return same ? known.total : undefined;
  }

  async keep(storeFile: string, { zone, scope }: Settings, { at, today }: Overview): Promise<void> {
    const store = storeStamp(storeFile);
    const value: Remembered = { day: dayOf(at, zone), zone, scope, store, total: today.total };
    await this.#memory.update(key, value);
  }
}

/** Changes whenever the store does: size and time of its files. */
function storeStamp(file: string): string {
  return [file, `${file}-wal`]
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? '-' : `${stats.size}@${Math.floor(stats.mtimeMs)}`;
    })
    .join(' ');
}
