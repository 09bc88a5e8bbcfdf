import type { StoreState } from '../../analysisThread/servedTask.ts';

/** What callers of the stream are told: a commit, or how things stand for who missed some. */
export interface StreamEvent {
  readonly revision: number;
  /** As server-sent events are written: encoded once, whoever is told. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Events that are kept for who comes back. */
const mostKept = 1000;

/**
 * The commits of late, each with what the store said then. Who listens has a place in it and reads on at
 * its own pace: nothing is kept for anybody by itself, however slow.
 */
export class CommitLog {
  readonly #events: (StreamEvent & { readonly previous: number })[] = [];
  #state: { readonly at: number; readonly state: StoreState } | undefined;
  #waiting = new Set<() => void>();
  #closed = false;

  /** The latest revision; undefined before anything is known. */
  get revision(): number | undefined {
    return this.#state?.state.revision;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Adds what a commit led to; `at` in UTC milliseconds. What is known already is left out. */
  add(state: StoreState, at: number): void {
    const previous = this.#state?.state.revision;
    if (previous === state.revision) return;
    this.#state = { at, state };
    // The first is where listening begins. A store that was emptied or replaced may count anew.
    if (previous === undefined || state.revision < previous) this.#events.length = 0;
    else {
      const bytes = written('commit', { previous, ...state }, at);
      this.#events.push({ revision: state.revision, previous, bytes });
      if (this.#events.length > mostKept) this.#events.shift();
    }
    this.#wake();
  }

  /**
   * What comes after a revision, the oldest first. Who asks for none, or for one that is not remembered, is
   * told how things stand instead: figures are totals, so that no other is needed.
   */
  after(revision: number | undefined): readonly StreamEvent[] {
    const now = this.#state;
    if (now === undefined || revision === now.state.revision) return [];
    const first = this.#events.findIndex(({ previous }) => previous === revision);
    if (first >= 0) return this.#events.slice(first, first + 50);
    const missed = revision !== undefined;
    const bytes = written('state', { missed, ...now.state }, now.at);
    return [{ revision: now.state.revision, bytes }];
  }

  /** Resolves when there is something more, when the log is closed, or after a while. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  /** Nothing more comes: who listens is let go. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

function written(
  type: string,
  data: StoreState & Readonly<Record<string, unknown>>,
  at: number,
): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify({ type, at: new Date(at).toISOString(), ...data });
  return new TextEncoder().encode(`id: ${data.revision}\ndata: ${json}\n\n`);
}
