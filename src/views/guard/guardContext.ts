import { commands, type Disposable, window, workspace } from 'vscode';
import { knownRoot } from '../../agents/registry.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { installedAt } from '../../guard/install/guardStatus.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Tells VS Code whether the guard is installed, here or for all projects; the terminal may have done it. */
export class GuardContext implements Disposable {
  readonly #model: SpendModel;
  readonly #listening: Disposable;
  #told: boolean | undefined;

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
    if (found === this.#told) return;
    this.#told = found;
    inBackground(commands.executeCommand('setContext', 'outlay.guardInstalled', found));
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
