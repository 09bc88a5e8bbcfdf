import { createRequire } from 'node:module';
import { HumanError } from '../model/errors.ts';
import { type Unreadable, unreadableKey } from '../model/unreadable.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { mapped, openForReading } from '../store/connection/openStore.ts';
import { isDamage, storeError } from '../store/connection/storeErrors.ts';
import { isAlive } from '../store/connection/writerLease.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { isOlder, schemaState } from '../store/schema/migrations.ts';
import type { FromIndexer, IndexerConfig, IndexerState } from './messages.ts';
import { storedUnreadable } from './readFailures.ts';
import {
  configuredRoots,
  type FoundFile,
  newFiles,
  type ScannedRoot,
  scanRoots,
} from './scanRoots.ts';
import { workerFile } from './workerFile.ts';

export interface IndexOutcome {
  /** The store that was looked at, open, where nothing is new and `keepOpen` was asked for. */
  readonly store?: SqlDatabase;
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
 * How long a program waits for another one, the writer, to catch up, in ms: somebody waits for this
 * program's answer, and it says what is missing. Where nothing at all has been read yet there is no
 * answer to give: then it waits longer.
 */
const patienceMs = { some: 600, nothing: 5_000 };

/** Times it tries to take the place of a writer that has ended; others may be faster. */
const mostTries = 5;

export interface IndexOnceOptions {
  /** Runs the indexer; a test may. */
  readonly run?: RunIndexer;
  /** Whoever asks answers from the store that is looked at, and closes it. */
  readonly keepOpen?: boolean;
  /** Is told before reading begins how many bytes the transcripts have in which something is new. */
  readonly beforeReading?: (bytes: number) => void;
}

/**
 * Brings the store up to date with the transcripts and comes back. Where nothing is new nothing is
 * started; where another process is the writer, this waits a moment for it to read what there is, and
 * takes its place at once should it end.
 */
export async function indexOnce(
  config: IndexerConfig,
  priceRevision: string,
  onMessage: (message: FromIndexer) => void = () => {},
  { run = runHere, keepOpen = false, beforeReading = () => {} }: IndexOnceOptions = {},
): Promise<IndexOutcome> {
  const scanned = scanRoots(configuredRoots(config));
  const transcripts = scanned.reduce((sum, { files }) => sum + files.length, 0);
  const { fresh, bytes = 0, store } = pending(config, scanned, priceRevision, keepOpen);
  const done: IndexOutcome = { fresh, transcripts, behind: false, ...(store && { store }) };
  if (fresh === 0) return done;
  beforeReading(bytes);
  for (let tries = 0; tries < mostTries; tries++) {
    const outcome = await run({ ...config, listed: scanned }, onMessage);
    if (outcome.kind === 'unavailable') {
      throw new HumanError('store', outcome.reason, { what: outcome.what });
    }
    if (outcome.kind !== 'following') return done;
    const missing = await caughtUp(config, scanned, transcripts);
    if (missing === 'no writer') continue;
    const unreadable = unsaid(config, scanned);
    const also = unreadable.length > 0 && { unreadable };
    return missing.transcripts === 0
      ? { ...done, ...also }
      : { ...done, behind: true, missing, ...also };
  }
  return { ...done, behind: true, missing: { transcripts, bytes: 0, pid: 0, role: '' } };
}

/** Waits until the writer has read what was listed, the moment is over, or nobody writes any more. */
async function caughtUp(
  config: IndexerConfig,
  scanned: readonly ScannedRoot[],
  transcripts: number,
): Promise<Backlog | 'no writer'> {
  const started = performance.now();
  for (;;) {
    const missing = backlog(config, scanned);
    if (missing === 'no writer' || missing.transcripts === 0) return missing;
    const patience = missing.transcripts === transcripts ? patienceMs.nothing : patienceMs.some;
    if (performance.now() - started >= patience) return missing;
    await new Promise((resolve) => setTimeout(resolve, 25));
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

/** What there is to be done. */
interface Pending {
  /** Number of transcripts the store is behind by, or one where there is something else to be done. */
  readonly fresh: number;
  /** What these transcripts have, where they are known. */
  readonly bytes?: number;
  /** Open, where there is nothing to be done and it was to be kept. */
  readonly store?: SqlDatabase;
}

/**
 * What the store is behind by; more than nothing when prices changed since, or where an older Outlay wrote
 * the store last: migrating it may make all transcripts new.
 */
function pending(
  config: IndexerConfig,
  scanned: readonly ScannedRoot[],
  priceRevision: string,
  keepOpen: boolean,
): Pending {
  const db = openUnlessDamaged(config);
  if (db === undefined) return everything(scanned);
  const reader = new StoreReader(mapped(db));
  let isKept = false;
  try {
    const files = newFiles(scanned, reader.knownSizes());
    if (isOlder(schemaState(db))) return someOf(files);
    const unreadable = reader.meta(unreadableKey);
    const same =
      reader.meta('priceRevision') === priceRevision &&
      storedUnreadable(unreadable, scanned) === unreadable;
    if (files.length > 0 || !same) return someOf(files);
    isKept = keepOpen;
    return isKept ? { fresh: 0, store: db } : { fresh: 0 };
  } catch (error) {
    // The indexer repairs it.
    if (isDamage(error)) return { fresh: 1 };
    throw storeError(config.storeFile, error);
  } finally {
    if (!isKept) reader.close();
  }
}

/** All there is, as where there is no store yet. */
function everything(scanned: readonly ScannedRoot[]): Pending {
  return someOf(newFiles(scanned, new Map()));
}

function someOf(files: readonly FoundFile[]): Pending {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { fresh: Math.max(1, files.length), bytes };
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

/** Runs the indexer until it has read everything, or cannot; returns its last word. */
type RunIndexer = (
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
) => Promise<IndexerState>;

/**
 * On this thread, from the bundle of the indexing thread: what only reads does not load it. What there is much
 * of is read by a thread of its own.
 */
async function runHere(
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
): Promise<IndexerState> {
  const load = createRequire(import.meta.filename);
  const { Indexer } = load(workerFile()) as typeof import('./worker.ts');
  let state: IndexerState = { kind: 'starting' };
  const indexer = new Indexer({ ...config, mode: 'once' }, (message) => {
    onMessage(message);
    if (message.type === 'state') state = message.state;
  });
  await indexer.start();
  await indexer.stop();
  return state;
}
