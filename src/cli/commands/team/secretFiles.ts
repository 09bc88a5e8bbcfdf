import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HumanError } from '../../../model/errors.ts';
import { writeFileAtomically } from '../../../platform/partFile.ts';
import { readSecret } from '../../../team/secretFile.ts';

/** Connection strings are in files for their owner alone, or in the environment: nobody types or prints them. */

/** Writes one into a file that is not there yet. */
export function writeSecret(file: string, secret: string): string {
  const path = resolve(file);
  if (existsSync(path)) {
    throw new HumanError('usage', `${path} is there already. Name a file that is not.`);
  }
  writeFileAtomically(path, `${secret}\n`, 0o600);
  return path;
}

/** Refuses before anything is done what `writeSecret` would refuse behind it. */
export function isFree(file: string): void {
  if (existsSync(resolve(file))) {
    throw new HumanError('usage', `${resolve(file)} is there already. Name a file that is not.`);
  }
}

/** The connection of who owns the ledger: a file, else `OUTLAY_TEAM_ADMIN_URL`. */
export function ownerConnection(file: string | undefined): string | undefined {
  if (file !== undefined) return readSecret(file, 'The connection string');
  return (process.env.OUTLAY_TEAM_ADMIN_URL ?? '').trim() || undefined;
}
