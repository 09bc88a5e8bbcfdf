import type { Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import { messageOf } from '../model/errors.ts';
import { type FileEvents, watchFolder } from './fileWatcher.ts';
import type { IndexerConfig } from './messages.ts';
import type { IndexerOutput } from './output.ts';
import { configuredRoots, rootAbove } from './scanRoots.ts';

/** The roots as last looked for, each with a watcher from when it exists. */
export class WatchedRoots {
  readonly #config: IndexerConfig;
  readonly #output: IndexerOutput;
  readonly #onEvent: (path: string, event: 'changed' | 'removed') => void;
  readonly #onReady: () => void;
  readonly #watchers = new Map<string, FileEvents>();
  #roots: readonly Root[] = [];

  /** `onReady`: a watcher has begun; what came before it had nobody to report it. */
  constructor(
    config: IndexerConfig,
    output: IndexerOutput,
    onEvent: (path: string, event: 'changed' | 'removed') => void,
    onReady: () => void,
  ) {
    this.#config = config;
    this.#output = output;
    this.#onEvent = onEvent;
    this.#onReady = onReady;
  }

  /** Looks for the roots again, and watches those there are. */
  refresh(): readonly Root[] {
    this.#roots = configuredRoots(this.#config);
    if (this.#config.mode === 'watch') for (const root of this.#roots) this.#watch(root);
    return this.#roots;
  }

  #watch(root: Root): void {
    if (!root.exists || this.#watchers.has(root.logFolder)) return;
    const log = agentLog(root);
    const watcher = watchFolder(
      root.logFolder,
      this.#config.polling,
      {
        file: (path) => log.kindOf(path) !== undefined,
        folder: (path) => log.mayHold(root, path),
      },
      this.#onEvent,
      this.#onReady,
      (error) => this.#output.log('warn', `Watching ${root.logFolder}: ${messageOf(error)}`),
    );
    this.#watchers.set(root.logFolder, watcher);
  }

  /** The root a path lies below. */
  above(path: string): Root | undefined {
    return rootAbove(path, this.#roots);
  }

  isPolled({ logFolder }: Root): boolean {
    return this.#watchers.get(logFolder)?.polling ?? false;
  }

  /** Whether a root that was missing is there now; the folder of imported files is none before the first. */
  get haveAppeared(): boolean {
    return present(configuredRoots(this.#config)) !== present(this.#roots);
  }

  async close(): Promise<void> {
    const watchers = [...this.#watchers.values()];
    this.#watchers.clear();
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }
}

function present(roots: readonly Root[]): string {
  const existing = roots.filter(({ exists }) => exists);
  return existing.map(({ logFolder }) => logFolder).join('\n');
}
