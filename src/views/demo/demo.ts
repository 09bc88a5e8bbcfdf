import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commands,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
  l10n,
  window,
} from 'vscode';
import { type DemoSet, demoSteps } from '../../demo/writeDemo.ts';
import { messageOf } from '../../model/errors.ts';
import { processAlive } from '../../platform/processAlive.ts';
import { SerialQueue } from '../../platform/serialQueue.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** The session that is "worked in" grows this often. */
const growEveryMs = 4_000;
const contextKey = 'outlay.demo';

/**
 * Made-up sessions in a folder of the extension, with a store beside them. While the demo is open,
 * the window shows those; the user's own transcripts, store and settings are not touched. It ends
 * with the window: what another window's demo left behind is removed at the next activation.
 */
export class Demo implements Disposable {
  readonly #model: SpendModel;
  readonly #log: LogOutputChannel;
  /** Holds one folder for each window that shows a demo, named by its process. */
  readonly #folder: string;
  #stopGrowing: (() => void) | undefined;
  #open = false;
  /** Opening and closing take turns. */
  readonly #turns = new SerialQueue();

  constructor(model: SpendModel, context: ExtensionContext, log: LogOutputChannel) {
    this.#model = model;
    this.#log = log;
    this.#folder = join(context.globalStorageUri.fsPath, 'demo');
    inBackground(setContext(false));
    setImmediate(() => inBackground(this.#removeLeftovers()));
  }

  get #own(): string {
    return join(this.#folder, String(process.pid));
  }

  /** Shows the demo; when it is open already, its sessions. */
  async open(): Promise<void> {
    await this.#turns.run(async () => {
      if (!this.#open) await this.#start();
    });
    if (!this.#open) return;
    await commands.executeCommand('outlay.sessions.focus');
    inBackground(this.#tell());
  }

  /** Shows the user's own figures again. */
  close(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#open) await this.#end();
    });
  }

  async #start(): Promise<void> {
    try {
      await rm(this.#own, { recursive: true, force: true });
      await mkdir(this.#own, { recursive: true, mode: 0o700 });
      const configDir = join(this.#own, 'claude');
      const { live } = await writeInSteps(configDir);
      // Somebody is at work in it from the first moment.
      live.grow();
      const storeFile = join(this.#own, 'demo.db');
      await this.#model.useDemo({ configDir, storeFile });
      this.#open = true;
      this.#stopGrowing = keepGrowing(() => live.grow(), this.#log);
      await setContext(true);
    } catch (error) {
      this.#log.error(`The demo could not be opened: ${messageOf(error)}`);
      await this.#end();
      inBackground(
        window.showErrorMessage(l10n.t('The demo could not be opened: {0}', messageOf(error))),
      );
    }
  }

  async #end(): Promise<void> {
    this.#stopGrowing?.();
    this.#stopGrowing = undefined;
    this.#open = false;
    if (this.#model.spend.demo) await this.#model.useDemo(undefined);
    await setContext(false);
    await this.#remove(this.#own);
  }

  async #tell(): Promise<void> {
    const close = l10n.t('Close Demo');
    const picked = await window.showInformationMessage(
      l10n.t(
        'This is a demo on made-up sessions. Your own figures come back with "Outlay: Close Demo".',
      ),
      close,
    );
    if (picked === close) await this.close();
  }

  /** Removes what windows that are gone have left. */
  async #removeLeftovers(): Promise<void> {
    for (const name of namesIn(this.#folder)) {
      if (!processAlive(Number(name)) || Number(name) === process.pid) {
        await this.#turns.run(async () => {
          if (!(this.#open && name === String(process.pid))) {
            await this.#remove(join(this.#folder, name));
          }
        });
      }
    }
  }

  async #remove(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // It holds nothing of the user's, and the next activation tries again.
      this.#log.debug(`The demo's files are still there: ${messageOf(error)}`);
    }
  }

  dispose(): void {
    this.#stopGrowing?.();
    // The store may be open until the window is gone: then the next activation removes it.
    if (this.#open) inBackground(this.#remove(this.#own));
  }
}

function setContext(value: boolean): Thenable<unknown> {
  return commands.executeCommand('setContext', contextKey, value);
}

/** A session a turn of the event loop: all forty at once would hold up the editor. */
async function writeInSteps(configDir: string): Promise<DemoSet> {
  const steps = demoSteps(configDir);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Grows until the returned function is called, or until the transcript can no longer be written. */
function keepGrowing(grow: () => void, log: LogOutputChannel): () => void {
  const timer = setInterval(() => {
    try {
      grow();
    } catch (error) {
      clearInterval(timer);
      log.warn(`The demo no longer grows: ${messageOf(error)}`);
    }
  }, growEveryMs);
  return () => clearInterval(timer);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
