import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { withFileLock } from '../../platform/fileLock.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

/**
 * What of this machine is in the team's ledger. What is not, is found by comparing: the store is the queue.
 * Losing this file costs one more upload of everything and changes nothing in the ledger.
 */
export interface UploadState {
  /** The highest revision given to a state of a day, sent or not. */
  readonly revision: number;
  /** By UTC day: what was acknowledged, as a hash of its rows, and its revision. */
  readonly days: Readonly<Record<string, readonly [hash: string, revision: number]>>;
  /** By which prices and policy every day was looked at last, and when (UTC milliseconds; 0 for never). */
  readonly complete: string;
  readonly completeAt: number;
  /** When everything had been sent, last; UTC milliseconds, 0 for never. */
  readonly pushedAt: number;
  /** Days of sessions that another machine sends (see `SessionDay`), with the sessions' ids. Absent for none. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined;
  /** Why nothing can be sent, since when, and whether somebody was told. */
  readonly problem:
    | { readonly text: string; readonly since: number; readonly told: boolean }
    | undefined;
}

export const nothingSent: UploadState = {
  revision: 0,
  days: {},
  complete: '',
  completeAt: 0,
  pushedAt: 0,
  problem: undefined,
};

const written = z.object({
  revision: z.number().check(z.nonnegative()),
  days: z.record(z.string(), z.tuple([z.string(), z.number()])),
  complete: z.string(),
  completeAt: z.number(),
  pushedAt: z.number(),
  elsewhere: z.optional(z.record(z.string(), z.string())),
  problem: z.optional(z.object({ text: z.string(), since: z.number(), told: z.boolean() })),
});

export function uploadsFile(folder: string): string {
  return join(folder, 'team-uploads.json');
}

/** The state of a data folder; a file that is not there, or broken, is that of a machine that sent nothing. */
export function readUploadState(folder: string): UploadState {
  try {
    const parsed = written.safeParse(JSON.parse(readFileSync(uploadsFile(folder), 'utf8')));
    return parsed.success ? { ...parsed.data, problem: parsed.data.problem } : nothingSent;
  } catch {
    return nothingSent;
  }
}

/**
 * Changes the state while no other program does. What is read of the store inside has its place among the
 * states of all windows: a higher revision is a later state.
 */
export function updateUploadState(
  folder: string,
  change: (state: UploadState) => UploadState,
): UploadState {
  const file = uploadsFile(folder);
  return withFileLock(file, () => {
    const before = readUploadState(folder);
    const after = change(before);
    if (after !== before) writeFileAtomically(file, `${JSON.stringify(after)}\n`, 0o600);
    return after;
  });
}

export function removeUploadState(folder: string): void {
  rmSync(uploadsFile(folder), { force: true });
}
