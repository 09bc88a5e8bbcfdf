import { existsSync } from 'node:fs';
import { membershipFile } from './membership.ts';
import { readPools } from './poolFile.ts';

/** How often a machine that has joined a team sends and asks, in milliseconds. */
export const pushEveryMs = 5 * 60_000;

/** Whether a team was joined and its ledger asked longer ago than that: of several programs one does it. */
export function isPushDue(folder: string, everyMs = pushEveryMs): boolean {
  if (!existsSync(membershipFile(folder))) return false;
  const age = Date.now() - (readPools(folder)?.askedAt ?? 0);
  return age < 0 || age >= everyMs - everyMs / 10;
}
