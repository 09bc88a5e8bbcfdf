import type { LogFile, Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import type { Writer } from '../store/writer.ts';
import { Coalescer } from './coalescer.ts';
import { ingestFile, reasonOf } from './ingestFile.ts';
import type { IndexerOutput } from './output.ts';
import type { ReadFailures } from './readFailures.ts';
import { whileBusy } from './retryBusy.ts';
import type { FoundFile } from './scanRoots.ts';
import type { WatchedRoots } from './watchedRoots.ts';

/** How often recently active files are checked, events or not. */
const sweepEveryMs = 15_000;
/** A file counts as recently active this long after its last change. */
const activeMs = 30 * 60_000;

/**
 * Keeps recently active files up to date: a file is checked after an event, and each of them once in
 * a while, because events are only hints.
 */
export class Sweeper {
  readonly #writer: Writer;
  readonly #roots: WatchedRoots;
  readonly #failures: ReadFailures;
  readonly #output: IndexerOutput;
  readonly #over: AbortSignal;
  readonly #fail: (error: unknown) => void;
  readonly #checks = new Coalescer((path) => this.#check(path));
  /** Files changed lately, with the time of the change. */
  readonly #active = new Map<string, number>();
  #lastSweep = 0;
  #committed = false;

  constructor(
    writer: Writer,
    roots: WatchedRoots,
    failures: ReadFailures,
    output: IndexerOutput,
    over: AbortSignal,
    fail: (error: unknown) => void,
  ) {
    this.#writer = writer;
    this.#roots = roots;
    this.#failures = failures;
    this.#output = output;
    this.#over = over;
    this.#fail = fail;
    over.addEventListener('abort', () => this.#checks.clear());
  }

  /** Files found on disk: those changed lately are swept from now on. */
  add(files: readonly Pick<FoundFile, 'path' | 'mtimeMs'>[], now: number): void {
    for (const { path, mtimeMs } of files) {
      if (now - mtimeMs < activeMs) this.#active.set(path, mtimeMs);
    }
  }

  onEvent(path: string, event: 'changed' | 'removed'): void {
    const root = this.#roots.above(path);
    if (root === undefined) return;
    const log = agentLog(root);
    const kind = log.kindOf(path);
    // A transcript in several files is looked at as one.
    const looked = kind === 'part' ? log.transcriptOf(path) : path;
    if (event === 'changed') this.#active.set(looked, Date.now());
    if (event === 'changed' || kind !== 'meta') this.touch(looked);
  }

  /** Checks a file now, and once more a moment later. */
  touch(path: string): void {
    if (!this.#over.aborted) this.#checks.touch(path);
  }

  sweepIfDue(now: number): void {
    if (now - this.#lastSweep <= sweepEveryMs) return;
    this.#lastSweep = now;
    for (const [path, at] of this.#active) {
      if (now - at > activeMs) this.#active.delete(path);
      else this.touch(path);
    }
  }

  /** Resolves when no check runs any more. Call when the term is over. */
  close(): Promise<void> {
    return this.#checks.end();
  }

  /** Whether something was stored since this was asked last. */
  takeCommitted(): boolean {
    const committed = this.#committed;
    this.#committed = false;
    return committed;
  }

  /** Stores what is new in one file. */
  async #check(path: string): Promise<void> {
    const root = this.#roots.above(path);
    if (this.#over.aborted || root === undefined) return;
    const { files } = this.#writer;
    try {
      const log = agentLog(root);
      const isAboutAgent = log.kindOf(path) === 'meta';
      const transcript = isAboutAgent ? log.transcriptOf(path) : path;
      const file = this.#fileAt(transcript, root);
      if (file === 'unreadable') {
        await this.#failures.save();
        return;
      }
      const known = files.find(transcript);
      // A pipe or a device may be called like a transcript: there is nothing to be read.
      if (file === undefined) {
        if (known?.gone === false) this.#writer.setGone(transcript, true);
        return;
      }
      const { size, mtimeMs } = file;
      const same = known?.size === size && known.mtimeMs === mtimeMs && !known.gone;
      if (same && !isAboutAgent) {
        // It may have been unreadable meanwhile.
        this.#failures.read(transcript);
        await this.#failures.save();
        return;
      }
      await ingestFile(this.#writer, { path: transcript, root, mtimeMs }, this.#failures, {
        log: (text) => this.#output.log('info', text),
        failed: (failed, reason) => this.#failures.failed(failed, reason),
      });
      await whileBusy(() => this.#writer.matchSummaries());
      await this.#failures.save();
      this.#committed = true;
      this.#output.committed();
    } catch (error) {
      // Standing down closes the store under a check; only the writer's own failures count.
      if (!this.#over.aborted) this.#fail(error);
    }
  }

  /** What stands at a path; where that cannot be found out (a link to itself), it is told. */
  #fileAt(path: string, root: Root): LogFile | 'unreadable' | undefined {
    try {
      return agentLog(root).fileAt(path);
    } catch (error) {
      this.#failures.failed(path, reasonOf(error));
      return 'unreadable';
    }
  }
}
