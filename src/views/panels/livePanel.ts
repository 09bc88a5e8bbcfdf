import {
  type Disposable,
  env,
  type LogOutputChannel,
  l10n,
  Uri,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { messageOf } from '../../model/errors.ts';
import { type Exported, type NothingToShow, protocolVersion } from '../../protocol/shared.ts';
import { DisposableStore } from '../core/disposables.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { storeProblem } from '../core/storeState.ts';
import { harmless } from '../text/plainUiText.ts';

/** Updates of an open panel follow one another at most this closely. */
export const restMs = 100;

/** An answer that takes long is asked for seldom: at most this part of the time goes into it. */
export const mostBusy = 1 / 4;

/**
 * A webview panel that is told what is new for as long as it is seen. VS Code disposes the page of a
 * hidden panel, so that nothing is asked, kept or sent for it, and makes a new page afterwards.
 */
export abstract class LivePanel implements Disposable {
  readonly panel: WebviewPanel;
  protected readonly model: SpendModel;
  protected readonly log: LogOutputChannel;
  /** There is a page, and it waits to be told something. */
  protected ready = false;
  /** Counts the pages. */
  protected page = 0;
  readonly #owned = new DisposableStore();
  #busy = false;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = 0;
  /** Somebody waits for the next look, so it has no rest before it. */
  #urgent = false;

  constructor(panel: WebviewPanel, model: SpendModel, log: LogOutputChannel) {
    this.panel = panel;
    this.model = model;
    this.log = log;
    this.#owned.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#seen()));
    this.#owned.add(model.onDidChange(() => this.updateSoon()));
  }

  /** Acts upon what the page says, if it is of the protocol. */
  protected abstract receive(message: unknown): void;

  /** Asks the store and tells the page what is new. */
  protected abstract look(): Promise<void>;

  /** What the page has been told is forgotten: it is another page, or was not told everything. */
  protected abstract forget(): void;

  /** The panel comes into sight with a page, or goes out of it; told more than once, too. */
  protected onSight(_seen: boolean): void {}

  /** A page is there and has been told nothing yet. */
  protected welcome(): void {
    this.ready = true;
    this.onSight(true);
    this.page += 1;
    this.forget();
    void this.update();
  }

  #seen(): void {
    if (this.panel.visible) return;
    this.ready = false;
    this.onSight(false);
    this.forget();
  }

  protected updateSoon(): void {
    if (!this.ready || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.update();
      },
      Math.max(0, this.#nextAt - Date.now()),
    );
  }

  /** Looks as soon as it can be: somebody has asked for something else. */
  protected updateNow(): void {
    this.#urgent = true;
    void this.update();
  }

  /** Looks at once. One look at a time: what comes meanwhile makes one more of it. */
  protected async update(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#urgent = false;
    const started = Date.now();
    try {
      if (this.ready) await this.look();
    } catch (error) {
      // The store may be busy or gone just now; the model says so, and its next change asks again.
      this.log.debug(`A panel could not be told what is new: ${messageOf(error)}`);
      this.forget();
    } finally {
      this.#busy = false;
      const took = Date.now() - started;
      this.#nextAt = started + this.pace(took);
      if (this.#again) {
        this.#again = false;
        if (this.#urgent) this.#nextAt = 0;
        this.updateSoon();
      }
    }
  }

  /** How long after a look began the next one may begin. */
  protected pace(took: number): number {
    return Math.max(restMs, took / mostBusy);
  }

  protected async post(message: unknown): Promise<void> {
    await this.panel.webview.postMessage(message);
  }

  /** Why there is nothing to show, and the way out; `empty` where nothing is wrong. */
  protected nothing(empty: Pick<NothingToShow, 'text' | 'actions'>): NothingToShow {
    const { spend } = this.model;
    const problem = storeProblem(spend);
    const reading = spend.indexer.kind === 'starting' || spend.indexer.kind === 'indexing';
    const said =
      problem !== ''
        ? {
            text: l10n.t('The store is unavailable. {0}', problem),
            actions: [{ label: l10n.t('Show Log'), action: 'showLog' }],
          }
        : reading
          ? { text: l10n.t('Reading transcripts…'), actions: [] }
          : empty;
    return { type: 'nothing', v: protocolVersion, ...said };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.ready = false;
    this.onSight(false);
    this.#owned.dispose();
  }
}

/** Gives a page's table or chart to the clipboard or into a file of the user's choice. */
export async function exportFromPanel({ to, name, content }: Exported): Promise<void> {
  if (to === 'clipboard') {
    await env.clipboard.writeText(content);
    window.setStatusBarMessage(l10n.t('Copied.'), 3000);
    return;
  }
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60)}.${to}`;
  const target = await window.showSaveDialog({
    defaultUri: folder === undefined ? Uri.file(file) : Uri.joinPath(folder, file),
    filters: to === 'csv' ? { [l10n.t('CSV')]: ['csv'] } : { PNG: ['png'] },
  });
  if (target === undefined) return;
  const bytes =
    to === 'csv'
      ? Buffer.from(content)
      : Buffer.from(content.replace(/^data:image\/png;base64,/, ''), 'base64');
  try {
    await workspace.fs.writeFile(target, bytes);
  } catch (error) {
    void window.showErrorMessage(
      l10n.t('{0} could not be written: {1}', harmless(target.fsPath), harmless(messageOf(error))),
    );
  }
}
