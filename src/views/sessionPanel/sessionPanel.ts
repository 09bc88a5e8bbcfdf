import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  commands,
  type Disposable,
  type LogOutputChannel,
  l10n,
  type Uri,
  ViewColumn,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
} from 'vscode';
import { messageNumbers } from '../../model/messageNumber.ts';
import { bundledCatalogue } from '../../pricing/catalogue.ts';
import { type AnomaliesQuestion, usualAnomalies } from '../../protocol/anomalies.ts';
import { viewTypes } from '../../protocol/panels.ts';
import {
  type FromPanel,
  isFromPanel,
  keptSession,
  type PanelMessage,
  type PanelSession,
  type PanelTextPart,
  type ToPanel,
} from '../../protocol/session.ts';
import { protocolVersion } from '../../protocol/shared.ts';
import { projectPath } from '../../query/projects.ts';
import { agentParents } from '../../store/query/agentParents.ts';
import { backgroundRowsOf } from '../../store/query/background.ts';
import { backgroundKinds } from '../../store/query/requests/backgroundItems.ts';
import type { SessionSummary, StoreReader } from '../../store/query/storeReader.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { inBackground } from '../core/background.ts';
import { commandIds, reportCommandId } from '../core/commandIds.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { panelHtml, panelIcon, panelOptions } from '../panels/html.ts';
import { exportFromPanel, LivePanel } from '../panels/livePanel.ts';
import { formatOf } from '../text/format.ts';
import { oneLine } from '../text/names.ts';
import { downsampledMessages } from './inputs.ts';
import { type MessageChanges, SessionMessages } from './messageCache.ts';
import { type OutlinedFile, SessionOutlines } from './outlines.ts';
import { sessionStrings } from './strings.ts';
import { usualSession } from './usual.ts';
import { panelSession } from './viewModel.ts';

/** Messages sent at once: a few milliseconds for each of the two threads. */
const portion = 250;

/** Longest title of a tab. */
const longestTab = 40;

/** What a panel's buttons do outside of it. */
export interface PanelActions {
  openTranscript(sid: string): PromiseLike<unknown>;
  openMessage(sid: string, messageId: string, agentId: string): PromiseLike<unknown>;
  /** A message's text as a person may read it; undefined when no transcript has it any more. */
  readText(sid: string, messageId: string, agentId: string): Promise<PanelTextPart[] | undefined>;
  /** Transcripts on disk words may be read of. */
  outlinedFiles(sid: string): readonly OutlinedFile[];
  resumeInTerminal(sid: string): PromiseLike<unknown>;
  copyId(sid: string): PromiseLike<unknown>;
}

/** The open session panels: one for each session, restored after a reload. */
export class SessionPanels implements WebviewPanelSerializer, Disposable {
  readonly #panels = new Map<string, SessionPanel>();
  readonly #registration: Disposable;
  readonly #extension: Uri;
  readonly #model: SpendModel;
  readonly #log: LogOutputChannel;
  /** Given once the actions are there; they in turn open panels. */
  actions: PanelActions | undefined;

  constructor(model: SpendModel, extension: Uri, log: LogOutputChannel) {
    this.#model = model;
    this.#extension = extension;
    this.#log = log;
    this.#registration = window.registerWebviewPanelSerializer(viewTypes.session, this);
  }

