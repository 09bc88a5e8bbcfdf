import type { EventKind, ToldBackground, UsagePart } from '../model/records.ts';
import type { Usage } from '../model/tokens.ts';

/**
 * What a host's file says (docs/hosts.md): blocks of lines, each a JSON object. The first line of a block
 * says whose it is, so that each block is understood by itself; a block that was read once is not read again.
 */

/** Version of the format: raised when a program of before could misread what is new. */
export const hostFormat = 1;

/** How files of hosts are called: the name of the host, and this. */
export const hostFileEnd = '.outlay.gz';

/** What a host may be called: letters, digits, dots, dashes, underscores and single spaces. */
export function isHostName(name: string): boolean {
  return name.length <= 63 && /^[\p{L}\p{N}][\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]+)*$/u.test(name);
}

/** Tokens in the order input, output, cache writes for 5 minutes and 1 hour, cache reads, web searches. */
export type Counts = readonly [number, number, number, number, number, number];

export function countsOf(usage: Usage): Counts {
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches } = usage;
  return [input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches];
}

/** First line of a block. */
export interface OriginLine {
  readonly outlay: 'host';
  readonly format: number;
  readonly host: string;
  readonly product: string;
  /** A configuration directory, by its name alone. */
  readonly account: string;
}

/** A session, before everything of it. Times are UTC milliseconds. */
export interface SessionLine {
  readonly session: string;
  readonly first: number;
  readonly last: number;
  /** When its own records begin, where it shares some with another. */
  readonly own: number;
  /** Name of the project's folder, or its path where those are sent. */
  readonly project?: string;
  readonly branch?: string;
  readonly version?: string;
  readonly entrypoint?: string;
  readonly title?: string;
  /** What no message explains: time and nano-dollars of each. */
  readonly background?: ToldBackground['amounts'];
  readonly agents?: readonly AgentPart[];
}

/** A subagent of a session. */
export interface AgentPart {
  readonly id: string;
  readonly type: string;
  readonly parent?: string;
}

/** A response, as it counts. What is not there is as usual: '' for texts, false, none. */
export interface MessagePartLine {
  readonly message: string;
  readonly request?: string;
  readonly session: string;
  /** Subagent; absent for the main thread. */
  readonly agent?: string;
  readonly at: number;
  readonly model: string;
  readonly usage: Counts;
  readonly parts?: readonly (readonly [kind: UsagePart['kind'], model: string, usage: Counts])[];
  readonly turns?: readonly Counts[];
  readonly speed?: string;
  readonly geo?: string;
  readonly tier?: string;
  readonly cache?: string;
  readonly asked?: string;
  readonly incomplete?: true;
  /** Why it ended; absent while its count is a lower bound. */
  readonly stop?: string;
  /** Its cache writes had no lifetime. */
  readonly unsplit?: true;
  readonly sidechain?: true;
  /** A side chain's record of a response that stands in the main thread as well. */
  readonly main?: true;
  readonly progress?: true;
  readonly tools?: readonly string[];
  readonly prompt?: string;
  readonly branch?: string;
  readonly version?: string;
  readonly entrypoint?: string;
  readonly effort?: string;
  readonly attribution?: Readonly<Record<string, string>>;
  readonly duration?: number;
  readonly error?: string;
  /** 0 where nobody knows of how many it is the sum. */
  readonly requests?: number;
  /** Its own count was not logged: how far a running counter moved says it. */
  readonly recovered?: true;
  readonly credits?: number;
  readonly reasoning?: number;
  /** Hashes of the uuids of its records: by them a record without a request id is known again. */
  readonly records?: readonly number[];
}

/** Something that happened beside the messages. */
export interface EventLine {
  readonly event: string;
  readonly kind: EventKind;
  readonly session: string;
  readonly agent?: string;
  readonly at: number;
  readonly code?: string;
  readonly count?: number;
  /** The model a failed request asked for. */
  readonly model?: string;
}

/** Any line but the first. */
export type HostLine = SessionLine | MessagePartLine | EventLine;
