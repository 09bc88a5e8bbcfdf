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
import { type BudgetScope, dollarBudget } from '../../analysis/budgets/budget.ts';
import { type BudgetEntry, storeBudget, terminalEntry } from '../../dataFolder/budgetFile.ts';
import { writeProjects } from '../../demo/demoProjects.ts';
import { type DemoBudget, type DemoSet, demoSteps } from '../../demo/writeDemo.ts';
import { messageOf } from '../../model/errors.ts';
import { usdToNano } from '../../model/money.ts';
import { processAlive } from '../../platform/processAlive.ts';
import { SerialQueue } from '../../platform/serialQueue.ts';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import type { SpendModel } from '../core/spendModel.ts';

const contextKey = 'outlay.demo';

/** Files and folders a demo consists of, its projects aside. */
const ownNames = /^(claude|config\.json.*|insights\.json|audit\.jsonl|outlay\.db.*)$/;

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
  /** This window's; `npm start` names one whose project it has opened. */
  readonly #own: string;
  #stopGrowing: (() => void) | undefined;
  #open = false;
  /** Opening and closing take turns. */
  readonly #turns = new SerialQueue();

  constructor(model: SpendModel, context: ExtensionContext, log: LogOutputChannel) {
    this.#model = model;
    this.#log = log;
    this.#folder = join(context.globalStorageUri.fsPath, 'demo');
    this.#own = process.env.OUTLAY_DEMO_HOME || join(this.#folder, String(process.pid));
    inBackground(setContext(false));
    setImmediate(() => inBackground(this.#removeLeftovers()));
  }

  /** Shows the demo: its sessions and the dashboard. */
  async open(): Promise<void> {
    await this.#turns.run(async () => {
      if (!this.#open) await this.#start();
    });
    if (!this.#open) return;
    await commands.executeCommand('outlay.sessions.focus');
    // It says on top that all of it is made up, and how to end it.
    await commands.executeCommand(commandIds.openDashboard);
  }

  /** Shows the user's own figures again. */
  close(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#open) await this.#end();
    });
  }

  async #start(): Promise<void> {
    try {
      await this.#clear();
      await mkdir(this.#own, { recursive: true, mode: 0o700 });
      const configDir = join(this.#own, 'claude');
      const projectsDir = join(this.#own, 'projects');
      const { live, projectDirs, budgets } = await writeInSteps(configDir, projectsDir);
      writeProjects(projectDirs);
      const config = join(this.#own, 'config.json');
      for (const budget of budgets) storeBudget(config, entryOf(budget));
      // Somebody is at work in it from the first moment.
      live.grow();
      const storeFile = join(this.#own, 'outlay.db');
      await this.#model.useDemo({ configDir, storeFile });
      this.#open = true;
      this.#stopGrowing = live.keepGrowing((error) => {
        this.#log.warn(`The demo no longer grows: ${messageOf(error)}`);
      });
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
    await this.#clear();
  }

  /** Removes what the demo has written; a folder that was named may have other things in it. */
  async #clear(): Promise<void> {
    if (!process.env.OUTLAY_DEMO_HOME) return this.#remove(this.#own);
    for (const name of namesIn(this.#own)) {
      if (ownNames.test(name)) await this.#remove(join(this.#own, name));
    }
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
    if (this.#open) inBackground(this.#clear());
  }
}

function setContext(value: boolean): Thenable<unknown> {
  return commands.executeCommand('setContext', contextKey, value);
}

/** A session a turn of the event loop: all forty at once would hold up the editor. */
async function writeInSteps(configDir: string, projectsDir: string): Promise<DemoSet> {
  const steps = demoSteps(configDir, { projectsDir });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A budget of the demo, as `outlay budget set` would have written it. */
function entryOf({ project, monthlyUsd }: DemoBudget): BudgetEntry {
  const scope: BudgetScope =
    project === undefined ? { kind: 'global' } : { kind: 'project', path: project };
  return terminalEntry(dollarBudget(scope, { kind: 'month' }, usdToNano(monthlyUsd)), undefined);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
