import { dirname, join } from 'node:path';
import { type Disposable, RelativePattern, Uri, workspace } from 'vscode';
import { budgetsWithProjects } from '../../budgets/budgetsInForce.ts';
import { companyBudgets } from '../../budgets/company.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import {
  type ProjectBudgets,
  ProjectFiles,
  projectFileName,
} from '../../dataFolder/projectFile.ts';
import { StoredBudgets } from '../../dataFolder/storedBudgets.ts';
import { readPools } from '../../dataFolder/team/poolFile.ts';
import type { ProjectPlace } from '../../query/projects.ts';
import { DisposableStore } from './disposables.ts';
import type { Settings } from './settingsModel.ts';
import { windowFolders } from './windowScope.ts';
import { withoutBudgets } from './withoutBudgets.ts';

/** Milliseconds between two looks at them. */
const restMs = 250;

/** Project files that are watched outside this window's folders. */
const mostWatched = 50;

/** Where budgets are written down besides the settings; tells when any of these files changes. */
export class BudgetSources implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #stored = new StoredBudgets();
  readonly #files = new ProjectFiles();
  readonly #onChange: () => void;
  #watched: Disposable[] = [];
  readonly #seen = new Set<string>();
  #kept: { key: string; until: number; read: ProjectBudgets } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#owned.add(workspace.onDidChangeWorkspaceFolders(() => this.#watch()));
  }

  /**
   * Every budget that holds, with what is excepted from it at the moment. The demo has a folder of its own
   * and only the budgets there: `demoFolder`.
   */
  inForce(
    settings: Settings,
    projects: readonly ProjectPlace[],
    now: number,
    demoFolder: string | undefined,
  ): BudgetEntry[] {
    const stored = this.#stored.read(join(demoFolder ?? dataFolder(), 'config.json'));
    const sources =
      demoFolder === undefined
        ? {
            settings,
            stored,
            variable: process.env.COST_BUDGET_USD,
            folders: windowFolders(),
            pools: readPools(dataFolder()),
            company: companyBudgets(dataFolder(), now),
            now,
          }
        : {
            settings: withoutBudgets(settings),
            stored,
            variable: undefined,
            folders: [],
            pools: undefined,
            company: [],
            now,
          };
    // Not while the extension is activated: that takes time, and there may be no data folder.
    if (this.#watched.length === 0) this.#watch();
    const { budgets } = budgetsWithProjects(sources, { read: (roots) => this.#read(roots) })(
      projects,
    );
    this.#watchFiles(budgets);
    return budgets;
  }

  /**
   * Looks at project files, which may be thousands of places, a few times a second at most; the trailing
   * edge asks once more.
   */
  #read(roots: readonly string[]): ProjectBudgets {
    const now = Date.now();
    const key = roots.join('\0');
    if (this.#kept?.key === key && now < this.#kept.until) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#onChange();
      }, this.#kept.until - now);
      return this.#kept.read;
    }
    const read = this.#files.read(roots);
    this.#kept = { key, until: now + restMs, read };
    return read;
  }

  /** Project files that are there outside this window's folders; a new one is seen with the next figures. */
  #watchFiles(budgets: readonly BudgetEntry[]): void {
    for (const { file } of budgets) {
      if (file === undefined || this.#seen.has(file) || this.#seen.size >= mostWatched) continue;
      this.#seen.add(file);
      this.#owned.add(this.#watcher(Uri.file(dirname(file)), projectFileName));
    }
  }

  /** Whatever happens to the file of this name in the folder. */
  #watcher(folder: Uri, name: string): Disposable {
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, name));
    watcher.onDidCreate(this.#onChange);
    watcher.onDidChange(this.#onChange);
    watcher.onDidDelete(this.#onChange);
    return watcher;
  }

  /** Those of this window's folders, which may come any time. */
  #watch(): void {
    for (const each of this.#watched) each.dispose();
    const places: [Uri, string][] = [[Uri.file(dataFolder()), 'config.json']];
    for (const { uri } of workspace.workspaceFolders ?? []) {
      if (uri.scheme === 'file') places.push([uri, projectFileName]);
    }
    this.#watched = places.map(([folder, name]) => this.#watcher(folder, name));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const each of this.#watched) each.dispose();
    this.#owned.dispose();
  }
}
