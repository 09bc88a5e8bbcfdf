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
import type { BannerMessage } from '../../protocol/banner.ts';
import { type Exported, type NothingToShow, protocolVersion } from '../../protocol/shared.ts';
import { inBackground } from '../core/background.ts';
import { DisposableStore } from '../core/disposables.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { storeProblem } from '../core/storeState.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { demoBanner } from './commonStrings.ts';
import { UpdateLoop } from './updateLoop.ts';

/** Updates of an open panel follow one another at most this closely. */
export const throttleMs = 100;

/** An answer that takes long is asked for seldom: at most this part of the time goes into it. */
export const mostBusy = 1 / 4;

/**
 * A webview panel that is sent what is new for as long as it is seen. VS Code disposes the page of a
 * hidden panel, so that nothing is asked, kept or sent for it, and makes a new page afterwards.
 */
export abstract class LivePanel implements Disposable {
  readonly panel: WebviewPanel;
  protected readonly model: SpendModel;
  protected readonly log: LogOutputChannel;
  /** There is a page, and it waits to be sent something. */
  protected ready = false;
  /** Whether the page was last told that it shows the demo. */
  #toldDemo = false;
  /** Counts the pages. */
  protected page = 0;
  readonly #owned = new DisposableStore();
  readonly #loop = new UpdateLoop(
    () => this.#refresh(),
    (took) => this.restAfter(took),
  );

  constructor(panel: WebviewPanel, model: SpendModel, log: LogOutputChannel) {
    this.panel = panel;
    this.model = model;
    this.log = log;
    this.#owned.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#seen()));
    this.#owned.add(
      model.onDidChange(() => {
        this.#tellDemo();
        this.updateSoon();
      }),
    );
  }

  /** Acts upon what the page says, if it is of the protocol. */
  protected abstract receive(message: unknown): void;

  /** Asks the store and sends the page what is new. */
  protected abstract refresh(): Promise<void>;

  /** What the page was last sent is forgotten: it is another page, or was not sent everything. */
  protected abstract forgetSent(): void;

  /** The panel comes into sight with a page, or goes out of it; more than once, too. */
  protected onSight(_seen: boolean): void {}

  /** A page is there and has been sent nothing yet. */
  protected welcome(): void {
    this.ready = true;
    this.onSight(true);
    this.page += 1;
    this.#toldDemo = false;
    this.#tellDemo();
    this.forgetSent();
    inBackground(this.update());
  }

  #seen(): void {
    if (this.panel.visible) return;
    this.ready = false;
    this.onSight(false);
    this.forgetSent();
  }

  /** What is made up says so on top of every panel. */
  #tellDemo(): void {
    const { demo } = this.model.spend;
    if (!this.ready || demo === this.#toldDemo) return;
    this.#toldDemo = demo;
    const banner: BannerMessage = {
      type: 'banner',
      v: protocolVersion,
      banner: demo ? demoBanner() : null,
    };
    inBackground(this.post(banner));
  }

  /** Throttled: after the rest that follows the last update. */
  protected updateSoon(): void {
    if (this.ready) this.#loop.schedule();
  }

  /** Not throttled: the question has changed. */
  protected updateNow(): void {
    this.#loop.runNow();
  }

  /** At once; one at a time. */
  protected async update(): Promise<void> {
    await this.#loop.run();
  }

  async #refresh(): Promise<void> {
    try {
      if (this.ready) await this.refresh();
    } catch (error) {
      // The store may be busy or gone just now; the model says so, and its next change asks again.
      this.log.debug(`A panel could not be told what is new: ${messageOf(error)}`);
      this.forgetSent();
    }
  }

  /** How long after an update began the next one may begin. */
  protected restAfter(took: number): number {
    return Math.max(throttleMs, took / mostBusy);
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
    this.#loop.cancel();
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
    inBackground(
      window.showErrorMessage(
        l10n.t(
          '{0} could not be written: {1}',
          plainUiText(target.fsPath),
          plainUiText(errorText(error)),
        ),
      ),
    );
  }
}
