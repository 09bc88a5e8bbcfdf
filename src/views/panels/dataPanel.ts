import {
  commands,
  type Disposable,
  type LogOutputChannel,
  l10n,
  type Memento,
  type WebviewPanel,
} from 'vscode';
import { HumanError } from '../../model/errors.ts';
import { noFilters, usualDashboard } from '../../protocol/dashboard.ts';
import type { DataPanelName } from '../../protocol/panels.ts';
import {
  type BudgetVerb,
  type CommonAction,
  type InsightVerb,
  isFromDataPanel,
  type NothingToShow,
  type PanelFormat,
  protocolVersion,
  type ToDataPanel,
} from '../../protocol/shared.ts';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { exportFromPanel, LivePanel, mostBusy, throttleMs } from './livePanel.ts';
import { type PanelRequest, PanelRequests } from './panelRequests.ts';

/** What a panel shows, or why there is nothing. */
export type PanelAnswer<Data, Words> =
  | { readonly words: Words; readonly format: PanelFormat; readonly data: Data }
  | Pick<NothingToShow, 'text' | 'actions'>;

/** A kind of panel that is asked questions: of the whole store rather than of one session. */
export interface DataPanelKind<Data, Words, Question> {
  /** Its descriptor, its page and its bundle. */
  readonly name: DataPanelName;
  /** Title of the tab in the editor's language. */
  readonly title: () => string;
  /** What it is asked when it opens. */
  readonly question: Question;
  readonly isQuestion: (value: unknown) => value is Question;
  readonly answer: (model: SpendModel, question: Question) => Promise<PanelAnswer<Data, Words>>;
  /** A part of the answer that is known sooner, and shown until the full one is there. */
  readonly summary?: (model: SpendModel, question: Question) => Promise<PanelAnswer<Data, Words>>;
  /** Whether two questions have the same summary. */
  readonly isSameSummary?: (a: Question, b: Question) => boolean;
  /** Follows what the answer depends on besides the store, for as long as the panel is seen. */
  readonly watch?: (onChange: () => void) => Disposable;
}

/** Which command a way out of a panel is. */
function commandOf(action: Exclude<CommonAction, 'startOver'>): string {
  switch (action) {
    case 'setBudget':
      return commandIds.setDailyBudget;
    case 'showInsights':
      return 'outlay.insights.focus';
    default:
      return commandIds[action];
  }
}

/** What takes longer than this is said to be worked on. */
const longMs = 300;

/** A full answer whose summary keeps up by itself is asked for more seldom: it holds the summary up. */
const fullBusy = mostBusy / 2;

/** What is done with an insight a panel lists. */
const insightCommands: Readonly<Record<InsightVerb, string>> = {
  apply: commandIds.applyInsight,
  configure: commandIds.configureInsight,
  failures: commandIds.showFailures,
  snooze: commandIds.snoozeInsight,
  dismiss: commandIds.dismissInsight,
  show: 'outlay.insights.focus',
};

/** What is done with a budget a panel lists. */
const budgetCommands: Readonly<Record<BudgetVerb, string>> = {
  change: commandIds.changeBudget,
  raise: commandIds.raiseBudgetToday,
  raiseFor: commandIds.raiseBudgetFor,
  pause: commandIds.pauseBudget,
  resume: commandIds.resumeBudget,
  remove: commandIds.removeBudget,
};

/** An answer that is being made. */
interface PendingAnswer<Data, Words> {
  readonly full: Promise<PanelAnswer<Data, Words>>;
  readonly summary: Promise<PanelAnswer<Data, Words>> | undefined;
  /** The full answer is there: nobody needs its summary. */
  readonly isDone: () => boolean;
}

/** A panel over the whole store: asked on the analysing thread, and again after every commit. */
export class DataPanel<Data, Words, Question> extends LivePanel {
  readonly #kind: DataPanelKind<Data, Words, Question>;
  readonly #session: PanelRequests<Question>;
  readonly #memory: Memento;
  /** Trailing edge of the throttle of full answers. */
  #fullTimer: NodeJS.Timeout | undefined;
  #watching: Disposable | undefined;
  /** Prefetched as soon as the panel is opened: the page takes longer to come than the answer. */
  #prefetched: PendingAnswer<Data, Words> | undefined;

