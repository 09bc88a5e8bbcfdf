import { statSync } from 'node:fs';
import { messageOf } from '../../model/errors.ts';
import { openDatabase } from '../../platform/sqlite/open.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { isDamage } from './storeErrors.ts';

/** Damage that a check found, and SQLite has not met yet. */
export class DamageError extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

/** The damage of a whole store; undefined when all is well. Whether indexes agree with tables takes `thorough`. */
export function findDamage(db: SqlDatabase, thorough = false): string | undefined {
  try {
    const check = thorough ? 'integrity_check' : 'quick_check';
    const verdict = String(db.pragma(`${check}(1)`) ?? 'ok');
    // The line before the first finding only names the database.
    return verdict === 'ok' ? undefined : verdict.replace(/^\*\*\*[^\n]*\n/, '').split('\n')[0];
  } catch (error) {
    // Damage may be such that the check itself cannot go on.
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}

/** The same of a file that is not open here, a store or a copy; where there is none nothing is damaged. */
export function damageIn(file: string, thorough = false): string | undefined {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined;
  try {
    const db = openDatabase(file, { readonly: true });
    try {
      return findDamage(db, thorough);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}
