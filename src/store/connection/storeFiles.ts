import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeDeadParts } from '../../platform/partName.ts';

/** What a file of a store is for. */
export type StoreFileKind = 'store' | 'log' | 'backup' | 'migration' | 'damaged' | 'unfinished';

/** One file on disk that belongs to a store. */
export interface StoreFile {
  readonly path: string;
  readonly kind: StoreFileKind;
  readonly bytes: number;
}

const stamp = String.raw`\d{4}-\d\d-\d\dT[\d-]+Z`;
/** What `partName` and SQLite make of the name of a copy that is being written. */
const part = String.raw`\.\d{1,10}-[0-9a-f]{8}\.part(-journal|-wal|-shm)?`;

/** By the rest of the name behind the store's own; nothing else beside the store is ours. */
const kinds: readonly (readonly [RegExp, StoreFileKind])[] = [
  [/^$/, 'store'],
  [/^-(wal|shm)$/, 'log'],
  [new RegExp(`^\\.backup-${stamp}$`), 'backup'],
  [/^\.before-v\d+$/, 'migration'],
  [new RegExp(`^\\.damaged-(backup-)?${stamp}(-wal|-shm)?$`), 'damaged'],
  [new RegExp(`^(\\.backup-${stamp}|\\.before-v\\d+)?${part}$`), 'unfinished'],
  // As versions before 0.6 called them.
  [new RegExp(`^\\.backup-${stamp}\\.part(-journal)?$`), 'unfinished'],
  [/^\.lock$/, 'unfinished'],
  [/^\.copy-\d+(-journal)?$/, 'unfinished'],
  [/^\.before-v\d+\.[0-9a-f-]{36}(-journal)?$/, 'unfinished'],
];

/** What tells a file from another of the same name; the same for a name with no file. */
export function storeIdentity(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return `${file} ${found?.dev} ${found?.ino}`;
}

/**
 * The same of a store that is open for writing, with what SQLite keeps beside it as long as it is: where
 * one of them was deleted or replaced, others do not see what is written.
 */
export function openIdentity(file: string): string {
  return ['', '-wal', '-shm'].map((end) => storeIdentity(file + end)).join('\n');
}

/** A store's files that are there: itself, what SQLite keeps beside it, and copies made of it. */
export function filesOfStore(store: string): StoreFile[] {
  const folder = dirname(store);
  const name = basename(store);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((entry) => {
      if (!entry.startsWith(name)) return [];
      const rest = entry.slice(name.length);
      const kind = kinds.find(([pattern]) => pattern.test(rest))?.[1];
      const path = join(folder, entry);
      const stats = kind && statSync(path, { throwIfNoEntry: false });
      return kind && stats?.isFile() ? [{ path, kind, bytes: stats.size }] : [];
    });
}

/** Removes copies of a store that programs left unfinished which do not run any more. */
export function removeDeadCopies(store: string): void {
  removeDeadParts(dirname(store), (name) => {
    const rest = name.startsWith(basename(store)) ? name.slice(basename(store).length) : '';
    return kinds.find(([pattern]) => pattern.test(rest))?.[1] === 'unfinished';
  });
}