  constructor(
    panel: WebviewPanel,
    kind: DataPanelKind<Data, Words, Question>,
    question: Question,
    model: SpendModel,
    memory: Memento,
    log: LogOutputChannel,
  ) {
    super(panel, model, log);
    this.#kind = kind;
    this.#memory = memory;
    this.#session = new PanelRequests(question, {
      hasSummary: kind.summary !== undefined,
      isSameSummary: kind.isSameSummary,
    });
    this.#prefetched = this.#request();
  }

  #request(): PendingAnswer<Data, Words> {
    const { question, wantsSummary } = this.#session;
    const summary = wantsSummary ? this.#kind.summary?.(this.model, question) : undefined;
    const full = this.#kind.answer(this.model, question);
    let done = false;
    // Awaited later, where a failure is handled; until then it must not be an unhandled rejection.
    summary?.catch(() => {});
    full
      .catch(() => {})
      .finally(() => {
        done = true;
      });
    return { full, summary, isDone: () => done };
  }

  /** Shows the answer to another question. */
  ask(question: Question): void {
    this.#session.ask(question);
    this.#prefetched = undefined;
    this.updateNow();
  }

  protected override receive(message: unknown): void {
    if (!isFromDataPanel(message, this.#kind.isQuestion)) {
      this.log.warn(`The panel ${this.#kind.name} sent a message Outlay does not know.`);
      return;
    }
    switch (message.type) {
      case 'ready':
        if (message.question !== null) this.#adopt(message.question);
        this.welcome();
        break;
      case 'ask':
        this.ask(message.question);
        break;
      case 'keep':
        inBackground(this.#memory.update(this.#memoryKey, message.ui));
        break;
      case 'do':
        if (message.action === 'startOver') this.ask(this.#kind.question);
        else inBackground(commands.executeCommand(commandOf(message.action)));
        break;
      case 'openSession':
        inBackground(commands.executeCommand(commandIds.openSession, message.sid, message.message));
        break;
      case 'openDay': {
        const { day, project } = message;
        const filters = { ...noFilters, project };
        const asked = { ...usualDashboard, period: 'custom', since: day, until: day, filters };
        inBackground(commands.executeCommand(commandIds.openDashboard, asked));
        break;
      }
      case 'insight':
        inBackground(commands.executeCommand(insightCommands[message.verb], message.id));
        break;
      case 'budget':
        inBackground(commands.executeCommand(budgetCommands[message.verb], message.id));
        break;
      case 'export':
        inBackground(exportFromPanel(message));
        break;
    }
  }

  get #memoryKey(): string {
    return `outlay.panel.${this.#kind.name}`;
  }

  /** A page that comes back asks what it was last asked. */
  #adopt(question: Question): void {
    if (JSON.stringify(question) === JSON.stringify(this.#session.question)) return;
    this.#session.ask(question);
    this.#prefetched = undefined;
  }

  protected override onSight(seen: boolean): void {
    if (seen) this.#watching ??= this.#kind.watch?.(() => this.updateSoon());
    else {
      this.#watching?.dispose();
      this.#watching = undefined;
      clearTimeout(this.#fullTimer);
      this.#fullTimer = undefined;
    }
  }

  protected override forgetSent(): void {
    this.#session.forgetSent();
  }

  /** A summary may be asked for at any time; full answers have a throttle of their own. */
  protected override restAfter(took: number): number {
    return this.#kind.summary === undefined ? super.restAfter(took) : throttleMs;
  }

  protected override async refresh(): Promise<void> {
    const started = Date.now();
    const request = this.#session.begin(this.page, started);
    if (request.kind === 'summary') await this.#refreshSummary(request, started);
    else await this.#refreshFully(request, started);
  }

  async #refreshSummary(request: PanelRequest<Question>, started: number): Promise<void> {
    this.#fullTimer ??= setTimeout(() => {
      this.#fullTimer = undefined;
      this.updateSoon();
    }, this.#session.fullIn(started));
    const summary = this.#kind.summary!(this.model, request.question);
    await this.#sendSummary({ summary, isDone: () => false }, request, () => {});
    this.#session.finish(request);
  }

  async #refreshFully(request: PanelRequest<Question>, started: number): Promise<void> {
    const pending = this.#prefetched ?? this.#request();
    this.#prefetched = undefined;
    // An empty page says that it is being worked on, unless the answer comes at once.
    const slow = setTimeout(() => inBackground(this.#sendWorking(request)), longMs);
    inBackground(this.#sendSummary(pending, request, () => clearTimeout(slow)));
    const answer = await this.#answerOf(pending.full);
    clearTimeout(slow);
    const fullFrom = started + (Date.now() - started) / fullBusy;
    // Another page, or another question, wants another answer.
    if (!this.#session.finish(request, fullFrom)) {
      if (this.ready) this.updateNow();
      return;
    }
    const message = this.#messageOf(answer, request.question);
    const text = JSON.stringify(message);
    if (this.#session.isSent(text)) return;
    await this.post(message);
    if (this.#isPageOf(request)) this.#session.sent(text, request.question);
  }

  #isPageOf({ page }: PanelRequest<Question>): boolean {
    return page === this.page;
  }

  /** Shows a summary, unless the full answer has come meanwhile or there is nothing to show. */
  async #sendSummary(
    { summary, isDone }: Pick<PendingAnswer<Data, Words>, 'summary' | 'isDone'>,
    request: PanelRequest<Question>,
    onSend: () => void,
  ): Promise<void> {
    const answer = await summary?.catch(() => undefined);
    if (answer === undefined || 'text' in answer) return;
    if (isDone() || !this.#session.isCurrent(request)) return;
    onSend();
    this.#session.sentSummary();
    // A page that is gone is no failure here: what follows meets the same.
    await this.post(this.#messageOf(answer, request.question)).catch(() => {});
  }

  async #sendWorking(request: PanelRequest<Question>): Promise<void> {
    if (this.#session.hasSent || !this.#isPageOf(request) || !this.ready) return;
    await this.post({ type: 'working', v: protocolVersion, text: l10n.t('Reading the store…') });
  }

  /**
   * Without a store there is nothing to ask; the answer is thrown away with its failure. What cannot
   * be answered, such as about a project that is no more, is said with the way back.
   */
  async #answerOf(
    asked: Promise<PanelAnswer<Data, Words>>,
  ): Promise<PanelAnswer<Data, Words> | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (this.model.reader === undefined) return undefined;
      if (!(error instanceof HumanError)) throw error;
      return {
        text: plainUiText(errorText(error)),
        actions: [
          { label: l10n.t('Start Over'), action: 'startOver' },
          { label: l10n.t('Show Log'), action: 'showLog' },
        ],
      };
    }
  }

  #messageOf(
    answer: PanelAnswer<Data, Words> | undefined,
    question: Question,
  ): ToDataPanel<Data, Words, Question> {
    if (answer === undefined || 'text' in answer) {
      return this.nothing(answer ?? { text: '', actions: [] });
    }
    const ui = this.#memory.get<unknown>(this.#memoryKey) ?? null;
    return { type: 'show', v: protocolVersion, question, ui, ...answer } as ToDataPanel<
      Data,
      Words,
      Question
    >;
  }
}
