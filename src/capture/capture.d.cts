/** What a call is counted under. Names and ids, never a prompt. Each is cut at 120 characters. */
export interface Labels {
  /** Which agent makes the call: what "by agent" and `--agent` go by. */
  readonly agent?: string | undefined;
  /** What the call is for, such as a ticket: what "by task" and `--task` go by. */
  readonly task?: string | undefined;
  /** Ties calls of one request, job or conversation together: what `--correlation` goes by. */
  readonly correlation?: string | undefined;
}

export interface TrackOptions extends Labels {
  /**
   * Asks streams of OpenAI's chat API for their usage, which they tell only then, and hides that they were asked.
   * Switch it off for servers that refuse `stream_options`. Default: true.
   */
  readonly includeUsage?: boolean | undefined;
  /**
   * Whether models behind this client run on your own hardware: those without a price cost nothing then.
   * Default: whether the client's address is this machine.
   */
  readonly local?: boolean | undefined;
}

/**
 * Wraps a client of `openai` or `@anthropic-ai/sdk`: it does what it did, and each call is written down with its
 * usage. The client itself stays as it is. Whatever goes wrong with writing, no call fails by it.
 */
export declare function track<T extends object>(client: T, options?: TrackOptions): T;

/**
 * Runs `work`, and counts every call made in it, also behind an `await`, under these labels. They win over those of
 * `track`; a scope inside a scope adds to it.
 */
export declare function scope<T>(labels: Labels, work: () => T): T;

/** How writing goes in this process. */
export interface CaptureStatus {
  /** Folder of the files. */
  readonly folder: string;
  /** Calls written since the program began. */
  readonly written: number;
  /** Calls that could not be written, and are in no figure. */
  readonly dropped: number;
  /** Why the last of them could not. */
  readonly problem: string | undefined;
}

/** How writing goes in this process. */
export declare function status(): CaptureStatus;

/** What calls can be grouped by. */
export type GroupName =
  | 'agent'
  | 'task'
  | 'correlation'
  | 'model'
  | 'tier'
  | 'project'
  | 'session'
  | 'day';

export interface SummaryQuestion {
  /** The first moment that counts: a Date, UTC milliseconds, or text as `--since` of `outlay` takes it (`7d`, `2026-12-01`). */
  readonly since?: Date | number | string | undefined;
  /** The first moment that no longer counts; a day as text is counted whole. */
  readonly until?: Date | number | string | undefined;
  readonly by?: GroupName | undefined;
}

/** Sums of calls. Estimates at list price, in US dollars. */
export interface CallSums {
  /** Calls that were answered, those broken off included. */
  readonly calls: number;
  readonly usd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Calls of models nobody knows a price of: they are in no dollar. */
  readonly unpriced: number;
  /** Calls that were broken off or told no usage: they may have cost more. */
  readonly atLeast: number;
}

export interface CallGroup extends CallSums {
  /** `(none)` where calls have none. */
  readonly key: string;
}

export interface Summary extends CallSums {
  /** Calls that failed; they cost nothing. */
  readonly failed: number;
  /** ISO times; null where the question has no bound and nothing was reset. */
  readonly since: string | null;
  readonly until: string | null;
  /** Dearest first, days in order; empty without `by`. */
  readonly groups: readonly CallGroup[];
  /** What the figures lack, in sentences. */
  readonly notes: readonly string[];
}

/** Sums of all captured calls, of every process that writes to the same folder. */
export declare function summary(question?: SummaryQuestion): Promise<Summary>;

/** A captured call. */
export interface RecentCall {
  /** ISO time of its end. */
  readonly at: string;
  readonly ok: boolean;
  /** What it failed with: an HTTP status, else `aborted`, `timeout`, `connection` or `error`; null for one that was answered. */
  readonly failure: string | null;
  /** Of one that failed the model it asked for; null where it named none. */
  readonly model: string | null;
  readonly tier: string | null;
  readonly agent: string | null;
  readonly task: string | null;
  readonly correlation: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Null where nobody knows a price. */
  readonly usd: number | null;
  /** It was broken off or told no usage: it may have cost more. */
  readonly atLeast: boolean;
  readonly durationMs: number | null;
}

/** The last calls, newest first; 20 unless said otherwise, at most 10,000. */
export declare function recentCalls(count?: number): Promise<RecentCall[]>;

/**
 * Lets `summary` and `recentCalls` begin anew from now on, for every process with the same folder. Nothing is deleted:
 * reports and budgets of Outlay go on counting what was spent.
 */
export declare function reset(): Promise<void>;
