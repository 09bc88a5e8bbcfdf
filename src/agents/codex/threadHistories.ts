import { basename } from 'node:path';
import { type Counts, isEqual } from './counts.ts';
import type { ThreadPlace } from './rolloutState.ts';
import { threadInName } from './threadIds.ts';

/** A counter of a rollout: what it says, and what its request is called. */
export interface CounterEvent {
  readonly last: Counts;
  /** Undefined where the line has none. */
  readonly total: Counts | undefined;
  readonly id: string;
  readonly owner: ThreadPlace;
}

/** What a rollout says of its thread, and its counters as they stand there. */
export interface RolloutSkim {
  readonly thread: string;
  readonly parent: string;
  readonly counters: readonly Pick<CounterEvent, 'last' | 'total'>[];
}

/** A rollout read as a whole. */
export interface RolloutHistory {
  readonly own: ThreadPlace | undefined;
  readonly counters: readonly CounterEvent[];
}

/** How rollouts are read for another one's sake; both throw what the file system does. */
export interface HistoryReader {
  skim(path: string): RolloutSkim;
  read(path: string, histories: ThreadHistories): RolloutHistory;
}

/** The other rollouts a rollout of an older client has to be compared with. */
export interface ThreadHistories {
  /** The session a thread's spend belongs to; its own where its rollout is not there. */
  sessionOf(thread: string): string;
  /** The counters of a thread's rollout, in order; undefined where it is not there. */
  counters(thread: string): readonly CounterEvent[] | undefined;
  /** How many counters a rollout has in common with another fork of the same parent, from the start. */
  sharedStart(path: string, parent: string): number;
}

/** A chain of forks is short. */
const deepest = 50;

/** Histories found among the files of a configuration directory. Made for reading one file, and then left. */
export class FoundHistories implements ThreadHistories {
  readonly #list: () => readonly string[];
  readonly #reader: HistoryReader;
  #paths: readonly string[] | undefined;
  #byName: ReadonlyMap<string, string> | undefined;
  readonly #skims = new Map<string, RolloutSkim | undefined>();
  readonly #read = new Map<string, RolloutHistory | undefined>();
  readonly #shared = new Map<string, number>();
  /** Rollouts being read: where threads name each other as parents, that ends. */
  readonly #open = new Set<string>();

  /** @param list the paths of all rollouts */
  constructor(list: () => readonly string[], reader: HistoryReader) {
    this.#list = list;
    this.#reader = reader;
  }

  sessionOf(thread: string): string {
    return this.#history(thread)?.own?.session ?? thread;
  }

  counters(thread: string): readonly CounterEvent[] | undefined {
    return this.#history(thread)?.counters;
  }

  sharedStart(path: string, parent: string): number {
    let most = this.#shared.get(path);
    if (most !== undefined) return most;
    const own = this.#skim(path)?.counters ?? [];
    most = 0;
    for (const other of this.#all()) {
      const skim = other === path ? undefined : this.#skim(other);
      if (skim?.parent === parent) most = Math.max(most, commonStart(own, skim.counters));
    }
    this.#shared.set(path, most);
    return most;
  }

  #history(thread: string): RolloutHistory | undefined {
    const path = thread === '' ? undefined : this.#pathOf(thread);
    if (path === undefined) return undefined;
    if (this.#read.has(path)) return this.#read.get(path);
    if (this.#open.has(path) || this.#open.size >= deepest) return undefined;
    this.#open.add(path);
    const history = orNothing(() => this.#reader.read(path, this));
    this.#open.delete(path);
    this.#read.set(path, history);
    return history;
  }

  #pathOf(thread: string): string | undefined {
    this.#byName ??= new Map(this.#all().map((path) => [threadInName(basename(path)), path]));
    const named = this.#byName.get(thread);
    if (named !== undefined) return named;
    // Files that are called otherwise say it themselves.
    const others = this.#all().filter((path) => threadInName(basename(path)) === '');
    return others.find((path) => this.#skim(path)?.thread === thread);
  }

  #skim(path: string): RolloutSkim | undefined {
    if (!this.#skims.has(path))
      this.#skims.set(
        path,
        orNothing(() => this.#reader.skim(path)),
      );
    return this.#skims.get(path);
  }

  #all(): readonly string[] {
    this.#paths ??= this.#list();
    return this.#paths;
  }
}

/** What cannot be read is not there: it is named where the files are listed. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function commonStart(a: RolloutSkim['counters'], b: RolloutSkim['counters']): number {
  let length = 0;
  while (length < a.length && length < b.length && isSame(a[length]!, b[length]!)) length++;
  return length;
}

/** Whether two rollouts have the same counter. */
export function isSame(
  a: Pick<CounterEvent, 'last' | 'total'>,
  b: Pick<CounterEvent, 'last' | 'total'>,
): boolean {
  if (!isEqual(a.last, b.last)) return false;
  return a.total === undefined || b.total === undefined
    ? a.total === b.total
    : isEqual(a.total, b.total);
}
