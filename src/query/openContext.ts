import type { Zone } from '../model/calendar.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import { listsOf } from '../model/unreadable.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import type { Labels } from '../settings/labels.ts';
import type { UserSettings } from '../settings/settings.ts';
import {
  mapped,
  openForReading,
  openForWriting,
  releaseMemory,
} from '../store/connection/openStore.ts';
import {
  type Damage,
  damageText,
  repairStore,
  restoreMissing,
} from '../store/connection/repair.ts';
import { isDamage, storeError } from '../store/connection/storeErrors.ts';
import { storeIdentity } from '../store/connection/storeFiles.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { isOlder, schemaState } from '../store/schema/migrations.ts';
import type { GitState, ReportContext } from './context.ts';
import type { ProjectPlace } from './projects.ts';

/** What a report's context is made of. */
export interface ContextInputs {
  readonly storeFile: string;
  /** The store, where it is open already; whoever answers closes it. */
  readonly opened?: SqlDatabase | undefined;
  readonly book: RateBook;
  readonly settings: Pick<UserSettings, 'weekStart' | 'billing' | 'warnAfterDays'>;
  readonly zone: Zone;
  /** UTC milliseconds. */
  readonly now: number;
  readonly accounts: readonly string[] | undefined;
  readonly problems: readonly string[];
  /** What is new could not be read, or not all of it yet. */
  readonly behind?: boolean;
  readonly labels: Labels;
  /** Which hold is known once it is known which projects there are. */
  readonly budgets: (projects: readonly ProjectPlace[]) => {
    readonly budgets: ReportContext['budgets'];
    readonly problems: readonly string[];
  };
  readonly peers: ReportContext['peers'];
  readonly home: string;
  readonly dataFolder: string;
  readonly git: GitState | null;
  /** Folder somebody stands in, or has open; undefined where nobody does. */
  readonly folder?: string | undefined;
}

/** Opens the store and answers with what `report` makes of it: figures of one moment, which add up. */
export function withReportContext<T>(
  facts: ContextInputs,
  report: (context: ReportContext) => T,
): T {
  try {
    const { db, problems } = openStore(facts);
    try {
      return db.snapshot(() => report(contextOf({ ...facts, problems }, db)));
    } finally {
      db.close();
    }
  } catch (error) {
    throw readFailure(facts.storeFile, error);
  }
}

/** The same for what takes its time and lets others work meanwhile. */
export async function withReportContextMeanwhile<T>(
  facts: ContextInputs,
  report: (context: ReportContext) => Promise<T>,
): Promise<T> {
  try {
    const { db, problems } = openStore(facts);
    try {
      return await report(contextOf({ ...facts, problems }, db));
    } finally {
      db.close();
    }
  } catch (error) {
    throw readFailure(facts.storeFile, error);
  }
}

/** What is told of a failure; a damaged store is repaired first, so that the next question is answered. */
function readFailure(file: string, error: unknown): Error {
  if (!isDamage(error)) {
    return isOfOlderSchema(file, error) ? olderStore(file) : storeError(file, error);
  }
  let damage: Damage | undefined;
  try {
    damage = repairStore(file);
  } catch {
    // Nobody may write there, say: the damage is what is to be told.
  }
  if (damage === undefined) return storeError(file, error);
  return new HumanError('store', `${damageText(damage)} Ask again: what is new is read first.`, {
    what: { id: 'storeRepaired', values: [damage.keptAs ?? '', damage.restored ?? ''] },
  });
}

/** Whether a question failed for want of what the store gets when it is migrated. */
function isOfOlderSchema(file: string, error: unknown): boolean {
  if (!/^no such (table|column)|has no column named/.test(messageOf(error))) return false;
  const db = openForReading(file);
  try {
    return db !== undefined && isOlder(schemaState(db));
  } finally {
    db?.close();
  }
}

/** What is said of a store that cannot be migrated where it is, and not be asked this before. */
function olderStore(file: string): HumanError {
  return new HumanError(
    'store',
    `The store ${file} was written by an older Outlay and may not be written here, so it cannot be brought up to date. Copy it into a folder you may write to and name the copy with "outlay.storePath" or OUTLAY_STORE, or see to the rights.`,
    { what: { id: 'storeOlder', values: [file] } },
  );
}

