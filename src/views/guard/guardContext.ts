import { commands, type Disposable, window, workspace } from 'vscode';
import { knownRoot } from '../../agents/registry.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { exactFile } from '../../exact/install.ts';
import { installedAt } from '../../guard/install/guardStatus.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';

/**
 * Tells VS Code whether the guard is installed, here or for all projects, and whether exact mode is on; the
 * terminal may have done it.
 */
export class GuardContext implements Disposable {
  readonly #model: SpendModel;
  readonly #listening: Disposable;
  readonly #told = new Map<string, boolean>();

  constructor(model: SpendModel) {
    this.#model = model;
    this.#listening = window.onDidChangeWindowState(({ focused }) => {
      if (focused) this.look();
    });
    setImmediate(() => this.look());
  }

  /** Looks into Claude Code's settings: three small files. */
  look(): void {
    const root = readRoots(this.#model.spend.settings).find(
      (path) => knownRoot(path).agent === 'claude',
    );
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const found =
      root !== undefined &&
      installedAt(
        {
          configDir: root,
          project: folder?.scheme === 'file' ? folder.fsPath : '',
          dataFolder: dataFolder(),
          platform: process.platform,
          env: process.env,
        },
        0,
      ).some(({ installed }) => installed);
    this.#tell('outlay.guardInstalled', found);
    this.#tell('outlay.exactMode', exactFile(dataFolder()) !== undefined);
  }

  #tell(key: string, holds: boolean): void {
    if (this.#told.get(key) === holds) return;
    this.#told.set(key, holds);
    inBackground(commands.executeCommand('setContext', key, holds));
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
