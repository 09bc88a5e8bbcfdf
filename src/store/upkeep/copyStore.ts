import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HumanError, messageOf } from '../../model/errors.ts';
import { openDatabase } from '../../platform/sqlite/open.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { findDamage } from '../connection/checkStore.ts';
import { openForReading, type StoreOptions } from '../connection/openStore.ts';
import { filesOfStore } from '../connection/storeFiles.ts';
import { StoreReader } from '../query/storeReader.ts';
import { copyDatabase } from '../schema/migrations.ts';

/** What a copy holds, as its reader counts it. */
export interface CopiedStore {
  readonly messages: number;
  readonly sessions: number;
}

/**
 * Writes a consistent copy of a store, whoever writes it meanwhile, checks it, and only then puts it
 * into place. With `replace` a file of that name gives way, else it is an error.
 */
export function copyStore(
  from: string,
  to: string,
  options: StoreOptions & { readonly replace: boolean },
): CopiedStore {
  if (!options.replace) refuseWhatIsThere(to);
  refuseStoresInUse(from, to);
  const source = openForReading(from, options);
  if (source === undefined) throw new HumanError('store', `There is no store ${from} to copy yet.`);
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    return copyDatabase(source, to, (part) => {
      disown(part, options);
      const copied = check(source, part, options);
      // Somebody may have been faster.
      if (!options.replace) refuseWhatIsThere(to);
      return copied;
    })!;
  } catch (error) {
    if (error instanceof HumanError) throw error;
    throw new HumanError('files', `${to} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    source.close();
  }
}

/**
 * A copy in place of the store itself, or of what SQLite keeps beside it, would destroy it; one in
 * place of another store in use would be damaged by that store's log.
 */
function refuseStoresInUse(from: string, to: string): void {
  const own = [from, `${from}-wal`, `${from}-shm`, ...filesOfStore(from).map(({ path }) => path)];
  const target = realPath(to);
  if (own.some((path) => realPath(path) === target)) {
    throw new HumanError('files', `${to} belongs to the store itself. Choose another place.`);
  }
  if ((statSync(`${to}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new HumanError('files', `${to} is a store in use. Choose another place.`);
  }
}

function refuseWhatIsThere(to: string): void {
  if (existsSync(to)) {
    throw new HumanError('files', `${to} is there already, and stays as it is.`);
  }
}

function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? path.replace(folder, realpathSync(folder)) : path;
}

/** The copy has no writer, and was not left behind in the middle of anything. */
function disown(part: string, options: StoreOptions): void {
  const copy = openDatabase(part, options);
  try {
    copy.transaction(() => {
      copy.exec("DELETE FROM lease; UPDATE meta SET value = '1' WHERE key = 'clean'");
    });
  } finally {
    copy.close();
  }
}

function check(source: SqlDatabase, part: string, options: StoreOptions): CopiedStore {
  const copy = openForReading(part, options);
  if (copy === undefined) throw new HumanError('store', 'The copy cannot be read.');
  try {
    const damage = findDamage(copy);
    if (damage !== undefined) throw new HumanError('store', `The copy is damaged (${damage}).`);
    const [was, is] = [new StoreReader(source), new StoreReader(copy)];
    const { messages, sessions } = is.kept();
    const kept = was.kept();
    // A writer may have committed after the copy was made; then the counts may differ.
    const same = kept.messages === messages && kept.sessions === sessions;
    if (was.revision() === is.revision() && !same) {
      throw new HumanError('store', 'The copy does not hold what the store holds.');
    }
    return { messages, sessions };
  } finally {
    copy.close();
  }
}
