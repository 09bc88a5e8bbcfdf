import { readAgentMeta } from '../../src/agents/claude/agentMeta.ts';
import { discover, locationOf } from '../../src/agents/claude/discover.ts';
import { readChunks } from '../../src/agents/claude/read/readChunks.ts';
import { nanoUsd } from '../../src/model/money.ts';
import type { PriceBook } from '../../src/model/price.ts';
import type { Bookmark, TranscriptChunk } from '../../src/model/records.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import { Writer, type WriterOptions } from '../../src/store/writer.ts';

const book = createPriceBook();

/** A writer nobody competes with. */
export function soleWriter(db: SqlDatabase, options: Partial<WriterOptions> = {}): Writer {
  return new Writer(db, { book, storeTitles: true, assertWriter() {}, ...options });
}

export function bundledBook(): PriceBook {
  return book;
}

/** Other prices for every model, and one for a model the bundled book does not know. */
export const otherBook: PriceBook = {
  revision: 'other',
  catalogueDate: '2026-11-20',
  listPrice: book.price,
  price(usage, model, traits, at) {
    const price = book.price(usage, model, traits, at);
    if (price.kind === 'priced') {
      return { ...price, nanoUsd: nanoUsd(price.nanoUsd * 3 + 7), row: `${price.row}+` };
    }
    if (model !== 'made-up-model') return price;
    return { kind: 'priced', nanoUsd: nanoUsd(usage.output * 1000), model, row: 'made up' };
  },
};

/** Reads all that is new below a configuration directory into the store. */
export function ingestAll(
  db: SqlDatabase,
  root: string,
  options: { readonly chunkBytes?: number; readonly writer?: Writer } = {},
): void {
  const writer = options.writer ?? soleWriter(db);
  const projects = `${root}/projects`;
  const found = discover(projects);
  for (const { path, mtimeMs } of found.files) {
    const bookmark = writer.files.find(path)?.bookmark;
    for (const chunk of chunksOf(projects, path, bookmark, options.chunkBytes)) {
      writer.ingest([{ file: { path, root, mtimeMs }, chunk }]);
    }
  }
  writer.matchSummaries();
  for (const path of found.metaFiles) {
    const fact = readAgentMeta(path, locationOf(projects, path));
    if (fact !== undefined) writer.addAgentMetadata(root, [fact]);
  }
}

export function chunksOf(
  projects: string,
  path: string,
  bookmark?: Bookmark,
  chunkBytes?: number,
): Generator<TranscriptChunk, void, void> {
  return readChunks(path, locationOf(projects, path), bookmark, chunkBytes);
}
