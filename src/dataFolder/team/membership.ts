import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { HumanError } from '../../model/errors.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { jsonOf } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { readUserFile } from '../../platform/userFile.ts';

/** What a team lets leave a machine beyond sums. */
export interface TeamPolicy {
  /** Whether projects go by their names or by hashes of them. */
  readonly projects: 'name' | 'hash';
  readonly branches: boolean;
  /** Key of the hashes: the same project is the same for all members. */
  readonly salt: string;
}

/** This machine's membership in a team: the file is there while it has joined. */
export interface Membership {
  /** Connection string with the member's password. */
  readonly connection: string;
  readonly team: string;
  readonly member: string;
  /** The machine's number in the ledger, and its name. */
  readonly machine: number;
  readonly machineName: string;
  /** Tells this data folder from others that use the name. */
  readonly instance: string;
  readonly policy: TeamPolicy;
  /** UTC milliseconds. */
  readonly joinedAt: number;
}

const written = z.object({
  connection: z.string(),
  team: z.string(),
  member: z.string(),
  machine: z.number(),
  machineName: z.string(),
  instance: z.string(),
  policy: z.object({
    projects: z.enum(['name', 'hash']),
    branches: z.boolean(),
    salt: z.string(),
  }),
  joinedAt: z.number(),
});

export function membershipFile(folder: string): string {
  return join(folder, 'team.json');
}

/**
 * The membership of a data folder; undefined where it has joined no team. `OUTLAY_TEAM_URL` takes the place of
 * the connection string. Throws a `HumanError` for a file that cannot be used, or that others can read.
 */
export function readMembership(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Membership | undefined {
  const file = membershipFile(folder);
  const text = readUserFile(file);
  if (text === undefined) return undefined;
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new HumanError(
      'config',
      `${file} holds a password and can be read by others. Make it yours alone (chmod 600), and ask for a new invitation if somebody may have read it.`,
      { what: { id: 'teamFileOpen', values: [file] } },
    );
  }
  const parsed = written.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new HumanError(
      'config',
      `${file} is no membership in a team. Remove it and join again with your invitation.`,
      { what: { id: 'teamFileForeign', values: [file] } },
    );
  }
  const connection = (env.OUTLAY_TEAM_URL ?? '').trim() || parsed.data.connection;
  return { ...parsed.data, connection };
}

export function writeMembership(folder: string, membership: Membership): void {
  writeFileAtomically(membershipFile(folder), `${JSON.stringify(membership, null, 2)}\n`, 0o600);
}

/** Follows a policy that has changed; a machine that has left meanwhile stays away. */
export function followPolicy(folder: string, policy: TeamPolicy): void {
  withFileLock(membershipFile(folder), () => {
    // As it is in the file: a connection string of the environment is not to end up there.
    const kept = readMembership(folder, {});
    if (kept !== undefined) writeMembership(folder, { ...kept, policy });
  });
}

export function removeMembership(folder: string): void {
  withFileLock(membershipFile(folder), () => rmSync(membershipFile(folder), { force: true }));
}
