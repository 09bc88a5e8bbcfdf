import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import { messageOf } from '../../model/errors.ts';
import { isLive } from '../../query/liveSession.ts';
import { type ListedSession, SessionLister } from '../../store/query/sessionList.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import { inBackground } from '../core/background.ts';
import type { Settings } from '../core/settingsModel.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Sessions that were written this long before the newest one are asked for after every commit. */
const recentMs = 15 * 60_000;
/** What is live, and how long ago something was, is looked at again this often. */
const clockMs = 10_000;
/** Reading all sessions is throttled: it is followed by a rest of so many times its own length, at least this. */
const restFactor = 20;
const shortestRestMs = 250;

/**
 * All sessions with their totals, as a list shows them. After a commit the recent ones are asked for
 * at once; the whole list follows in pages, so seldom and so little at a time that a long history
 * holds nobody up. Asks nothing while nobody looks.
 */
export class SessionsModel implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Fired after any session, or what is known of time and running programs, has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #spend: SpendModel;
  readonly #log: LogOutputChannel;
  readonly #subscription: Disposable;
  #sessions = new Map<number, ListedSession>();
  /** Read by itself while the whole list was being read, which may have the older state. */
  #meanwhile = new Map<number, ListedSession>();
  #reader: StoreReader | undefined;
  #lister: SessionLister | undefined;
  #revision = '';
  #newest = 0;
  #active = false;
  #complete = false;
  /** Throttles reading all: set while the rest after the last time lasts. */
  #throttle: NodeJS.Timeout | undefined;
  #readingAll = false;
  #readAllAt = 0;
  /** What was in force when the change was last fired. */
  #settings: Settings | undefined;
  #running: ReadonlySet<string> | undefined;
  #firedAt = -Infinity;
  #restMs = 0;

  constructor(spend: SpendModel, log: LogOutputChannel) {
    this.#spend = spend;
    this.#log = log;
    this.#subscription = spend.onDidChange(() => this.#refresh());
  }

  /**
   * The sessions known so far; complete once `complete` is true. A session that has not changed
   * stays the same object.
   */
  get sessions(): Iterable<ListedSession> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The whole list has been read once. */
  get complete(): boolean {
    return this.#complete;
  }

  byId(sid: string): ListedSession | undefined {
    for (const session of this.#sessions.values()) if (session.sid === sid) return session;
    return undefined;
  }

  /** Active in the last two minutes, or its Claude Code runs; while nothing is read, nobody knows. */
  isLive(session: ListedSession, now: number): boolean {
    if (this.#spend.spend.indexer.kind === 'paused') return false;
    return isLive(session, now, this.#spend.running.has(session.sid));
  }

  /** Whether the list is visible. */
  setActive(active: boolean): void {
    if (this.#active === active) return;
    this.#active = active;
    if (active) this.#refresh();
  }

  #refresh(): void {
    if (!this.#active) return;
    const { reader, running } = this.#spend;
    let changed = reader !== this.#reader;
    if (changed) this.#begin(reader);
    const { revision, settings } = this.#spend.spend;
    if (reader !== undefined && revision !== this.#revision) {
      this.#revision = revision;
      if (this.#readRecent()) changed = true;
      this.#readAllSoon();
    }
    const same = settings === this.#settings && running === this.#running;
    if (changed || !same || performance.now() - this.#firedAt >= clockMs) this.#fire();
  }

  #fire(): void {
    this.#settings = this.#spend.spend.settings;
    this.#running = this.#spend.running;
    this.#firedAt = performance.now();
    this.#changed.fire();
  }

  /** Another store, or the same one reopened. */
  #begin(reader: StoreReader | undefined): void {
    this.#reader = reader;
    this.#lister = reader && new SessionLister(reader.db);
    this.#revision = '';
    this.#sessions = new Map();
    this.#meanwhile = new Map();
    this.#newest = 0;
    this.#complete = false;
    this.#restMs = 0;
  }

  /** Whether any of the recent ones has changed. */
  #readRecent(): boolean {
    let changed = false;
    try {
      const from = this.#newest === 0 ? Date.now() - 24 * 3_600_000 : this.#newest - recentMs;
      for (const session of this.#lister?.since(from) ?? []) {
        const kept = this.#kept(session);
        if (this.#sessions.get(session.id) !== kept) changed = true;
        this.#sessions.set(session.id, kept);
        this.#meanwhile.set(session.id, kept);
      }
    } catch (error) {
      this.#failed(error);
    }
    return changed;
  }

  /** What is known of a session when that is still right, else what was read. */
  #kept(session: ListedSession): ListedSession {
    this.#newest = Math.max(this.#newest, session.endedAt);
    const known = this.#sessions.get(session.id);
    return known !== undefined && isSame(known, session) ? known : session;
  }

  #readAllSoon(): void {
    if (this.#throttle !== undefined || this.#readingAll) return;
    const wait = Math.max(0, this.#readAllAt + this.#restMs - Date.now());
    this.#throttle = setTimeout(() => {
      this.#throttle = undefined;
      inBackground(this.#readAll());
    }, wait);
  }

  /** Reads the whole list, a page at a time. */
  async #readAll(): Promise<void> {
    const lister = this.#lister;
    const revision = this.#revision;
    if (lister === undefined) return;
    this.#readingAll = true;
    let busyMs = 0;
    try {
      const all = new Map<number, ListedSession>();
      this.#meanwhile = new Map();
      let started = performance.now();
      for (const page of lister.pages()) {
        for (const session of page) {
          all.set(session.id, this.#kept(session));
        }
        busyMs += performance.now() - started;
        await nextTurn();
        // The store may have been closed or exchanged meanwhile.
        if (lister !== this.#lister || this.#spend.reader !== this.#reader) return;
        started = performance.now();
      }
      for (const [id, session] of this.#meanwhile) all.set(id, session);
      const same = this.#complete && hasSame(this.#sessions, all);
      this.#sessions = all;
      this.#complete = true;
      if (!same) this.#fire();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#readingAll = false;
      this.#readAllAt = Date.now();
      this.#restMs = Math.max(shortestRestMs, busyMs * restFactor);
      if (this.#active && revision !== this.#revision) this.#readAllSoon();
    }
  }

  /** The next commit asks again; what is on the screen stays. */
  #failed(error: unknown): void {
    this.#log.debug(`The list of sessions could not be read: ${messageOf(error)}`);
    this.#revision = '';
  }

  dispose(): void {
    clearTimeout(this.#throttle);
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** Whether two lists have the same objects. */
function hasSame(a: ReadonlyMap<number, ListedSession>, b: typeof a): boolean {
  if (a.size !== b.size) return false;
  for (const [id, session] of a) if (b.get(id) !== session) return false;
  return true;
}

function isSame(a: ListedSession, b: ListedSession): boolean {
  for (const key in a) {
    const field = key as keyof ListedSession;
    if (a[field] !== b[field]) return false;
  }
  return true;
}