  /** Shows a session's panel, at a message where one is named. */
  open(sid: string, title: string, messageId?: string): void {
    const known = this.#panels.get(sid);
    if (known !== undefined) {
      known.panel.reveal();
      if (messageId !== undefined) known.reveal(messageId);
      return;
    }
    const panel = window.createWebviewPanel(
      viewTypes.session,
      oneLine(title, longestTab),
      ViewColumn.Active,
      panelOptions(this.#extension),
    );
    const made = this.#adopt(panel, sid);
    if (messageId !== undefined) made.reveal(messageId);
  }

  /** Called by VS Code after a reload, for each panel that was open. */
  async deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const sid = keptSession(state);
    if (sid === undefined || this.#panels.has(sid)) {
      panel.dispose();
      return;
    }
    panel.webview.options = panelOptions(this.#extension);
    this.#adopt(panel, sid);
  }

  #adopt(panel: WebviewPanel, sid: string): SessionPanel {
    panel.iconPath = panelIcon(this.#extension);
    const session = new SessionPanel(panel, sid, this.#model, this.#log, () => this.actions);
    this.#panels.set(sid, session);
    panel.onDidDispose(() => {
      this.#panels.delete(sid);
      session.dispose();
    });
    panel.webview.html = panelHtml(panel.webview, this.#extension, 'session');
    return session;
  }

  dispose(): void {
    this.#registration.dispose();
    for (const { panel } of [...this.#panels.values()]) panel.dispose();
  }
}

/** One session on the screen, live while it runs. */
class SessionPanel extends LivePanel {
  readonly #sid: string;
  readonly #actions: () => PanelActions | undefined;
  #messages = new SessionMessages();
  readonly #outlines: SessionOutlines;
  #reader: StoreReader | undefined;
  /** The page has had its first snapshot. */
  #shown = false;
  /** Id of the message the page is to show as soon as it has it; '' for none. */
  #wanted = '';
  /** Messages that were summed up: they had the first numbers. */
  #summedUp = 0;
  #lastSent = '';
  #lastFormat = '';

  constructor(
    panel: WebviewPanel,
    sid: string,
    model: SpendModel,
    log: LogOutputChannel,
    actions: () => PanelActions | undefined,
  ) {
    super(panel, model, log);
    this.#sid = sid;
    this.#actions = actions;
    this.#outlines = new SessionOutlines(() => actions()?.outlinedFiles(sid) ?? []);
  }

  /** Brings a message into view, now or as soon as it is there. */
  reveal(messageId: string): void {
    this.#wanted = messageId;
    inBackground(this.update());
  }

  /** A hidden panel keeps nothing; a new page is sent a full snapshot. */
  protected override forgetSent(): void {
    this.#messages = new SessionMessages();
    this.#shown = false;
    this.#lastSent = '';
  }

  protected override receive(message: unknown): void {
    if (!isFromPanel(message)) {
      this.log.warn('A session panel sent a message Outlay does not know.');
      return;
    }
    if (message.type === 'ready') this.welcome();
    else if (message.type === 'export') inBackground(exportFromPanel(message));
    else if (message.type === 'outline') inBackground(this.#sendOutlines(message));
    else this.#do(message);
  }

  #do(message: Exclude<FromPanel, { type: 'ready' | 'export' | 'outline' }>): void {
    const actions = this.#actions();
    if (message.type !== 'do') {
      const found = this.#messages.find(message.key);
      if (found === undefined) return;
      const { messageId, agentId } = found;
      if (message.type === 'readText')
        inBackground(this.#sendText(message.key, messageId, agentId));
      else if (message.type === 'explain') this.#explain(message.key);
      else inBackground(actions?.openMessage(this.#sid, messageId, agentId));
      return;
    }
    switch (message.action) {
      case 'openTranscript':
        inBackground(actions?.openTranscript(this.#sid));
        break;
      case 'resume':
        inBackground(actions?.resumeInTerminal(this.#sid));
        break;
      case 'copyId':
        inBackground(actions?.copyId(this.#sid));
        break;
      case 'openSimilar':
        this.#openSimilar();
        break;
      case 'showLog':
        inBackground(commands.executeCommand(commandIds.showLog));
        break;
      case 'closeDemo':
        inBackground(commands.executeCommand(commandIds.closeDemo));
        break;
      case 'rescan':
        inBackground(commands.executeCommand(commandIds.rescan));
        break;
    }
  }

  /** Shows the messages of this project that stand out, each with its reason. */
  #openSimilar(): void {
    const summary = this.model.reader?.sessionById(this.#sid);
    const project = summary === undefined ? '' : projectPath(summary);
    const question: AnomaliesQuestion = { ...usualAnomalies, by: 'message', project };
    inBackground(commands.executeCommand(commandIds.openAnomalies, question));
  }

  /** Opens the report on how a message's cost comes about. */
  #explain(key: string): void {
    const numbers = messageNumbers(this.#messages.all, this.#summedUp);
    const number = [...numbers].find(([message]) => message.key === key)?.[1];
    if (number === undefined) return;
    const options = { argument: `${this.#sid}/${number}` };
    inBackground(commands.executeCommand(reportCommandId('explain'), { options }));
  }

  /** Answers with what messages are about; nothing of it is stored. */
  async #sendOutlines({ keys, agents }: Extract<FromPanel, { type: 'outline' }>): Promise<void> {
    const page = this.page;
    const wanted = keys.flatMap((key) => {
      const found = this.#messages.find(key);
      return found === undefined ? [] : [{ key, ...found }];
    });
    const about = await this.#outlines.about(wanted);
    const tasks = await this.#outlines.tasks(agents);
    if (page !== this.page || !this.ready) return;
    const outlines = wanted.flatMap(({ key }, index) => {
      const outline = about[index];
      return outline === undefined ? [] : [[key, outline] as const];
    });
    await this.post({ type: 'outlines', v: protocolVersion, outlines, tasks: [...tasks] });
  }

  /** Answers with a message's text; it is read from the transcript and kept nowhere. */
  async #sendText(key: string, messageId: string, agentId: string): Promise<void> {
    const page = this.page;
    const parts = await this.#actions()?.readText(this.#sid, messageId, agentId);
    if (page !== this.page || !this.ready) return;
    const found = parts !== undefined;
    await this.post({ type: 'text', v: protocolVersion, key, found, parts: parts ?? [] });
  }

  protected override async refresh(): Promise<void> {
    const { reader } = this.model;
    if (reader !== this.#reader) {
      this.#reader = reader;
      this.forgetSent();
    }
    const messages = this.#messages;
    const summary = reader?.sessionById(this.#sid);
    if (reader === undefined || summary === undefined) {
      await this.#sendNothing();
      return;
    }
    const changes = await messages.update(reader, this.model.book, summary);
    await nextTurn();
    // Hidden meanwhile, or another page, which the next update sends a full snapshot.
    if (reader !== this.model.reader || !this.ready || messages !== this.#messages) return;
    await this.#send(reader, summary, changes);
    if (this.#shown) await this.#showWanted();
  }

  async #showWanted(): Promise<void> {
    const found = this.#wanted === '' ? undefined : this.#messages.withId(this.#wanted);
    if (found === undefined) return;
    this.#wanted = '';
    await this.post({ type: 'reveal', v: protocolVersion, key: found.key });
  }

  async #send(
    reader: StoreReader,
    summary: SessionSummary,
    { changed, removed }: MessageChanges,
  ): Promise<void> {
    const page = this.page;
    const messages = this.#messages.all;
    const format = formatOf(this.model.spend.settings);
    const summedUpBefore = downsampledUpTo(reader.db).messages;
    const session = panelSession({
      summary,
      summedUpBefore,
      agents: reader.agents(summary.id),
      parents: agentParents(reader.db, summary.id),
      compactions: this.#messages.compactions,
      backgrounds: backgroundRowsOf(reader.db, summary.id),
      overhead: backgroundKinds(reader.db, summary.id),
      messages,
      rates: this.#messages.rates,
      unknownLifetimes: this.#messages.unknownLifetimes,
      running: this.model.running.has(this.#sid),
      now: Date.now(),
      catalogueDate: bundledCatalogue.checked,
      format,
      usual: usualSession(reader.db, summary),
    });
    this.#summedUp = session.summedUp;
    this.#setTitle(session);
    await nextTurn();
    if (page !== this.page || !this.ready) return;
    const panelFormat = format.forPanel(summary.endedAt);
    const sent = JSON.stringify([session, panelFormat]);
    const v = protocolVersion;
    if (!this.#shown || this.#lastFormat !== JSON.stringify(panelFormat)) {
      this.#lastFormat = JSON.stringify(panelFormat);
      const words = sessionStrings(downsampledMessages({ summary, messages, summedUpBefore }) > 0);
      const last = await this.#postPortions(messages);
      if (last === undefined) return;
      const snapshot = { type: 'snapshot', v, words, format: panelFormat, session } as const;
      await this.post({ ...snapshot, messages: last });
    } else if (sent !== this.#lastSent || changed.length > 0 || removed.length > 0) {
      const last = await this.#postPortions(changed);
      if (last === undefined) return;
      await this.post({ type: 'update', v, session, changed: last, removed });
    }
    // A page that was opened meanwhile has been sent nothing yet.
    if (page !== this.page) return;
    this.#shown = true;
    this.#lastSent = sent;
  }

  #setTitle(session: PanelSession): void {
    const title = oneLine(session.title, longestTab);
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** No store, or no such session in it (yet). */
  async #sendNothing(): Promise<void> {
    const rescan = { label: l10n.t('Rescan Transcripts'), action: 'rescan' } as const;
    const text = l10n.t('The store has no session {0}.', oneLine(this.#sid, 60));
    const message: ToPanel = this.nothing({ text, actions: [rescan] });
    const sent = JSON.stringify(message);
    if (sent !== this.#lastSent) await this.post(message);
    this.#lastSent = sent;
    this.#shown = false;
  }

  /**
   * Sends all but the last few of many messages, and gives those back. Undefined when there is
   * another page by then, which has to be told everything again.
   */
  async #postPortions(
    messages: readonly PanelMessage[],
  ): Promise<readonly PanelMessage[] | undefined> {
    const page = this.page;
    let from = 0;
    for (; messages.length - from > portion; from += portion) {
      const some = messages.slice(from, from + portion);
      await this.post({ type: 'messages', v: protocolVersion, from, messages: some });
      if (page !== this.page || !this.ready) return undefined;
    }
    return from === 0 ? messages : messages.slice(from);
  }
}
