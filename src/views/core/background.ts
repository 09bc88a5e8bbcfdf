import { messageOf } from '../../model/errors.ts';

/** Where failures go of work nobody waits for. */
export interface FailureSurface {
  log(error: Error): void;
  /** Tells the user, in a sentence. */
  show(error: Error): void;
}

let surface: FailureSurface | undefined;
const shown = new Set<string>();

/** Says where failures go from now on. */
export function reportFailures(to: FailureSurface): void {
  surface = to;
  shown.clear();
}

/**
 * Starts work nobody waits for (fire and forget). A failure of it is logged, and shown the first time.
 * VS Code's own, when a window closes under a dialog, is none.
 */
export function inBackground(work: PromiseLike<unknown> | undefined): void {
  work?.then(undefined, (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    if (error.name === 'Canceled') return;
    surface?.log(error);
    if (shown.has(error.message)) return;
    shown.add(error.message);
    surface?.show(error);
  });
}
