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
}

export function knownClaimsFile(folder: string): string {
  return join(folder, 'team-claims.json');
}

/**
 * Spares asking Firestore, which counts each document read, who sends a session. A cache: it counts while the ledger
 * knows the machine by the same claimant and number, and losing it costs a question. Undefined without one.
 */
export function readKnownClaims(folder: string): KnownClaims | undefined {
  const { claimant, released, owners } = objectIn(knownClaimsFile(folder));
  if (typeof claimant !== 'string' || !isAmount(released) || !isObject(owners)) return undefined;
  const named = Object.entries(owners).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { claimant, released, owners: Object.fromEntries(named) };
}

export function writeKnownClaims(folder: string, claims: KnownClaims): void {
  writeFileAtomically(knownClaimsFile(folder), `${JSON.stringify(claims)}\n`, 0o600);
}

export function removeKnownClaims(folder: string): void {
  rmSync(knownClaimsFile(folder), { force: true });
}
