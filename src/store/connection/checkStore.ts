import { statSync } from 'node:fs';
import { messageOf } from '../../model/errors.ts';
import { openDatabase } from '../driver/open.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { isDamage } from './storeErrors.ts';

/** `quick_check` of a store that was not closed properly; undefined when all is well. */
export function findDamage(db: SqlDatabase): string | undefined {
  try {
    const result = db.prepare('PRAGMA quick_check(1)').get<{ quick_check: string }>();
    const verdict = String(Object.values(result ?? {})[0] ?? 'ok');
    // The line before the first finding only names the database.
    return verdict === 'ok' ? undefined : verdict.replace(/^\*\*\*[^\n]*\n/, '').split('\n')[0];
  } catch (error) {
    // Damage may be such that the check itself cannot go on.
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}

/** The same of a file that is not open here, a store or a copy of one; where there is none nothing is damaged. */
export function damageIn(file: string): string | undefined {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined;
  try {
    const db = openDatabase(file, { readonly: true });
    try {
      return findDamage(db);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}
