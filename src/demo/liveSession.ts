import { appendFileSync } from 'node:fs';
import { appendAll } from '../model/lists.ts';
import type { DemoSession } from './demoSession.ts';
import type { Dice } from './dice.ts';
import { toText } from './writeSession.ts';

/** Prompts do not grow beyond this many tokens: Claude Code sums the conversation up first. */
const fullContext = 150_000;

/** An answer with its tool takes about so long. */
const answerMs = 8_000;

/** Time from one answer to the next. */
const [shortestMs, longestMs] = [15_000, 25_000];

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

  /** Appends one response (and what goes with it), dated before now. */
  grow(nowMs = Date.now()): void {
    const session = this.#session;
    session.nowMs = Math.max(session.nowMs, nowMs - answerMs);
    session.untilMs = nowMs;
    const step = this.#step++ % 6;
    const records = session.contextTokens > fullContext ? session.compact() : [];
    if (step === 0) appendAll(records, session.ask(this.#dice.pick(session.words.followUps)));
    appendAll(records, step === 5 ? session.finish() : session.work());
    session.nowMs = Math.min(session.nowMs, nowMs);
    appendFileSync(this.file, toText(records));
  }

  /**
   * Grows as fast as a person works, until the returned function is called or the file can no longer be
   * written, of which `failed` is told.
   */
  keepGrowing(failed: (error: unknown) => void = () => {}): () => void {
    let timer: NodeJS.Timeout;
    const next = (): void => {
      timer = setTimeout(
        () => {
          try {
            this.grow();
            next();
          } catch (error) {
            failed(error);
          }
        },
        this.#dice.whole(shortestMs, longestMs),
      );
    };
    next();
    return () => clearTimeout(timer);
  }
}
