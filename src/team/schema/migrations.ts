import { claimRights, claims } from './claims.ts';
import { administration, functions } from './functions.ts';
import { poolRights, pools } from './pools.ts';
import { rollups } from './rollups.ts';
import { rights, rules } from './rules.ts';
import { tables } from './tables.ts';

/** A step of the schema: what is made, and what members may then do with it. */
export interface Migration {
  readonly sql: string;
  /** Run when the team and its role are known. */
  readonly rights: string;
}

/** Every step in order; a ledger's version is how many of them it has. A step is never changed, only followed. */
export const migrations: readonly Migration[] = [
  { sql: [tables, rules, administration, rollups, functions].join('\n'), rights },
  { sql: pools, rights: poolRights },
  { sql: claims, rights: claimRights },
];

export const schemaVersion = migrations.length;
