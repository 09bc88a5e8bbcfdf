import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';

/** What a window is asked; several configurations follow each other at once. */
export type ToWindow =
  | { readonly type: 'configure'; readonly configs: readonly IndexerConfig[] }
  | { readonly type: 'pause' | 'resume' | 'rescan' | 'killThread' | 'stop' };

export type FromWindow =
  | { readonly type: 'said'; readonly message: FromIndexer }
  /** Its thread ended by itself. */
  | { readonly type: 'ended'; readonly text: string }
  /** Its thread was, as it was asked; another one follows. */
  | { readonly type: 'killed' }
  /** It was stopped, with the exit code of its last thread (0: it ended by itself) and those left. */
  | { readonly type: 'stopped'; readonly exitCode: number; readonly threads: number };
