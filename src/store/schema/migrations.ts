import { closeSync, openSync, renameSync } from 'node:fs';
import { HumanError } from '../../model/errors.ts';
import { partName, removeDeadPartsOf, removePart } from '../../platform/partName.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import {
  schemaV1,
  schemaV2,
  schemaV3,
  schemaV4,
  schemaV5,
  schemaV6,
  schemaV7,
  schemaV8,
  schemaV9,
  schemaV10,
  schemaV11,
  schemaV12,
  schemaV13,
} from './schema.ts';

/** One step of the schema. Released steps never change; a new one is added behind them. */
export interface Migration {
  /** Version the step leads to. */
  readonly version: number;
  /** Oldest version of Outlay's schema whose readers still understand the result. */
  readonly minReader: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { version: 1, minReader: 1, sql: schemaV1 },
  // Older programs group the rollups by the columns they know: the sums are the same.
  { version: 2, minReader: 1, sql: schemaV2 },
  { version: 3, minReader: 1, sql: schemaV3 },
  { version: 4, minReader: 1, sql: schemaV4 },
  { version: 5, minReader: 1, sql: schemaV5 },
  { version: 6, minReader: 1, sql: schemaV6 },
  { version: 7, minReader: 1, sql: schemaV7 },
  // Indexes only.
  { version: 8, minReader: 1, sql: schemaV8 },
  // Background's sums stay where older programs read them.
  { version: 9, minReader: 1, sql: schemaV9 },
  // Background and its items stay where older programs read them.
  { version: 10, minReader: 1, sql: schemaV10 },
  { version: 11, minReader: 1, sql: schemaV11 },
  // Older programs show a sum of requests as one.
  { version: 12, minReader: 1, sql: schemaV12 },
  // Older programs show a session of another host by the id it is known by, and what the host said of background.
  { version: 13, minReader: 1, sql: schemaV13 },
];

/** The schema this program writes. */
export function currentVersion(steps: readonly Migration[] = migrations): number {
  return steps[steps.length - 1]!.version;
}

export interface SchemaState {
  readonly version: number;
  readonly minReader: number;
}

export function schemaState(db: SqlDatabase): SchemaState {
  const version = Number(db.pragma('user_version') ?? 0);
  if (version === 0) return { version, minReader: 0 };
  const row = db.prepare("SELECT value FROM meta WHERE key = 'minReader'").get<{ value: string }>();
  return { version, minReader: Number(row?.value ?? version) };
}

/** Why a program with these steps may not read the store, or undefined when it may. */
export function readRefusal(
  state: SchemaState,
  steps: readonly Migration[] = migrations,
): HumanError | undefined {
  if (state.minReader <= currentVersion(steps)) return undefined;
  return new HumanError(
    'store',
    `The store was written by a newer Outlay (schema ${state.version}; this one reads up to ${currentVersion(steps)}). Update Outlay to read it.`,
    { what: { id: 'storeTooNew', values: [] } },
  );
}

/** A newer Outlay has migrated the store: this one reads it, if it may, and never writes. */
export function isNewer(state: SchemaState, steps: readonly Migration[] = migrations): boolean {
  return state.version > currentVersion(steps);
}

/** An older Outlay wrote the store last: whoever reads it now has it migrated first. */
export function isOlder(state: SchemaState, steps: readonly Migration[] = migrations): boolean {
  return state.version < currentVersion(steps);
}

/**
 * Throws when a newer Outlay has migrated the store since it was opened. Call inside every write
 * transaction: rows of the old shape must not get into tables of the new one.
 */
export function assertOwnSchema(db: SqlDatabase, steps: readonly Migration[] = migrations): void {
  const version = Number(db.pragma('user_version'));
  if (version > currentVersion(steps)) throw newerStore();
}

/** What a program says that may not write the store any more. */
export function newerStore(): HumanError {
  return new HumanError(
    'store',
    'The store was written by a newer Outlay, so this one only reads it. Update Outlay here too.',
    { what: { id: 'storeNewer', values: [] } },
  );
}

/**
 * Brings the schema up to date in one transaction, after a copy of the store as it was: nobody sees
 * one that is half made. Returns the version found. Never goes down.
 */
export function migrate(
  db: SqlDatabase,
  file: string,
  steps: readonly Migration[] = migrations,
): number {
  const found = schemaState(db).version;
  const pending = steps.filter((step) => step.version > found);
  if (pending.length === 0) return found;
  if (found > 0 && file !== ':memory:') keepCopy(db, `${file}.before-v${currentVersion(steps)}`);
  db.transaction(() => {
    for (const step of pending) {
      // Another process may have been faster.
      if (Number(db.pragma('user_version')) >= step.version) continue;
      db.exec(step.sql);
      db.prepare("INSERT OR REPLACE INTO meta VALUES ('minReader', ?)").run(String(step.minReader));
      db.exec(`PRAGMA user_version = ${step.version}`);
      db.prepare("INSERT OR IGNORE INTO meta VALUES ('createdAt', ?)").run(String(Date.now()));
    }
  });
  return found;
}

/** Keeps the store as it is under another name, whoever else does the same at this moment. */
function keepCopy(db: SqlDatabase, copy: string): void {
  copyDatabase(db, copy);
}

/**
 * Writes a compact copy of the whole store, readable by nobody else from its first byte. It takes its
 * name when `finish` has done with it; half a copy never has it.
 */
export function copyDatabase<T>(
  db: SqlDatabase,
  target: string,
  finish?: (part: string) => T,
): T | undefined {
  const part = partName(target);
  try {
    removeDeadPartsOf(target);
    // SQLite fills an empty file, and gives its journal the same rights.
    closeSync(openSync(part, 'wx', 0o600));
    db.prepare('VACUUM INTO ?').run(part);
    const finished = finish?.(part);
    renameSync(part, target);
    return finished;
  } catch (error) {
    removePart(part);
    throw error;
  }
}
