/** A record's uuid, and the session it stands in. */
export interface Leaf {
  readonly uuid: string;
  readonly sessionId: string;
}

/** A `summary` record whose leaf has not been met. Times are UTC milliseconds. */
export interface WaitingSummary {
  readonly leafUuid: string;
  readonly at: number;
  readonly offset: number;
  readonly text: string;
}

/** What is remembered between two chunks of a file. Plain data. */
export interface SummaryState {
  readonly recent: readonly Leaf[];
  readonly waiting: readonly WaitingSummary[];
}

/** Records behind that a summary may be about: it is written right after its leaf, or nearly so. */
const remembered = 8;
/** Summaries that may wait; of more the oldest are of sessions that stand elsewhere. */
const mostWaiting = 8;

/**
 * Finds the session of a `summary` record, which names none but a leaf: the last record of the
 * conversation it sums up. Claude Code wrote summaries of other sessions into whichever file was
 * open, so one counts only where its leaf stands in the same file, shortly before it or after it.
 */
export class Summaries {
  #recent: Leaf[];
  #waiting: WaitingSummary[];

  constructor({ recent, waiting }: SummaryState = { recent: [], waiting: [] }) {
    this.#recent = [...recent];
    this.#waiting = [...waiting];
  }

  get state(): SummaryState {
    // What was noted has more than is to be remembered.
    const recent = this.#recent.map(({ uuid, sessionId }) => ({ uuid, sessionId }));
    return { recent, waiting: [...this.#waiting] };
  }

  /** Notes a record; the summaries that waited for it. */
  saw(leaf: Leaf): readonly WaitingSummary[] {
    this.#recent.push(leaf);
    if (this.#recent.length > remembered) this.#recent.shift();
    if (this.#waiting.length === 0) return this.#waiting;
    const found = this.#waiting.filter(({ leafUuid }) => leafUuid === leaf.uuid);
    if (found.length > 0) {
      this.#waiting = this.#waiting.filter(({ leafUuid }) => leafUuid !== leaf.uuid);
    }
    return found;
  }

  /** The session a summary is of; undefined while its leaf has not been met, and then it waits. */
  sessionOf(summary: WaitingSummary): string | undefined {
    const leaf = this.#recent.findLast(({ uuid }) => uuid === summary.leafUuid);
    if (leaf !== undefined) return leaf.sessionId;
    this.#waiting.push(summary);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    return undefined;
  }
}
