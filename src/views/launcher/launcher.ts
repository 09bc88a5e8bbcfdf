import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type Disposable,
  type EnvironmentVariableCollection,
  type ExtensionContext,
  type LogOutputChannel,
  l10n,
} from 'vscode';
import { writeLauncher } from '../../dataFolder/launcherFiles.ts';
import { launcherFiles } from '../../dataFolder/launcherScript.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { messageOf } from '../../model/errors.ts';

/** Folder of the launcher: the command `outlay` for integrated terminals and for hooks. */
export function launcherFolder(): string {
  return join(dataFolder(), 'bin');
}

/**
 * Keeps the command `outlay` in the user's data folder, so that it survives an update of extension
 * or editor, and puts its folder on the PATH of integrated terminals.
 */
export class Launcher implements Disposable {
  readonly #variables: EnvironmentVariableCollection;
  readonly #bundle: string;
  readonly #log: LogOutputChannel;
  #ended = false;
  /** Settled when the command is in place, or cannot be. */
  readonly ready: Promise<void>;

  constructor(context: ExtensionContext, log: LogOutputChannel) {
    this.#variables = context.environmentVariableCollection;
    this.#bundle = context.asAbsolutePath(join('dist', 'cli.cjs'));
    this.#log = log;
    // Nobody waits for it, and activation shall not.
    this.ready = setImmediate().then(() => this.#install());
  }

  async #install(): Promise<void> {
    if (this.#ended) return;
    const folder = launcherFolder();
    try {
      const target = { runtime: process.execPath, bundle: this.#bundle };
      const files = launcherFiles(target, process.platform, homedir());
      const written = await writeLauncher(folder, files);
      if (written.length > 0) this.#log.info(`Wrote the launcher ${join(folder, 'outlay')}`);
      if (!this.#ended) this.#offer(folder);
    } catch (error) {
      this.#log.warn(`There is no command "outlay" in terminals: ${messageOf(error)}`);
    }
  }

  /** The variables outlive the window: a terminal that is restored has them before we are there. */
  #offer(folder: string): void {
    if (folder.includes(delimiter)) {
      throw new Error(`a PATH cannot name ${folder}, which has a "${delimiter}" in it`);
    }
    const value = folder + delimiter;
    this.#variables.description = l10n.t('Adds the command `outlay` to the terminal.');
    // A change makes VS Code offer to start open terminals again; the same value is none.
    if (this.#variables.get('PATH')?.value === value) return;
    this.#variables.prepend('PATH', value, {
      applyAtProcessCreation: true,
      // A shell's own start files may set the PATH again.
      applyAtShellIntegration: true,
    });
  }

  /** Takes the command off the PATH of terminals; its files are the caller's to delete. */
  remove(): void {
    this.#ended = true;
    this.#variables.clear();
  }

  dispose(): void {
    this.#ended = true;
  }
}
