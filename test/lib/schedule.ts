import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placed as placedChunk } from '../../src/agents/registry.ts';
import type { TranscriptChunk } from '../../src/model/records.ts';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import type { ToldSum } from '../../src/model/requests/toldSum.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import type { IngestItem, Writer, WriterOptions } from '../../src/store/writer.ts';
import { chunksOf, soleWriter } from './ingest.ts';
import { type Random, random } from './random.ts';
import type { WorldFile } from './world.ts';

const mtimeMs = 1_000_000;

/** The plain way: every file is there from the start and is read once, whole, in its turn. */
export function ingestPlainly(
  db: SqlDatabase,
  folder: string,
  files: readonly WorldFile[],
  options: Partial<WriterOptions> = {},
): void {
  const writer = soleWriter(db, options);
  writeWorld(folder, files);
  for (const file of files) {
    const { path, projects, root } = placed(folder, file);
    for (const chunk of chunksOf(projects, path)) {
      writer.ingest([itemOf(path, root, chunk)]);
    }
    writer.matchSummaries();
  }
}

/**
 * Any other way that must lead to the same store, decided by a seed: files grow in pieces cut at
 * any byte, in any order; chunks of any length; several in one transaction; files read again
 * from the start; transactions that fail and are made again; new processes in between; events early, late,
 * in any order and again.
 */
export function ingestSomehow(
  db: SqlDatabase,
  folder: string,
  files: readonly WorldFile[],
  seed: number,
  told: Partial<Told> = {},
): void {
  new Schedule(db, folder, random(seed), { events: [], sums: [], ...told }).run(files);
}

/** Reads files that have been read before from the start, in an order decided by a seed. */
export function readAgain(
  db: SqlDatabase,
  folder: string,
  files: readonly WorldFile[],
  seed: number,
): void {
  const writer = soleWriter(db);
  for (const file of random(seed).shuffle([...files])) {
    const { path, projects, root } = placed(folder, file);
    const known = writer.files.find(path)?.bookmark;
    const bookmark = known && { ...known, head: 'another file' };
    for (const chunk of chunksOf(projects, path, bookmark)) {
      writer.ingest([itemOf(path, root, chunk)]);
    }
  }
  writer.matchSummaries();
}

/** Writes a world's files below a folder, whole. */
export function writeWorld(folder: string, files: readonly WorldFile[]): void {
  for (const file of files) writeFileSync(placed(folder, file).path, file.content);
}

/** A chunk as the indexer stores it; a root `x@NAME` is that of a host. */
function itemOf(path: string, root: string, chunk: TranscriptChunk): IngestItem {
  const [, host] = root.split('@');
  const whose = {
    agent: 'claude',
    path: root,
    logFolder: root,
    source: 'host',
    exists: true,
  } as const;
  return placedChunk(host === undefined ? whose : { ...whose, host }, { path, mtimeMs }, chunk);
}

export function placed(
  folder: string,
  file: WorldFile,
): { path: string; projects: string; root: string } {
  const root = join(folder, file.root);
  const projects = join(root, 'projects');
  const path = join(projects, ...file.path.split('/'));
  mkdirSync(dirname(path), { recursive: true });
  return { path, projects, root };
}

/** What telemetry tells. */
interface Told {
  readonly events: readonly RequestEvent[];
  readonly sums: readonly ToldSum[];
}

class Schedule {
  readonly #db: SqlDatabase;
  readonly #folder: string;
  readonly #random: Random;
  #writer: Writer;
  #held: IngestItem[] = [];

  readonly #told: Told;

  constructor(db: SqlDatabase, folder: string, dice: Random, told: Told) {
    this.#told = told;
    this.#db = db;
    this.#folder = folder;
    this.#random = dice;
    this.#writer = soleWriter(db);
  }

  run(files: readonly WorldFile[]): void {
    const dice = this.#random;
    const steps = files.flatMap((file) => this.#pieces(file).map(() => file));
    const left = new Map(files.map((file) => [file, this.#lastPieces.get(file)!]));
    for (const file of dice.shuffle(steps)) {
      const piece = left.get(file)!.shift()!;
      const { path } = placed(this.#folder, file);
      appendFileSync(path, piece);
      if (dice.oneIn(5)) continue;
      this.#read(file);
      if (dice.oneIn(6)) this.#writer = soleWriter(this.#db);
      if (dice.oneIn(6)) this.#writer.matchSummaries();
      this.#tell();
    }
    const { events, sums } = this.#told;
    if (events.length > 0) this.#writer.addRequests(dice.shuffle([...events]));
    if (sums.length > 0) this.#writer.addSums(dice.shuffle([...sums]));
    for (const file of dice.shuffle([...files])) {
      this.#read(file);
      if (dice.oneIn(4)) this.#readAgain(file);
    }
    this.#flush();
    this.#writer.matchSummaries();
  }

  /** Some of what is told, whatever has come before. */
  #tell(): void {
    const dice = this.#random;
    const { events, sums } = this.#told;
    if (events.length === 0 || !dice.oneIn(3)) return;
    this.#writer.addRequests(dice.shuffle(events.filter(() => dice.oneIn(4))));
    if (sums.length === 0) return;
    this.#writer.addSums(dice.shuffle(sums.filter(() => dice.oneIn(4))));
  }

  readonly #lastPieces = new Map<WorldFile, Buffer[]>();

  /** Cuts a file at any bytes, most gladly right before or behind a newline. */
  #pieces(file: WorldFile): Buffer[] {
    const dice = this.#random;
    const { content } = file;
    const cuts = Array.from({ length: dice.below(5) }, () => {
      const at = dice.below(content.length + 1);
      const newline = content.indexOf(0x0a, at);
      return newline < 0 || dice.oneIn(2) ? at : newline + dice.below(2);
    });
    const ends = [...new Set([0, ...cuts, content.length])].sort((a, b) => a - b);
    const pieces = ends.map((end, i) => content.subarray(i === 0 ? 0 : ends[i - 1]!, end));
    this.#lastPieces.set(file, pieces);
    return pieces;
  }

  #read(file: WorldFile, forget = false): void {
    const { path, projects, root } = placed(this.#folder, file);
    if (this.#held.some((item) => item.file.path === path)) this.#flush();
    const known = this.#writer.files.find(path)?.bookmark;
    const bookmark = known !== undefined && forget ? { ...known, head: 'another file' } : known;
    const bytes = this.#random.pick([1, 300, 2000, 1_000_000]);
    for (const chunk of chunksOf(projects, path, bookmark, bytes)) {
      this.#held.push(itemOf(path, root, chunk));
      if (!this.#random.oneIn(3)) this.#flush();
    }
  }

  /** As if the file had been replaced by one with the same records. */
  #readAgain(file: WorldFile): void {
    this.#read(file, true);
  }

  #flush(): void {
    const items = this.#held;
    this.#held = [];
    if (items.length === 0) return;
    if (this.#random.oneIn(5)) {
      assert.throws(() => this.#writer.ingest([...items, poison]), /poison/);
    }
    this.#writer.ingest(items);
  }
}

/** An item at which a transaction fails, after all that came before it. */
const poison: IngestItem = {
  file: { path: 'poison', root: '', mtimeMs: 0 },
  get chunk(): never {
    throw new Error('poison');
  },
};
