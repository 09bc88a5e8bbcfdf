import { existsSync } from 'node:fs';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { PriceBook } from '../../model/price.ts';
import { NewStore } from '../../store/connection/newStore.ts';
import { Lease } from '../../store/connection/writerLease.ts';
import { Writer } from '../../store/writer.ts';
import type { FirstStoreLimits, IndexerConfig } from '../messages.ts';
import type { IndexerOutput } from '../output.ts';
import { configuredRoots, newFiles, scanRoots } from '../scanRoots.ts';
import { Progress } from './progress.ts';
import { readAhead, type UnreadFiles } from './readAhead.ts';

/** Somebody looks at an editor while it reads; whoever runs a command waits for all. */
const usualLimits: Record<IndexerConfig['mode'], FirstStoreLimits> = {
  watch: { leastBytes: 1024 * 1024, mostMs: 1000 },
  once: { leastBytes: 1024 * 1024, mostMs: 20_000 },
};

/**
 * Builds the store that is not there yet from the newest transcripts, all of them where time allows: in a
 * file of its own, which then takes its place with `holder` as its writer. Whatever keeps it from that, the
 * store is made in the ordinary way; what has not been read then is, as always, read by the next scan. Returns
 * the transcripts that are in it with the facts beside them.
 */
export async function buildFirstStore(
  config: IndexerConfig,
  book: PriceBook,
  holder: string,
  output: IndexerOutput,
  over: AbortSignal,
): Promise<ReadonlySet<string>> {
  const covered = new Set<string>();
  const { storeFile, engine, storeTitles, role } = config;
  if (existsSync(storeFile)) return covered;
  const { leastBytes, mostMs } = config.firstStore ?? usualLimits[config.mode];
  const files = newFiles(config.listed ?? scanRoots(configuredRoots(config)), new Map());
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total < leastBytes || files.length === 0) return covered;
  const unread: UnreadFiles = { files, bytes: total, bookmarkOf: () => undefined };
  const events = { log: (text: string) => output.log('info', text), failed() {} };
  const reading = readAhead(unread, events, { signal: over });
  let store: NewStore | undefined;
  try {
    // A thread that reads starts while the store is begun.
    const first = reading.next();
    first.catch(() => {});
    store = NewStore.begin(storeFile, { engine });
    if (store === undefined) return covered;
    const { db } = store;
    const writer = new Writer(db, { book, storeTitles, assertWriter() {}, isNewStore: true });
    const progress = new Progress(output, total);
    const until = Date.now() + mostMs;
    const isWanted = (): boolean => !over.aborted && !existsSync(storeFile);
    for (let step = await first; !step.done && isWanted(); step = await reading.next()) {
      const { items, doneBytes } = step.value;
      if (items.length > 0) writer.ingest(items);
      for (const { file, agentMetadata } of items) {
        if (agentMetadata?.length) covered.add(file.path);
      }
      progress.tell(doneBytes);
      if (Date.now() >= until) break;
    }
    if (!isWanted()) return new Set();
    store.makeIndexes();
    writer.complete();
    db.transaction(() => new Lease(db, role, config.lease, holder).seize(Date.now()));
    if (!store.publish()) return new Set();
    output.committed();
    return covered;
  } catch (error) {
    // A disk that does not answer answers no better the other way.
    if (error instanceof HumanError && error.reason === 'files') throw error;
    output.log('info', `The store could not be built at once: ${messageOf(error)}`);
    return new Set();
  } finally {
    store?.discard();
    await reading.return();
  }
}
