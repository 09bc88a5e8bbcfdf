import { setTimeout as sleep } from 'node:timers/promises';
import { HumanError } from '../model/errors.ts';
import { inStore, isDamage, openForReading } from '../store/connection/openStore.ts';
import type { SqlDatabase } from '../store/driver/types.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { IndexerClient } from './client.ts';
import type { FromIndexer, IndexerConfig, IndexerState } from './messages.ts';
import { configuredRoots, newFiles, scanRoots } from './scanRoots.ts';

export interface IndexOutcome {
  /** Transcripts that had something new. */
  readonly fresh: number;
  readonly transcripts: number;
  /** Another process writes and has not read everything yet. */
  readonly behind: boolean;
}

/** How long a program waits for another one, the writer, to catch up. */
const patienceMs = 10_000;

/**
 * Brings the store up to date with the transcripts and comes back. Where nothing is new nothing is
 * started; where another process is the writer, this waits until it has read what there is.
 */
export async function indexOnce(
  config: IndexerConfig,
  priceRevision: string,
  onMessage: (message: FromIndexer) => void = () => {},
): Promise<IndexOutcome> {
  const scanned = scanRoots(configuredRoots(config));
  const transcripts = scanned.reduce((sum, { files }) => sum + files.length, 0);
  const fresh = pending(config, scanned, priceRevision);
  if (fresh === 0) return { fresh: 0, transcripts, behind: false };
  const outcome = await runIndexer(config, onMessage);
  if (outcome.kind === 'unavailable')
    throw new HumanError('store', outcome.reason, { what: outcome.what });
  if (outcome.kind !== 'following') return { fresh, transcripts, behind: false };
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    if (pending(config, scanned, undefined) === 0) return { fresh, transcripts, behind: false };
    await sleep(25);
  }
  return { fresh, transcripts, behind: true };
}

/** Number of transcripts the store is behind by; at least one when prices changed since. */
function pending(
  config: IndexerConfig,
  scanned: ReturnType<typeof scanRoots>,
  priceRevision: string | undefined,
): number {
  const db = openUnlessDamaged(config);
  if (db === undefined) return Math.max(1, newFiles(scanned, new Map()).length);
  const reader = new StoreReader(db);
  try {
    return inStore(config.storeFile, () => {
      const fresh = newFiles(scanned, reader.knownSizes()).length;
      const repriced =
        priceRevision !== undefined && reader.meta('priceRevision') !== priceRevision;
      return fresh === 0 && repriced ? 1 : fresh;
    });
  } finally {
    reader.close();
  }
}

/** The store, or undefined where there is none that can be read: then the indexer makes or mends it. */
function openUnlessDamaged({ storeFile, engine }: IndexerConfig): SqlDatabase | undefined {
  try {
    return openForReading(storeFile, { engine });
  } catch (error) {
    if (error instanceof HumanError && isDamage(error.cause)) return undefined;
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
