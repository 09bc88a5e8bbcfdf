import {
  commands,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
  l10n,
  type Memento,
  window,
  workspace,
} from 'vscode';
import { messageOf } from '../../model/errors.ts';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import { DisposableStore } from '../core/disposables.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { findsNothing } from '../core/storeState.ts';
import { formatOf } from '../text/format.ts';
import { greeting } from './greeting.ts';
import { startLine } from './startLine.ts';

const key = 'firstContact';

/**
 * What is said and shown when Outlay begins: a line in the log at every start, a greeting with the
 * first figures once on a machine, and what a window of `npm start` opens with.
 */
export class FirstContact implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #model: SpendModel;
  readonly #memory: Memento;
  readonly #log: LogOutputChannel;
  readonly #startedAt = Date.now();
  readonly #version: string;
  /** Nobody has been greeted on this machine, and nobody has worked with an Outlay that did not. */
  #isNew: boolean;
  #logged = false;
  #opened = false;

  constructor(model: SpendModel, context: ExtensionContext, log: LogOutputChannel) {
    this.#model = model;
    this.#memory = context.globalState;
    this.#log = log;
    this.#version = (context.extension.packageJSON as { version: string }).version;
    const known = this.#memory.get<string>(key);
    this.#isNew = known === undefined ? this.#memory.keys().length === 0 : known === 'new';
    inBackground(this.#memory.update(key, this.#isNew ? 'new' : 'greeted'));
    this.#owned.add(model.onDidChange((spend) => this.#onSpend(spend)));
    this.#openAs(process.env.OUTLAY_START_WITH);
  }

  #onSpend(spend: Spend): void {
    const { indexer, overview, demo } = spend;
    const read = indexer.kind === 'watching' || indexer.kind === 'following';
    if (!read || demo || overview === undefined) return;
    if (!this.#logged) {
      this.#logged = true;
      this.#log.info(
        startLine(spend, this.#version, this.#model.storeFile, Date.now() - this.#startedAt),
      );
    }
    // Of several windows the one that reads greets.
    if (this.#isNew && overview.hasData && indexer.kind === 'watching') this.#greet(spend);
  }

  #greet(spend: Spend): void {
    this.#isNew = false;
    inBackground(this.#memory.update(key, 'greeted'));
    // Who wants nothing opened by a new extension wants no greeting either.
    const welcome = workspace.getConfiguration('workbench.welcomePage.walkthroughs');
    if (welcome.get('openOnInstall') === false) return;
    inBackground(this.#ask(spend));
  }

  async #ask({ overview, settings }: Spend): Promise<void> {
    const { reader } = this.#model;
    if (overview === undefined || reader === undefined) return;
    const { sessions } = reader.kept();
    const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const nano = reader.spend(always, undefined).nano + reader.background(always, undefined);
    const format = formatOf(settings);
    const whole = format.convert(nano, Date.now());
    const words = greeting(sessions, overview.month.shown, whole, format);
    const dashboard = l10n.t('Open Dashboard');
    const pay = l10n.t('How Do You Pay?');
    const picked = await window.showInformationMessage(words, dashboard, pay);
    if (picked === dashboard) await commands.executeCommand(commandIds.openDashboard);
    if (picked === pay) await commands.executeCommand(commandIds.chooseBilling);
  }

  #openAs(wanted: string | undefined): void {
    // The commands are there when activation is over.
    if (wanted === 'demo') setImmediate(() => inBackground(this.#openDemo()));
    if (wanted === 'own') this.#owned.add(this.#model.onDidChange((spend) => this.#openOwn(spend)));
  }

  async #openDemo(): Promise<void> {
    try {
      await commands.executeCommand(commandIds.openDemo);
    } catch (error) {
      this.#log.warn(`The demo could not be opened at the start: ${messageOf(error)}`);
    }
  }

  /** The dashboard as soon as there is something in it, the walkthrough where there is nothing. */
  #openOwn(spend: Spend): void {
    if (this.#opened || spend.demo) return;
    const nothing = findsNothing(spend);
    if (!nothing && spend.overview?.hasData !== true) return;
    this.#opened = true;
    inBackground(openOnce(nothing ? commandIds.openWalkthrough : commandIds.openDashboard));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** A window that is loaded again has its editors already. */
async function openOnce(command: string): Promise<void> {
  if (window.tabGroups.all.some(({ tabs }) => tabs.length > 0)) return;
  await commands.executeCommand(command);
}
