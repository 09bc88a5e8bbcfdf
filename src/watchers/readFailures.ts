import { HumanError } from '../model/errors.ts';
import {
  parseUnreadable,
  type Unreadable,
  unreadableKey,
  unreadableList,
} from '../model/unreadable.ts';
import { sqliteCode } from '../platform/sqlite/open.ts';
import { LeaseLostError } from '../store/connection/writerLease.ts';
import type { Writer } from '../store/writer.ts';
import type { IndexerOutput } from './output.ts';
import { whileBusy } from './retryBusy.ts';
import { rootAbove, type ScannedRoot } from './scanRoots.ts';
import type { WatchedRoots } from './watchedRoots.ts';

/**
 * What could not be read. One file that cannot is one file less: it is named here, in the store and to
 * whoever watches, while everything else is read.
 */
export class ReadFailures {
  readonly #writer: Writer;
  readonly #roots: WatchedRoots;
  readonly #output: IndexerOutput;
  /** Aborted when the term is over: nothing waits for a lock then. */
  readonly over: AbortSignal;
  /** Reasons by path. */
  readonly #failed = new Map<string, string>();
  #scanned: readonly ScannedRoot[] = [];
  #stored: string | undefined;
  #changed = false;

  /** `stored`: what the store has of earlier scans. */
  constructor(
    writer: Writer,
    roots: WatchedRoots,
    output: IndexerOutput,
    over: AbortSignal,
    stored: string | undefined,
  ) {
    this.#writer = writer;
    this.#roots = roots;
    this.#output = output;
    this.over = over;
    this.#stored = stored;
  }

  /** Everything was listed: what is not there any more has not failed either. */
  scanned(all: readonly ScannedRoot[]): void {
    this.#scanned = all;
    this.#changed = true;
    if (this.#failed.size === 0) return;
    const present = new Set(all.flatMap(({ files }) => files.map(({ path }) => path)));
    for (const path of this.#failed.keys()) if (!present.has(path)) this.#failed.delete(path);
  }

  failed(path: string, reason: string): void {
    if (this.#failed.get(path) === reason) return;
    this.#failed.set(path, reason);
    this.#changed = true;
    this.#output.log('warn', `${path} cannot be read (${reason}); everything else is.`);
  }

  /** A file was read to its end, whatever came of listing it. */
  read(path: string): void {
    if (this.#failed.delete(path)) this.#changed = true;
    if (!this.#scanned.some((each) => each.unreadable.some((file) => file.path === path))) return;
    this.#changed = true;
    this.#scanned = this.#scanned.map((each) => ({
      ...each,
      unreadable: each.unreadable.filter((file) => file.path !== path),
    }));
  }

  /** Says and stores what has changed. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const failed = [...this.#failed].map(([path, code]) => ({ path, code }));
    const scanned = this.#scanned.map((each) => ({
      ...each,
      unreadable: [...each.unreadable, ...failed.filter(({ path }) => isBelow(path, each))],
    }));
    this.#output.roots(scanned, (root) => this.#roots.isPolled(root));
    const stored = storedUnreadable(this.#stored, this.#scanned, failed);
    if (stored === this.#stored) return;
    await whileBusy(() => this.#writer.setMeta(unreadableKey, stored ?? '{}'), this.over);
    this.#stored = stored;
  }
}

function isBelow(path: string, { root }: ScannedRoot): boolean {
  return rootAbove(path, [root]) !== undefined;
}

/** What the store is to have after a scan of some of its roots; undefined for nothing at all. */
export function storedUnreadable(
  before: string | undefined,
  scanned: readonly ScannedRoot[],
  failed?: readonly Unreadable[],
): string | undefined {
  const kept = parseUnreadable(before);
  for (const each of scanned) {
    const listing = unreadableList(each.unreadable);
    const reading =
      failed === undefined
        ? (kept.get(each.root.path)?.reading ?? unreadableList([]))
        : unreadableList(failed.filter(({ path }) => isBelow(path, each)));
    kept.delete(each.root.path);
    if (listing.count + reading.count > 0) kept.set(each.root.path, { listing, reading });
  }
  const sorted = [...kept].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0 && before === undefined) return undefined;
  return JSON.stringify(Object.fromEntries(sorted));
}

/** SQLite's primary result codes for values it does not take: they say nothing of the store itself. */
const refused = new Set([1, 18, 19, 20, 25]);
const refusedNames = new Set([
  'SQLITE_ERROR',
  'SQLITE_TOOBIG',
  'SQLITE_CONSTRAINT',
  'SQLITE_MISMATCH',
  'SQLITE_RANGE',
]);

/** Whether storing failed for what was to be stored, not for the store or for who writes it. */
export function isOfContent(error: unknown): boolean {
  if (error instanceof LeaseLostError || error instanceof HumanError) return false;
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  if (typeof errcode === 'number') return refused.has(errcode & 0xff);
  const code = sqliteCode(error);
  if (code !== undefined) return refusedNames.has(code);
  return error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;
}
