/** What a panel asks for: all that answers a question, or only the summary, which is known sooner. */
export type RequestKind = 'summary' | 'full';

/** One request: it is current until there is another one, or the question or the page is another. */
export interface PanelRequest<Question> {
  readonly kind: RequestKind;
  readonly id: number;
  readonly page: number;
  readonly question: Question;
}

type State<Question> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'summaryRequested'; readonly request: PanelRequest<Question> }
  | { readonly kind: 'fullRequested'; readonly request: PanelRequest<Question> };

/**
 * What a panel is asked, what it waits for and what its page was last sent: a state machine without an
 * editor. A full answer is throttled by itself: meanwhile summaries keep the page up to date.
 */
export class PanelRequests<Question> {
  readonly #hasSummary: boolean;
  readonly #isSameSummary: (a: Question, b: Question) => boolean;
  #question: Question;
  #state: State<Question> = { kind: 'idle' };
  #requests = 0;
  /** Undefined for a page that has been sent nothing, or may have lost it. */
  #lastSent: { readonly message: string; readonly question: Question } | undefined;
  /** Until then only summaries are asked for, UTC milliseconds. */
  #fullFrom = 0;

  /**
   * `hasSummary`: a part of the answer is known sooner; `isSameSummary`: two questions differ in what
   * that part does not say.
   */
  constructor(
    question: Question,
    {
      hasSummary,
      isSameSummary = () => false,
    }: {
      readonly hasSummary: boolean;
      readonly isSameSummary?: ((a: Question, b: Question) => boolean) | undefined;
    },
  ) {
    this.#question = question;
    this.#hasSummary = hasSummary;
    this.#isSameSummary = isSameSummary;
  }

  get question(): Question {
    return this.#question;
  }

  get state(): State<Question>['kind'] {
    return this.#state.kind;
  }

  /** The page shows something. */
  get hasSent(): boolean {
    return this.#lastSent !== undefined;
  }

  /** Asks something else: what is requested is no longer wanted. */
  ask(question: Question): void {
    this.#question = question;
    this.#state = { kind: 'idle' };
  }

  /**
   * A summary is shown before the full answer, unless the page has it already: what else it shows of
   * another question stays in sight, marked as out of date, until all of the new answer is there.
   */
  get wantsSummary(): boolean {
    if (!this.#hasSummary) return false;
    if (this.#lastSent === undefined || this.#isAnswered()) return true;
    return !this.#isSameSummary(this.#lastSent.question, this.#question);
  }

  /** Begins the request that is due. */
  begin(page: number, now: number): PanelRequest<Question> {
    this.#requests += 1;
    const kind =
      now < this.#fullFrom && this.#hasSummary && this.#isAnswered() ? 'summary' : 'full';
    const request = { kind, id: this.#requests, page, question: this.#question } as const;
    this.#state = { kind: kind === 'full' ? 'fullRequested' : 'summaryRequested', request };
    return request;
  }

  /** Milliseconds until a full answer may be asked for. */
  fullIn(now: number): number {
    return Math.max(0, this.#fullFrom - now);
  }

  /** Whether the page still waits for the answer to a request. */
  isCurrent({ id }: PanelRequest<Question>): boolean {
    return this.#state.kind !== 'idle' && this.#state.request.id === id;
  }

  /** The answer is there; the next full one rests until `fullFrom`. Says whether it is still wanted. */
  finish(request: PanelRequest<Question>, fullFrom = this.#fullFrom): boolean {
    this.#fullFrom = fullFrom;
    const isCurrent = this.isCurrent(request);
    if (isCurrent) this.#state = { kind: 'idle' };
    return isCurrent;
  }

  isSent(message: string): boolean {
    return this.#lastSent?.message === message;
  }

  sent(message: string, question: Question): void {
    this.#lastSent = { message, question };
  }

  /** A summary stands over what was sent: the same full answer would no longer be the same page. */
  sentSummary(): void {
    if (this.#lastSent !== undefined) this.#lastSent = { ...this.#lastSent, message: '' };
  }

  /** Another page, none, or one that was not sent everything: nothing is waited for. */
  forgetSent(): void {
    this.#lastSent = undefined;
    this.#state = { kind: 'idle' };
  }

  #isAnswered(): boolean {
    return this.#lastSent?.question === this.#question;
  }
}