/** Time without a question after which a store that stays open takes no memory of its file, milliseconds. */
const restMs = 2_000;

/**
 * A store that stays open between the questions of a thread that is asked again and again: opening
 * a long history takes as long as some of its answers. Another file under the same name is reopened;
 * closing is left to the end of the thread, which comes before a store is moved or deleted.
 */
export class KeptStore {
  #kept: { readonly db: SqlDatabase; readonly file: string; readonly version: number } | undefined;
  #rest: NodeJS.Timeout | undefined;

  /** Answers with what `report` makes of the store as it is now. */
  use<T>(facts: ContextInputs, report: (context: ReportContext) => T): T {
    try {
      const db = this.#open(facts.storeFile);
      // A file that is no store yet becomes one without being another file.
      if (db === undefined) return withReportContext(facts, report);
      this.#restLater(db);
      return mapped(db).snapshot(() => report(contextOf(facts, db)));
    } catch (error) {
      // Whatever it was: the next question is not to meet it in the same connection.
      this.close();
      throw readFailure(facts.storeFile, error);
    }
  }

  close(): void {
    clearTimeout(this.#rest);
    this.#kept?.db.close();
    this.#kept = undefined;
  }

  #restLater(db: SqlDatabase): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => releaseMemory(db), restMs);
    this.#rest.unref();
  }

  #open(storeFile: string): SqlDatabase | undefined {
    // Looked at before it is opened: should another take its place meanwhile, the next question sees it.
    const file = storeIdentity(storeFile);
    const known = this.#kept;
    // While it is open no other file can have its number.
    if (known !== undefined && known.file === file && versionOf(known.db) === known.version) {
      return known.db;
    }
    this.close();
    const db = openMigrated(storeFile);
    if (db !== undefined) this.#kept = { db, file, version: versionOf(db) };
    return db;
  }
}

function versionOf(db: SqlDatabase): number {
  return schemaState(db).version;
}

/** A store that is missing is restored, if it can be; without one there is no data, an answer too. */
function openStore({ storeFile, problems, opened }: ContextInputs): {
  readonly db: SqlDatabase;
  readonly problems: readonly string[];
} {
  const found = opened ?? openMigrated(storeFile);
  if (found !== undefined) return { db: mapped(found), problems };
  const damage = restoreMissing(storeFile);
  const db = (damage && openMigrated(storeFile)) ?? openForWriting(':memory:').db;
  return { db: mapped(db), problems: damage ? [...problems, damageText(damage)] : problems };
}

/** Opens a store to read it, migrated if need be; undefined while there is none. */
function openMigrated(storeFile: string): SqlDatabase | undefined {
  let db = openForReading(storeFile);
  if (db !== undefined && isOlder(schemaState(db))) {
    db.close();
    migrateIfWritable(storeFile);
    db = openForReading(storeFile);
  }
  return db;
}

/** Where nobody may write, an older store is asked as it is. */
function migrateIfWritable(storeFile: string): void {
  try {
    openForWriting(storeFile).db.close();
  } catch (error) {
    const id = error instanceof HumanError ? error.what?.id : undefined;
    if (id !== 'storeReadOnly' && id !== 'storeNotOpened') throw error;
  }
}

function contextOf(facts: ContextInputs, db: SqlDatabase): ReportContext {
  const { book, settings, zone, now, accounts, problems, labels, home } = facts;
  const { peers } = facts;
  const { weekStart, billing, warnAfterDays } = settings;
  const reader = new StoreReader(db);
  const inForce = facts.budgets(reader.projects());
  const unreadable = reader.unreadable(accounts);
  const { dataFolder, git, folder } = facts;
  const wishes = { zone, weekStart, billing, warnAfterDays };
  return {
    db,
    reader,
    book,
    now,
    ...wishes,
    accounts,
    problems: [...new Set([...problems, ...inForce.problems])],
    unreadable,
    unread: facts.behind === true || listsOf(unreadable).some(({ count }) => count > 0),
    labels,
    budgets: inForce.budgets,
    peers,
    home,
    dataFolder,
    git,
    folder,
  };
}
