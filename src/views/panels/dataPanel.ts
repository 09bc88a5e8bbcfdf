import { commands, type Disposable, type LogOutputChannel, l10n, type WebviewPanel } from 'vscode';
import { HumanError } from '../../model/errors.ts';
import { noFilters, usualDashboard } from '../../protocol/dashboard.ts';
import type { DataPanelName } from '../../protocol/panels.ts';
import {
  type CommonAction,
  type InsightVerb,
  isFromDataPanel,
  type NothingToShow,
  type PanelFormat,
  protocolVersion,
  type ToDataPanel,
} from '../../protocol/shared.ts';
import { commandIds } from '../core/commandIds.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { exportFromPanel, LivePanel, mostBusy, restMs } from './livePanel.ts';

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
  /** A part of the answer that is known sooner, and shown until the whole is there. */
  readonly first?: (model: SpendModel, question: Question) => Promise<PanelAnswer<Data, Words>>;
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

/** A whole whose first part keeps up by itself is asked for more seldom: it holds that part up. */
const wholeBusy = mostBusy / 2;

/** What is done with an insight a panel lists. */
const insightCommands: Readonly<Record<InsightVerb, string>> = {
  apply: commandIds.applyInsight,
  dismiss: commandIds.dismissInsight,
};

/** An answer that is being made. */
interface Asked<Data, Words> {
  readonly whole: Promise<PanelAnswer<Data, Words>>;
  readonly first: Promise<PanelAnswer<Data, Words>> | undefined;
  /** The whole is there: nobody needs its first part. */
  readonly isDone: () => boolean;
}

/** A panel over the whole store: asked on the analysing thread, told anew after every commit. */
export class DataPanel<Data, Words, Question> extends LivePanel {
  readonly #kind: DataPanelKind<Data, Words, Question>;
  #question: Question;
  /** The answer the page has; what is the same is not sent again. */
  #told = '';
  /** Until then only what is known first is told anew. */
  #wholeAt = 0;
  #later: NodeJS.Timeout | undefined;
  /** The question that was an answer to. */
  #toldFor: Question | undefined;
  #watching: Disposable | undefined;
  /** Asked as soon as the panel is opened: the page takes longer to come than the answer. */
  #ahead: Asked<Data, Words> | undefined;

  constructor(
    panel: WebviewPanel,
    kind: DataPanelKind<Data, Words, Question>,
    question: Question,
    model: SpendModel,
    log: LogOutputChannel,
  ) {
    super(panel, model, log);
    this.#kind = kind;
    this.#question = question;
    this.#ahead = this.#ask();
  }

  #ask(): Asked<Data, Words> {
    // Another question's answer stays in sight until all of the new one is there.
    const soon = this.#told === '' || this.#knowsAnswer();
    const first = soon ? this.#kind.first?.(this.model, this.#question) : undefined;
    const whole = this.#kind.answer(this.model, this.#question);
    let done = false;
    // Whoever waits for them learns of a failure; until then it is nobody's.
    first?.catch(() => {});
    whole
      .catch(() => {})
      .finally(() => {
        done = true;
      });
    return { whole, first, isDone: () => done };
  }

  /** Shows the answer to another question. */
  ask(question: Question): void {
    this.#question = question;
    this.#ahead = undefined;
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
      case 'do':
        if (message.action === 'startOver') this.ask(this.#kind.question);
        else void commands.executeCommand(commandOf(message.action));
        break;
      case 'openSession':
        void commands.executeCommand(commandIds.openSession, message.sid, message.message);
        break;
      case 'openDay': {
        const { day, project } = message;
        const filters = { ...noFilters, project };
        const asked = { ...usualDashboard, period: 'custom', since: day, until: day, filters };
        void commands.executeCommand(commandIds.openDashboard, asked);
        break;
      }
      case 'insight':
        void commands.executeCommand(insightCommands[message.verb], message.id);
        break;
      case 'export':
        void exportFromPanel(message);
        break;
    }
  }

  /** A page that comes back asks what it was last asked. */
  #adopt(question: Question): void {
    if (JSON.stringify(question) === JSON.stringify(this.#question)) return;
    this.#question = question;
    this.#ahead = undefined;
  }

  protected override onSight(seen: boolean): void {
    if (seen) this.#watching ??= this.#kind.watch?.(() => this.updateSoon());
    else {
      this.#watching?.dispose();
      this.#watching = undefined;
      clearTimeout(this.#later);
      this.#later = undefined;
    }
  }

  protected override forget(): void {
    this.#told = '';
  }

  /** The page has an answer to the question, which its first part can bring up to date. */
  #knowsAnswer(): boolean {
    return this.#kind.first !== undefined && this.#told !== '' && this.#toldFor === this.#question;
  }

  /** What is known first may be asked for at any time; the whole keeps a pace of its own. */
  protected override pace(took: number): number {
    return this.#kind.first === undefined ? super.pace(took) : restMs;
  }

  protected override async look(): Promise<void> {
    const { page } = this;
    const question = this.#question;
    const started = Date.now();
    if (started < this.#wholeAt && this.#knowsAnswer()) {
      this.#later ??= setTimeout(() => {
        this.#later = undefined;
        this.updateSoon();
      }, this.#wholeAt - started);
      const first = this.#kind.first!(this.model, question);
      await this.#tellFirst({ first, isDone: () => false }, page, question, () => {});
      return;
    }
    const asked = this.#ahead ?? this.#ask();
    this.#ahead = undefined;
    // An empty page says that it is being worked on, unless the answer comes at once.
    const slow = setTimeout(() => void this.#sayWorking(page), longMs);
    void this.#tellFirst(asked, page, question, () => clearTimeout(slow));
    const answer = await this.#answerOf(asked.whole);
    clearTimeout(slow);
    const took = Date.now() - started;
    this.#wholeAt = started + took / wholeBusy;
    // Another page, or another question, wants another answer.
    if (!this.#isWanted(page, question)) {
      this.updateSoon();
      return;
    }
    const message = this.#messageOf(answer, question);
    const told = JSON.stringify(message);
    if (told === this.#told) return;
    await this.post(message);
    if (page !== this.page) return;
    this.#told = told;
    this.#toldFor = question;
  }

  /** Whether a page still waits for the answer to a question. */
  #isWanted(page: number, question: Question): boolean {
    return page === this.page && this.ready && question === this.#question;
  }

  /** Shows what is known first, unless the whole has come meanwhile or there is nothing to show. */
  async #tellFirst(
    { first, isDone }: Pick<Asked<Data, Words>, 'first' | 'isDone'>,
    page: number,
    question: Question,
    onTold: () => void,
  ): Promise<void> {
    const answer = await first?.catch(() => undefined);
    if (answer === undefined || 'text' in answer) return;
    if (isDone() || !this.#isWanted(page, question)) return;
    onTold();
    // A page that is gone is no failure here: what follows meets the same.
    await this.post(this.#messageOf(answer, question)).catch(() => {});
  }

  async #sayWorking(page: number): Promise<void> {
    if (this.#told !== '' || page !== this.page || !this.ready) return;
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
        text: error.message,
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
    return { type: 'show', v: protocolVersion, question, ...answer } as ToDataPanel<
      Data,
      Words,
      Question
    >;
  }
}
