import { type ErrorId, HumanError, messageOf } from '../../model/errors.ts';
import { sqliteCode } from '../../platform/sqlite/open.ts';

/** Whether an error, put into words or not, says that the file's content cannot be trusted. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
}

/** Whether an error, put into words or not, says that somebody else holds the lock: try again later. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

function codeOf(error: unknown): string | undefined {
  return sqliteCode(error instanceof HumanError ? error.cause : error);
}

/** Any error of opening or using the store, in words for a person. */
export function storeError(file: string, error: unknown): Error {
  if (error instanceof HumanError) return error;
  return (
    knownError(file, sqliteCode(error), error) ??
    (error instanceof Error ? error : new Error(String(error)))
  );
}

/** The same of an error of copying and renaming the store's files. */
export function diskError(file: string, error: unknown): Error {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  return knownError(file, systemCodes[code] ?? 'SQLITE_IOERR', error)!;
}

function knownError(file: string, code: string | undefined, error: unknown): Error | undefined {
  const known = remedies[code ?? ''];
  if (known === undefined) return undefined;
  const [id, remedy] = known;
  // What SQLite says of a lock is no news to anybody.
  const detail = id === 'storeBusy' ? '' : ` (${messageOf(error)})`;
  return new HumanError('store', `The store ${file} ${remedy}${detail}`, {
    cause: error,
    what: { id, values: [file, messageOf(error)] },
  });
}

/** What SQLite would say where the system says no. */
const systemCodes: Readonly<Record<string, string>> = {
  ENOSPC: 'SQLITE_FULL',
  EDQUOT: 'SQLITE_FULL',
  // Windows renames no file that is open.
  EBUSY: 'SQLITE_BUSY',
  EROFS: 'SQLITE_READONLY',
  EACCES: 'SQLITE_READONLY',
  EPERM: 'SQLITE_READONLY',
};

/** Does work on a store whose failures name its file. */
export function inStore<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(file, error);
  }
}

const remedies: Readonly<Record<string, readonly [id: ErrorId, sentence: string]>> = {
  SQLITE_BUSY: ['storeBusy', 'is busy: another program holds it. Try again in a moment.'],
  SQLITE_LOCKED: ['storeBusy', 'is busy: another program holds it. Try again in a moment.'],
  SQLITE_CANTOPEN: [
    'storeNotOpened',
    'cannot be opened. Check its folder and rights, or move it with "outlay.storePath" or OUTLAY_STORE.',
  ],
  SQLITE_READONLY: [
    'storeReadOnly',
    'may not be written. Check the rights of the file and its folder.',
  ],
  SQLITE_FULL: ['storeFull', 'cannot grow: the disk is full. Free some space; nothing is lost.'],
  SQLITE_IOERR: ['storeDisk', 'cannot be read or written on this disk. Move it to a local one.'],
  SQLITE_CORRUPT: [
    'storeDamaged',
    'is damaged. It will be set aside and rebuilt by the next program that writes.',
  ],
  SQLITE_NOTADB: [
    'storeNoDatabase',
    'is no SQLite file. Choose another place with "outlay.storePath" or OUTLAY_STORE.',
  ],
};
