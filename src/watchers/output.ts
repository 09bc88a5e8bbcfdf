import type { Root } from '../agents/agentLog.ts';
import { type HumanError, messageOf } from '../model/errors.ts';
import type { FromIndexer, IndexerState } from './messages.ts';
import type { ScannedRoot } from './scanRoots.ts';

/**
 * Messages from the indexer to its owner. A state is sent only when it differs from the last one.
 */
export class IndexerOutput {
  readonly #tell: (message: FromIndexer) => void;
  #lastState = '';
  #stopped = false;

  constructor(tell: (message: FromIndexer) => void) {
    this.#tell = tell;
  }

  /** Whether it was news. */
  state(state: IndexerState): boolean {
    const text = JSON.stringify(state);
    // While the store is unavailable every retry starts over; that is not shown.
    if (this.#stopped || text === this.#lastState) return false;
    this.#lastState = text;
    this.#tell({ type: 'state', state });
    return true;
  }

  unavailable({ message, what }: HumanError): void {
    this.state({ kind: 'unavailable', reason: message, what });
  }

  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    this.#tell({ type: 'log', level, text });
  }

  roots(scanned: readonly ScannedRoot[], isPolled: (root: Root) => boolean): void {
    const roots = scanned.map(({ root, files, unreadable }) => ({
      path: root.path,
      source: root.source,
      exists: root.exists,
      transcripts: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      unreadable,
      polling: isPolled(root),
    }));
    this.#tell({ type: 'roots', roots });
  }

  committed(): void {
    this.#tell({ type: 'committed' });
  }

  caughtUp(): void {
    this.#tell({ type: 'caughtUp' });
  }

  /** From now on states are of no interest. */
  stop(): void {
    this.#stopped = true;
  }

  stopped(): void {
    this.#tell({ type: 'stopped' });
  }

  /** Does work on the way out, which must not keep the rest from being done. */
  quietly(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.log('info', `While standing down: ${messageOf(error)}`);
    }
  }
}
