import type { Usage } from '../../model/tokens.ts';

/** What a run spent with one model, price row and effort. */
export interface RunPart {
  readonly model: string;
  /** Names the price row; '' where no rates of the book priced it. */
  readonly row: string;
  /** Effort as the records say it; '' where they do not. */
  readonly effort: string;
  readonly usage: Usage;
  readonly messages: number;
  /** Nano-dollars; messages without a price count as nothing. */
  readonly nano: number;
}

/** What went wrong in a run, by kind: proxies for a failure, none of them proves one. */
export interface RunErrors {
  readonly api: number;
  readonly tool: number;
  readonly interrupted: number;
}

/** One execution of a subagent, or one prompt with its main-thread answers. */
export interface Run {
  /** Names the run: session, agent and prompt. */
  readonly key: string;
  /** Id of the session. */
  readonly session: string;
  /** Directory or repository of the session. */
  readonly project: string;
  /** `main`, or the subagent's type. */
  readonly agent: string;
  /** Start of the quarter of an hour it began in, UTC milliseconds. */
  readonly startedAt: number;
  readonly parts: readonly RunPart[];
  readonly usage: Usage;
  readonly messages: number;
  /** Nano-dollars. */
  readonly nano: number;
  readonly errors: RunErrors;
}

/** A message that missed its cache and what that cost beyond reading, nano-dollars. */
export interface ThreadMiss {
  readonly reason: 'first-write' | 'expired' | 'model-switch' | 'compaction' | 'prefix-change';
  readonly nano: number;
}

/** The messages of one agent of one session, read one by one. */
export interface Thread {
  readonly session: string;
  readonly agent: string;
  /** Price row of the first message. */
  readonly row: string;
  /**
   * Tokens of the first request: system prompt, tools, memory files and the first prompt. Undefined
   * where the thread began before the span.
   */
  readonly firstPrompt: number | undefined;
  readonly messages: number;
  /** Undefined where nobody knows how long its caches live. */
  readonly misses: readonly ThreadMiss[] | undefined;
}

/** Threads that were read one by one, and how many there are in all. */
export interface Threads {
  readonly read: readonly Thread[];
  readonly all: number;
}

/** What insights need to know of prices and time; for the caller to say. */
export interface InsightWorld {
  /** Days the runs come from: the span's, or those since the very first spend where that is less. */
  readonly days: number;
  /** A model's tier: a family of Claude's, or a grade. */
  readonly tierOf: (model: string) => string;
  /** Nano-dollars of a usage at a price row's rates; undefined for a row the book does not have. */
  readonly priceAt: (row: string, usage: Usage) => number | undefined;
  /** Nano-dollars of a part's tokens with the newest model of a family; undefined without a price. */
  readonly priceWith: (part: RunPart, family: string) => number | undefined;
}

export const insightKinds = [
  'small-runs',
  'top-tier',
  'cache-share',
  'tiny-agents',
  'context-bloat',
  'first-prefix',
  'failures',
  'effort',
  'deterministic',
] as const;
export type InsightKind = (typeof insightKinds)[number];

/** A fact an insight rests on. Dollars are nano-dollars, percentages shares of one. */
export interface Evidence {
  readonly name: string;
  readonly value: number | string;
  readonly unit: 'usd' | 'tokens' | 'count' | 'percent' | 'text';
}

/** Nano-dollars a month. */
export interface MonthRange {
  readonly low: number;
  readonly high: number;
}

export type InsightAction =
  /** Another model in the file that defines the agent; for built-in agents a setting. */
  | { readonly kind: 'agent-model'; readonly agent: string; readonly model: string }
  /** A habit or a setting; kind and evidence say which. */
  | { readonly kind: 'advice' }
  | { readonly kind: 'view-failures'; readonly agent: string };

/** Something that can be done about spend, with what says so. */
export interface Insight {
  /** The same whenever the same thing is found: made of kind and subject. */
  readonly id: string;
  readonly kind: InsightKind;
  /** Type of agent it is about; undefined where it is about all. */
  readonly agent: string | undefined;
  readonly evidence: readonly Evidence[];
  /** What the runs it is about cost a month now; undefined where that is no part of the reasoning. */
  readonly currentPerMonth: number | undefined;
  /** What it would save a month; undefined where nothing says how much. */
  readonly perMonth: MonthRange | undefined;
  /** Whether the dollars were spent as they are stated, or repriced. */
  readonly basis: 'measured' | 'estimated';
  readonly action: InsightAction;
  /** How many of all that could be looked at were. */
  readonly coverage: { readonly seen: number; readonly all: number; readonly noun: string };
}
