import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import { knownRoot } from '../../agents/registry.ts';
import { readInstalls } from '../../dataFolder/guardInstalls.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import type { UnguardedReason } from '../../guard/install/guardStatus.ts';
import { messageOf } from '../../model/errors.ts';
import { askGuard } from '../core/analysis.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Asked at most this often: a guard that is missing goes on missing. */
const restMs = 10_000;

/**
 * Which sessions spend although the guard, which is installed, does not see them. Asked for on another
 * thread while somebody looks at the list, and not at all where it is not installed.
 */
export class GuardMarks implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Fired when another session is marked, or one no longer. */
  readonly onDidChange = this.#changed.event;
  readonly #spend: SpendModel;
  readonly #log: LogOutputChannel;
  readonly #listening: Disposable;
  #reasons: ReadonlyMap<string, UnguardedReason> = new Map();
  #active = false;
  #askedWith: Spend['overview'];
  #asking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(spend: SpendModel, log: LogOutputChannel) {
    this.#spend = spend;
    this.#log = log;
    this.#listening = spend.onDidChange(() => this.#askSoon());
  }

  /** Why the guard does not see a session; undefined where it does, or need not. */
  reasonOf(sid: string): UnguardedReason | undefined {
    return this.#reasons.get(sid);
  }

  setActive(active: boolean): void {
    this.#active = active;
    if (active) this.#askSoon();
  }

  #askSoon(): void {
    const { overview } = this.#spend.spend;
    const known = overview === undefined || overview === this.#askedWith;
    if (!this.#active || known || this.#asking || this.#timer !== undefined) return;
    inBackground(this.#ask(overview));
  }

  async #ask(overview: Spend['overview']): Promise<void> {
    this.#askedWith = overview;
    this.#asking = true;
    try {
      this.#set(await this.#read());
    } catch (error) {
      this.#log.error(`Guard: ${messageOf(error)}`);
    }
    this.#asking = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#askSoon();
    }, restMs);
  }

  async #read(): Promise<ReadonlyMap<string, UnguardedReason>> {
    const { settings, demo } = this.#spend.spend;
    if (demo || readInstalls(dataFolder()).length === 0) return new Map();
    const root = readRoots(settings).find((path) => knownRoot(path).agent === 'claude');
    if (root === undefined) return new Map();
    const { unguarded } = await askGuard(this.#spend, root, Date.now());
    return new Map(unguarded.map(({ sid, reason }) => [sid, reason]));
  }

  #set(reasons: ReadonlyMap<string, UnguardedReason>): void {
    const before = this.#reasons;
    const same =
      before.size === reasons.size &&
      [...reasons].every(([sid, reason]) => before.get(sid) === reason);
    if (same) return;
    this.#reasons = reasons;
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#active = false;
    this.#listening.dispose();
    this.#changed.dispose();
  }
}
