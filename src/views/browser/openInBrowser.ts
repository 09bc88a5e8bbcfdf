import { type Disposable, env, l10n, Uri, window } from 'vscode';
import { dataFolder } from '../../dataFolder/paths.ts';
import { readServeNote, readServeToken } from '../../dataFolder/serveFiles.ts';
import { messageOf } from '../../model/errors.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { type RunningServer, startServer } from './serverProcess.ts';

/** The port that is tried first. */
const usualPort = 8080;

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Shows the panels in a browser: by a server that runs already, else by one that ends with this window. Where
 * the window is of another machine or a container, VS Code forwards the port.
 */
export class OpenInBrowser implements Disposable {
  readonly #model: Pick<SpendModel, 'storeFile'>;
  readonly #bundle: string;
  #own: (RunningServer & { readonly store: string }) | undefined;
  #opening: Promise<void> | undefined;

  /** `bundle`: of the terminal command. */
  constructor(model: Pick<SpendModel, 'storeFile'>, bundle: string) {
    this.#model = model;
    this.#bundle = bundle;
  }

  /** Opens the dashboard; one at a time, however often it is asked for. */
  async open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async #open(): Promise<void> {
    try {
      const address = await this.#address();
      const token = readServeToken(dataFolder()) ?? '';
      await env.openExternal(address.with({ fragment: `token=${token}` }));
    } catch (error) {
      const why = plainUiText(messageOf(error));
      await window.showErrorMessage(l10n.t('The server could not be started. {0}', why));
    }
  }

  async #address(): Promise<Uri> {
    const store = this.#model.storeFile;
    const note = readServeNote(dataFolder());
    if (note !== undefined && note.store === store) return forwarded(note.port);
    this.#stop();
    let server = await startServer({ bundle: this.#bundle, storeFile: store, port: usualPort });
    this.#own = { ...server, store };
    const address = await forwarded(server.port);
    if (loopback.test(address.authority)) return address;
    // A forwarded port has a name of its own, under which the server has to be asked.
    this.#stop();
    const allowHost = address.authority.replace(/:\d+$/, '');
    const { port } = server;
    server = await startServer({ bundle: this.#bundle, storeFile: store, port, allowHost });
    this.#own = { ...server, store };
    return forwarded(server.port);
  }

  #stop(): void {
    this.#own?.child.kill();
    this.#own = undefined;
  }

  dispose(): void {
    this.#stop();
  }
}

/** Where a port of this machine is for the person who looks. */
async function forwarded(port: number): Promise<Uri> {
  return await env.asExternalUri(Uri.parse(`http://127.0.0.1:${port}/`));
}
