import { setTimeout as sleep } from 'node:timers/promises';
import { HumanError } from '../model/errors.ts';
import { type Unreadable, unreadableKey } from '../model/unreadable.ts';
import { openForReading } from '../store/connection/openStore.ts';
import { isDamage, storeError } from '../store/connection/storeErrors.ts';
import { isAlive } from '../store/connection/writerLease.ts';
import type { SqlDatabase } from '../store/driver/types.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { isOlder, schemaState } from '../store/schema/migrations.ts';
import type { FromIndexer, IndexerConfig, IndexerState } from './messages.ts';
import { storedUnreadable } from './readFailures.ts';
import { configuredRoots, newFiles, type ScannedRoot, scanRoots } from './scanRoots.ts';
import { IndexerClient } from './thread/client.ts';

export interface IndexOutcome {
  /** Transcripts that had something new. */
  readonly fresh: number;
  readonly transcripts: number;
  /** Another process writes and has not read everything yet. */
  readonly behind: boolean;
  /** What is missing then. */
  readonly missing?: Backlog;
  /** What cannot be read, where the store does not say so yet. */
  readonly unreadable?: readonly Unreadable[];
}

/** What another process, the writer, has still to read. */
export interface Backlog {
  readonly transcripts: number;
  readonly bytes: number;
  /** Process id and kind of program of the writer; 0 and '' where it is not known. */
  readonly pid: number;
  readonly role: string;
}

/**
 * How long a program waits for another one, the writer, to catch up: somebody waits for this program's
 * answer, and it says what is missing.
 */
const patienceMs = 600;

/** Times it tries to take the place of a writer that has ended; others may be faster. */
const mostTries = 5;

/**
 * Brings the store up to date with the transcripts and comes back. Where nothing is new nothing is
 * started; where another process is the writer, this waits a moment for it to read what there is, and
 * takes its place at once should it end. `run` runs the indexer; a test may, without a thread.
 */
export async function indexOnce(
  config: IndexerConfig,
  priceRevision: string,
  onMessage: (message: FromIndexer) => void = () => {},
  run = runIndexer,
): Promise<IndexOutcome> {
  const until = Date.now() + patienceMs;
  const scanned = scanRoots(configuredRoots(config));
  const transcripts = scanned.reduce((sum, { files }) => sum + files.length, 0);
  const fresh = pending(config, scanned, priceRevision);
  const done: IndexOutcome = { fresh, transcripts, behind: false };
  if (fresh === 0) return done;
  for (let tries = 0; tries < mostTries; tries++) {
    const outcome = await run(config, onMessage);
    if (outcome.kind === 'unavailable') {
      throw new HumanError('store', outcome.reason, { what: outcome.what });
    }
    if (outcome.kind !== 'following') return done;
    const missing = await caughtUp(config, scanned, until);
    if (missing === 'no writer') continue;
    const unreadable = unsaid(config, scanned);
    const also = unreadable.length > 0 && { unreadable };
    return missing.transcripts === 0
      ? { ...done, ...also }
      : { ...done, behind: true, missing, ...also };
  }
  const { length } = newFiles(scanned, new Map());
  return { ...done, behind: true, missing: { transcripts: length, bytes: 0, pid: 0, role: '' } };
}

/** Waits until the writer has read what was listed, the moment is over, or nobody writes any more. */
async function caughtUp(
  config: IndexerConfig,
  scanned: readonly ScannedRoot[],
  until: number,
): Promise<Backlog | 'no writer'> {
  for (;;) {
    const missing = backlog(config, scanned);
    if (missing === 'no writer' || missing.transcripts === 0 || Date.now() >= until) return missing;
    await sleep(25);
  }
}

/** What listing met that the store does not tell its readers yet: the writer listed earlier. */
function unsaid(config: IndexerConfig, scanned: readonly ScannedRoot[]): readonly Unreadable[] {
  const db = openUnlessDamaged(config);
  if (db === undefined) return [];
  const reader = new StoreReader(db);
  try {
    const said = reader.meta(unreadableKey);
    if (storedUnreadable(said, scanned) === said) return [];
    return scanned.flatMap((root) => root.unreadable);
  } finally {
    reader.close();
  }
}

/** What the writer has not read of the transcripts as they were listed; they may have grown since. */
function backlog(config: IndexerConfig, scanned: readonly ScannedRoot[]): Backlog | 'no writer' {
  const db = openUnlessDamaged(config);
  if (db === undefined) return 'no writer';
  const reader = new StoreReader(db);
  try {
    const known = reader.knownSizes();
    // What the writer cannot read will not come.
    const unreadable = [...reader.unreadable(undefined).values()];
    const failed = new Set(
      unreadable.flatMap(({ reading }) => reading.named.map(({ path }) => path)),
    );
    let [transcripts, bytes] = [0, 0];
    for (const { files } of scanned) {
      for (const { path, size, mtimeMs } of files) {
        const seen = known.get(path);
        if (failed.has(path)) continue;
        if (seen !== undefined && seen.size >= size && seen.mtimeMs >= mtimeMs) continue;
        transcripts += 1;
        bytes += Math.max(0, size - Math.max(0, seen?.size ?? 0));
      }
    }
    const lease = reader.lease();
    if (transcripts > 0 && (lease === undefined || !isAlive(lease, Date.now()))) return 'no writer';
    return { transcripts, bytes, pid: lease?.pid ?? 0, role: lease?.role ?? '' };
  } finally {
    reader.close();
  }
}

/**
 * Number of transcripts the store is behind by; at least one when prices changed since, or where an
 * older Outlay wrote the store last: migrating it may make all of them new.
 */
function pending(
  config: IndexerConfig,
  scanned: readonly ScannedRoot[],
  priceRevision: string,
): number {
  const db = openUnlessDamaged(config);
  if (db === undefined) return Math.max(1, newFiles(scanned, new Map()).length);
  const reader = new StoreReader(db);
  try {
    const fresh = newFiles(scanned, reader.knownSizes()).length;
    const unreadable = reader.meta(unreadableKey);
    const same =
      !isOlder(schemaState(db)) &&
      reader.meta('priceRevision') === priceRevision &&
      storedUnreadable(unreadable, scanned) === unreadable;
    return same ? fresh : Math.max(1, fresh);
  } catch (error) {
    // The indexer repairs it.
    if (isDamage(error)) return 1;
    throw storeError(config.storeFile, error);
  } finally {
    reader.close();
  }
}

/** The store, or undefined where there is none that can be read: then the indexer makes or mends it. */
function openUnlessDamaged({ storeFile, engine }: IndexerConfig): SqlDatabase | undefined {
  try {
    return openForReading(storeFile, { engine });
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Runs the indexing thread until it has read everything, or cannot; returns its last word. */
function runIndexer(
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
): Promise<IndexerState> {
  return new Promise((resolve, reject) => {
    let state: IndexerState = { kind: 'starting' };
    const finish = (): void => {
      void client.stop().then(() => resolve(state));
    };
    const client = new IndexerClient((message) => {
      onMessage(message);
      if (message.type === 'state') {
        state = message.state;
        if (state.kind === 'following' || state.kind === 'unavailable') finish();
      } else if (message.type === 'caughtUp') finish();
    }, reject);
    client.configure({ ...config, mode: 'once' });
  });
}
