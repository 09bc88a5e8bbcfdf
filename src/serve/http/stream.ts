import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import type { CommitLog } from '../live/commitLog.ts';
import { Refusal } from './problem.ts';

/** Listeners at once. */
const mostStreams = 256;
/** So often a line is sent where nothing happens, so that a broken connection is noticed. */
const aliveMs = 15_000;
/** What a client waits before it comes back, milliseconds. */
const retryMs = 2000;

/**
 * Tells each commit as a server-sent event. Who comes back with `Last-Event-ID` gets what it missed; who is
 * too slow reads on where it was, or is told how things stand.
 */
export class CommitStream {
  readonly #log: CommitLog;
  #open = 0;

  constructor(log: CommitLog) {
    this.#log = log;
  }

  /** Streams that are open. */
  get open(): number {
    return this.#open;
  }

  respond(c: Context): Response {
    if (this.#open >= mostStreams) {
      throw new Refusal('unavailable', `${mostStreams} clients are listening already.`);
    }
    const given = c.req.header('last-event-id');
    if (given !== undefined && !/^\d{1,15}$/.test(given)) {
      throw new Refusal('bad-request', 'Last-Event-ID is no number of an event.');
    }
    c.header('content-type', 'text/event-stream; charset=utf-8');
    c.header('x-accel-buffering', 'no');
    return stream(c, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      this.#open += 1;
      try {
        await out.write(`retry: ${retryMs}\n\n`);
        let revision = given === undefined ? undefined : Number(given);
        while (!gone.signal.aborted && !this.#log.isClosed) {
          const events = this.#log.after(revision);
          for (const event of events) await out.write(event.bytes);
          revision = events.at(-1)?.revision ?? revision;
          if (events.length > 0) continue;
          const before = this.#log.revision;
          await this.#log.wait(aliveMs, gone.signal);
          const isQuiet = before === this.#log.revision && !gone.signal.aborted;
          if (isQuiet && !this.#log.isClosed) await out.write(': alive\n\n');
        }
      } finally {
        this.#open -= 1;
      }
    });
  }
}
