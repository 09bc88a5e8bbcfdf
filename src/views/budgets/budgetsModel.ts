import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import { messageOf } from '../../model/errors.ts';
import type { BudgetsFigures } from '../../panels/budgets.ts';
import { panelData } from '../core/analysis.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Between two questions there is at least this rest, and so many times what the last one took. */
const leastRestMs = 100;
const restFactor = 5;

/**
 * Asks for budgets with their forecasts while somebody looks: on the analysis thread, whenever the
 * figures everybody sees are read anew. Nothing is asked while nobody looks.
 */
export class BudgetsModel implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Fired when there is another answer. */
  readonly onDidChange = this.#changed.event;
  readonly #spend: SpendModel;
  readonly #log: LogOutputChannel;
  readonly #listening: Disposable;
  #figures: BudgetsFigures | undefined;
  #active = false;
  /** The figures everybody sees that the last question went with. */
  #askedWith: Spend['overview'];
  #asking: Promise<void> | undefined;
  #restUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(spend: SpendModel, log: LogOutputChannel) {
    this.#spend = spend;
    this.#log = log;
    this.#listening = spend.onDidChange((now) => this.#onSpend(now));
  }

  /** Undefined until they have been asked for once. */
  get current(): BudgetsFigures | undefined {
    return this.#figures;
  }

  setActive(active: boolean): void {
    this.#active = active;
    if (active) this.#askIfStale();
  }

  #onSpend({ overview }: Spend): void {
    // Another store is shown, or the same was emptied or moved.
    if (overview === undefined && this.#figures !== undefined) {
      this.#figures = undefined;
      this.#changed.fire();
    }
    this.#askIfStale();
  }

  #askIfStale(): void {
    const { overview } = this.#spend.spend;
    if (!this.#active || overview === undefined || overview === this.#askedWith) return;
    if (this.#asking !== undefined || this.#timer !== undefined) return;
    const wait = this.#restUntil - performance.now();
    if (wait <= 0) this.#asking = this.#ask(overview);
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#askIfStale();
      }, wait);
    }
  }

  async #ask(overview: Spend['overview']): Promise<void> {
    const started = performance.now();
    const place = this.#spend.storeFile;
    this.#askedWith = overview;
    try {
      const query = { panel: 'budgets', question: { months: 0 } } as const;
      const figures = await panelData(this.#spend, query, Date.now());
      if (place === this.#spend.storeFile && this.#spend.spend.overview !== undefined) {
        this.#figures = figures;
      }
    } catch (error) {
      this.#log.error(`Budgets: ${messageOf(error)}`);
    }
    const ended = performance.now();
    // By a clock that cannot be set back: budgets would stay as they are until it has caught up.
    this.#restUntil = ended + Math.max(leastRestMs, restFactor * (ended - started));
    this.#asking = undefined;
    this.#changed.fire();
    this.#askIfStale();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#active = false;
    this.#listening.dispose();
    this.#changed.dispose();
  }
}
