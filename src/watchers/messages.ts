import type { RootSource } from '../agents/agentLog.ts';
import type { ErrorText } from '../model/errors.ts';
import type { RetentionPlan } from '../model/retention.ts';
import type { CatalogueModel } from '../pricing/catalogue.ts';
import type { LeaseTimes } from '../store/connection/writerLease.ts';
import type { PollingMode } from './fileWatcher.ts';
import type { RootsConfig, ScannedRoot } from './scanRoots.ts';

/** When a store that is not there is built at once. */
export interface FirstStoreLimits {
  /** Fewer bytes of transcripts are stored as quickly in the ordinary way. */
  readonly leastBytes: number;
  /** Milliseconds of reading after which the store is to be there with what has been read, newest first. */
  readonly mostMs: number;
}

/** All an indexer needs to know. Plain data: it crosses into a worker thread. */
export interface IndexerConfig extends RootsConfig {
  readonly storeFile: string;
  /** `watch` goes on until it is stopped; `once` reads what is new and ends. */
  readonly mode: 'watch' | 'once';
  readonly role: 'editor' | 'terminal';
  /** The user's price overrides as written; checked where they are used. */
  readonly priceOverrides: unknown;
  /** Models the catalogue does not know and Claude Code has a price of; none when absent. */
  readonly clientModels?: readonly CatalogueModel[] | undefined;
  readonly storeTitles: boolean;
  /** Without it nothing is downsampled. */
  readonly retention?: RetentionPlan | undefined;
  /** File that says where to receive telemetry, while exact mode is on; never without it. */
  readonly telemetryFile?: string | undefined;
  readonly polling: PollingMode;
  readonly paused: boolean;
  readonly engine?: 'better-sqlite3' | 'node:sqlite' | undefined;
  readonly lease?: LeaseTimes | undefined;
  /** What a program that reads once has listed a moment ago: it is to read that, and lists nothing again. */
  readonly listed?: readonly ScannedRoot[] | undefined;
  /** Others than the usual only in tests. */
  readonly firstStore?: FirstStoreLimits | undefined;
}

/** A root as the user is shown it. */
export interface RootStatus {
  readonly path: string;
  readonly source: RootSource;
  readonly exists: boolean;
  readonly transcripts: number;
  /** Size of the transcripts in all. */
  readonly bytes: number;
  /** Folders and files that could not be read, with errno codes. */
  readonly unreadable: readonly { path: string; code: string }[];
  readonly polling: boolean;
}

/** What the indexer is doing. */
export type IndexerState =
  | { readonly kind: 'starting' }
  /** Reading what is new; bytes of transcripts. */
  | { readonly kind: 'indexing'; readonly done: number; readonly total: number }
  /** Everything is read; changes are waited for. */
  | { readonly kind: 'watching' }
  /** Another process writes; this one reads what it commits. */
  | { readonly kind: 'following'; readonly pid: number; readonly role: string }
  | { readonly kind: 'paused' }
  /** The store cannot be used, in words for a person. */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly what?: ErrorText | undefined;
    };

export type FromIndexer =
  | { readonly type: 'state'; readonly state: IndexerState }
  | { readonly type: 'roots'; readonly roots: readonly RootStatus[] }
  /** Something was committed to the store. */
  | { readonly type: 'committed' }
  /** Everything that was there has been read (or, following, the writer has caught up). */
  | { readonly type: 'caughtUp' }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly text: string;
    }
  | { readonly type: 'stopped' };

/** What the thread sends: beside all that, a sign of life every second. */
export type FromThread = FromIndexer | { readonly type: 'alive' };

export type ToIndexer =
  | { readonly type: 'configure'; readonly config: IndexerConfig }
  | { readonly type: 'rescan' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' };
