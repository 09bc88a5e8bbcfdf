import { appendFileSync } from 'node:fs';
import type { DemoSession } from './demoSession.ts';
import type { Dice } from './dice.ts';
import { demoPrompts } from './words.ts';
import { toText } from './writeSession.ts';

/** A session that a person is working in: each `grow()` appends what happens next. */
export class LiveSession {
  /** The transcript that grows. */
  readonly file: string;
  readonly sessionId: string;
  readonly #session: DemoSession;
  readonly #dice: Dice;
  #step = 0;

  constructor(dice: Dice, session: DemoSession, file: string) {
    this.#dice = dice;
    this.#session = session;
    this.file = file;
    this.sessionId = session.sessionId;
  }

  /** Appends one response (and what goes with it), dated now. */
  grow(nowMs = Date.now()): void {
    const session = this.#session;
    session.nowMs = Math.max(session.nowMs, nowMs - 1_000);
    const step = this.#step++ % 6;
    const records = step === 0 ? session.ask(this.#dice.pick(demoPrompts)) : [];
    records.push(...(step === 5 ? session.finish() : session.work()));
    appendFileSync(this.file, toText(records));
  }

  /** Grows every few seconds until the returned function is called. */
  keepGrowing(everyMs = 4_000): () => void {
    const timer = setInterval(() => this.grow(), everyMs);
    return () => clearInterval(timer);
  }
}
