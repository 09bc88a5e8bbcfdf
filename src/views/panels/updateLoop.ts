import { inBackground } from '../core/background.ts';

/** When the loop runs next, asked for while it is running. */
type Next = 'none' | 'throttled' | 'now';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scheduled'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'running'; readonly next: Next };

/**
 * Runs an asynchronous update, throttled and one at a time: what is asked for meanwhile makes one more
 * of it.
 */
export class UpdateLoop {
  readonly #run: () => Promise<void>;
  readonly #restAfter: (took: number) => number;
  #state: State = { kind: 'idle' };
  #nextAt = 0;

  /** `run` never fails; `restAfter` says how long after a run of a length began the next may begin. */
  constructor(run: () => Promise<void>, restAfter: (took: number) => number) {
    this.#run = run;
    this.#restAfter = restAfter;
  }

  /** Throttled: when the rest after the last run is over. */
  schedule(): void {
    const state = this.#state;
    if (state.kind === 'running') this.#after(state.next === 'now' ? 'now' : 'throttled');
    if (state.kind !== 'idle') return;
    const timer = setTimeout(
      () => {
        this.#state = { kind: 'idle' };
        inBackground(this.run());
      },
      Math.max(0, this.#nextAt - performance.now()),
    );
    this.#state = { kind: 'scheduled', timer };
  }

  /** At once; while it runs, throttled. */
  async run(): Promise<void> {
    if (this.#state.kind === 'running') {
      this.schedule();
      return;
    }
    this.cancel();
    this.#state = { kind: 'running', next: 'none' };
    const started = performance.now();
    await this.#run();
    this.#nextAt = started + this.#restAfter(performance.now() - started);
    const { next } = this.#state as Extract<State, { kind: 'running' }>;
    this.#state = { kind: 'idle' };
    if (next === 'now') this.#nextAt = 0;
    if (next !== 'none') this.schedule();
  }

  /** At once; while it runs, as soon as it has ended, without a rest. */
  runNow(): void {
    if (this.#state.kind === 'running') this.#after('now');
    else inBackground(this.run());
  }

  /** Takes back what is scheduled, also for after a run. */
  cancel(): void {
    const state = this.#state;
    if (state.kind === 'running') this.#after('none');
    if (state.kind !== 'scheduled') return;
    clearTimeout(state.timer);
    this.#state = { kind: 'idle' };
  }

  #after(next: Next): void {
    this.#state = { kind: 'running', next };
  }
}
