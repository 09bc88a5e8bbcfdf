import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAmount, isObject } from '../../model/objects.ts';
import { objectIn } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

/** Who sends which days of sessions, as Firestore said when it was asked. */
export interface KnownClaims {
  /** What this machine is called among claimants, and how often it had given claims back by then. */
  readonly claimant: string;
  readonly released: number;
  /** The claimant of each day of a session; see `SessionDay`. */
  readonly owners: Readonly<Record<string, string>>;
  /** How often other claimants had given claims back before these were read; see `MachineState.released`. */
  readonly releases: Readonly<Record<string, number>>;
}

export function knownClaimsFile(folder: string): string {
  return join(folder, 'team-claims.json');
}

/**
 * Spares asking Firestore, which counts each document read, who sends a session. A cache: it counts while the ledger
 * knows the machine by the same claimant and number, what others own while their numbers stay, and losing it costs a
 * question. Undefined without one.
 */
export function readKnownClaims(folder: string): KnownClaims | undefined {
  const { claimant, released, owners, releases } = objectIn(knownClaimsFile(folder));
  if (typeof claimant !== 'string' || !isAmount(released) || !isObject(owners)) return undefined;
  const named = Object.entries(owners).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const counted = Object.entries(isObject(releases) ? releases : {}).filter(
    (entry): entry is [string, number] => isAmount(entry[1]),
  );
  return {
    ...{ claimant, released },
    owners: Object.fromEntries(named),
    releases: Object.fromEntries(counted),
  };
}

export function writeKnownClaims(folder: string, claims: KnownClaims): void {
  writeFileAtomically(knownClaimsFile(folder), `${JSON.stringify(claims)}\n`, 0o600);
}

export function removeKnownClaims(folder: string): void {
  rmSync(knownClaimsFile(folder), { force: true });
}
