import { noUsage, type Usage } from './tokens.ts';

/** The product whose sessions they are where nothing else is said. */
export const usualProduct = 'Claude Code';

/** What is named where an agent does not say the model: it is counted, and has no price. */
export const unnamedModel = 'unknown';

/** Agent id of the main thread. Subagents carry the id Claude Code gave them. */
export const mainAgent = '';

/** Agent id of side-chain records that name none, as versions before 2.0.29 wrote them. */
export const unnamedAgent = 'sidechain';

/** Stands between a session's id and the host it ran on; no name of a host has one. */
const hostMark = '@';

/** What a session is known by here: its id, and where it ran on another host that host's name behind it. */
export function sessionKey(sessionId: string, host: string): string {
  return host === '' || sessionId === '' ? sessionId : `${sessionId}${hostMark}${host}`;
}

/** The host a session ran on, by what it is known by; '' for this machine. */
export function hostOf(key: string): string {
  const at = key.lastIndexOf(hostMark);
  return at < 0 ? '' : key.slice(at + 1);
}

/** The id a session's agent gave it, by what it is known by. */
export function bareSession(key: string): string {
  const at = key.lastIndexOf(hostMark);
  return at < 0 ? key : key.slice(0, at);
}

/** Tokens inside a response that the top-level usage does not hold, priced at their own model. */
export interface UsagePart {
  /** `declined` is an attempt a refusal fallback replaced; it is stated beside the cost, not in it. */
  readonly kind: 'advisor' | 'compaction' | 'declined';
  readonly model: string;
  readonly usage: Usage;
}

/** Where a record's tokens came from inside Claude Code, as far as the record says. Keys sorted. */
export type Attribution = Readonly<Record<string, string>>;

/** The attribution of an agent that names nothing but who answers: a vendor, or a way to one; '' for none. */
export function attributionOf(provider = ''): Attribution {
  return provider === '' ? {} : { provider };
}

/**
 * Where a count was taken from, best first, by an agent that writes the same spend down in several places:
 * of one session the best alone count. `only` is any other agent's. A `beside` stands in no `sum`, but beside
 * records it is one of them. What an editor noted of a session (`traced`) yields to all that the log of an agent it
 * runs says of it; requests of the editor's own are `apart` from them. A `counter` is no such place: an agent that keeps
 * a running counter beside its requests did not log this one (or several), and what it used is how far the counter moved.
 */
export const countSources = {
  only: 0,
  row: 1,
  record: 2,
  beside: 3,
  sum: 4,
  counter: 5,
  traced: 6,
  apart: 7,
} as const;
export type CountSource = (typeof countSources)[keyof typeof countSources];

/**
 * One transcript line that carries a response's usage. Several lines may belong to one message; the
 * merge decides which is kept.
 */
export interface MessageLine {
  /** `message.id`; for a line without one, an id that only this line has. */
  readonly messageId: string;
  /** `requestId`, or '' when the line has none. */
  readonly requestId: string;
  /** Hash of the line's uuid, below 2^48; 0 when it has none. */
  readonly uuidHash: number;
  readonly sessionId: string;
  /** Session that made the request, on a line copied from there; else ''. */
  readonly requestSessionId: string;
  readonly agentId: string;
  /** A copy of a subagent's line inside the parent's `progress` record. */
  readonly progress: boolean;
  readonly sidechain: boolean;
  /** UTC milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly usage: Usage;
  readonly parts: readonly UsagePart[];
  /** The model's turns inside the response, in order, where they add up to `usage`; else none. */
  readonly iterations: readonly Usage[];
  readonly speed: string;
  readonly geo: string;
  readonly tier: string;
  /** Lifetime the request asked its cache writes to have (`5m`, `1h`), or ''. */
  readonly cacheRequested: string;
  /** Model the request asked for, where another one answered; else ''. */
  readonly requestedModel: string;
  /** A count could not be read and is missing from `usage`. */
  readonly incomplete: boolean;
  /** '' while the response had not ended when the line was written. */
  readonly stopReason: string;
  /** False when the record's cache writes had no lifetime and were taken for five minutes. */
  readonly cacheSplit: boolean;
  readonly tools: readonly string[];
  readonly promptId: string;
  readonly branch: string;
  readonly cwd: string;
  readonly version: string;
  readonly entrypoint: string;
  readonly effort: string;
  readonly attribution: Attribution;
  /** Milliseconds since the user record before it: an estimate, or null when there is none. */
  readonly durationMs: number | null;
  /** Code of an API error the record reports, or ''. */
  readonly error: string;
  /** Requests it is a sum of; absent for one, 0 where nobody knows of how many. */
  readonly requests?: number;
  /** Absent for `only`. */
  readonly countedFrom?: CountSource;
  /** What the vendor counted for it in credits of its own, billionths of one; absent where that is not said. */
  readonly nanoCredits?: number;
  /** Tokens of its output that went into reasoning; absent where that is not said. */
  readonly reasoning?: number;
}

/** A message of which nothing is known: what its agent does not write stays so. */
export const emptyMessage: MessageLine = {
  messageId: '',
  requestId: '',
  uuidHash: 0,
  sessionId: '',
  requestSessionId: '',
  agentId: '',
  progress: false,
  sidechain: false,
  at: 0,
  model: '',
  usage: noUsage,
  parts: [],
  iterations: [],
  speed: '',
  geo: '',
  tier: '',
  cacheRequested: '',
  requestedModel: '',
  incomplete: false,
  stopReason: '',
  cacheSplit: true,
  tools: [],
  promptId: '',
  branch: '',
  cwd: '',
  version: '',
  entrypoint: '',
  effort: '',
  attribution: {},
  durationMs: null,
  error: '',
};

/** Tokens a total has of a model; of cache writes whatever their lifetime. */
export interface ModelTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Claude Code's own running total, as written, with its position in the file. */
export interface CostState {
  readonly sessionId: string;
  readonly offset: number;
  /** Latest timestamp of a record before it in the file; 0 when none is dated. */
  readonly at: number;
  /** Dollars as the client wrote them. */
  readonly totalUsd: number;
  /** Dollars per model as written, `[1m]` markers included. */
  readonly models: Readonly<Record<string, number>>;
  /** Tokens of those models; without one that does not say them. */
  readonly tokens: Readonly<Record<string, ModelTokens>>;
  /** The client guessed a price for a model it did not know. */
  readonly unknownModel: boolean;
  /** When the first run began that is in it; resumed runs and forks keep it. 0 when not known. */
  readonly startedAt: number;
}

export const eventKinds = [
  'api-error',
  'tool-error',
  'interrupted',
  'compaction',
  'web-search',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Something that happened beside the messages; identified by its record's uuid. */
export interface SessionEvent {
  readonly key: string;
  readonly kind: EventKind;
  readonly sessionId: string;
  readonly agentId: string;
  readonly at: number;
  /** Error code, HTTP status, tool name or trigger: never a person's text. */
  readonly code: string;
  /** How many (web searches), else 1. */
  readonly count: number;
  /** The model a failed request asked for, as written; absent where the record does not say. */
  readonly model?: string;
}

export const titleKinds = ['custom', 'ai', 'summary', 'prompt'] as const;

/** Where a title comes from, best first. */
export type TitleKind = (typeof titleKinds)[number];

/** A name for a session. Of one kind the last counts, except the prompt: there the first does. */
export interface TitleRecord {
  readonly sessionId: string;
  readonly kind: TitleKind;
  /** Latest timestamp before it in the file, which with the offset orders titles. */
  readonly at: number;
  readonly offset: number;
  /** One line, at most 80 characters. */
  readonly text: string;
}

/** A name for the sessions that have a certain record, in whichever file they stand. */
export interface SummaryRecord extends Omit<TitleRecord, 'sessionId' | 'kind'> {
  /** Hash of the record's uuid, as in `SessionRecords.uuidHashes`. */
  readonly leaf: number;
}

/** What is known of a subagent beside its messages. Empty strings where not recorded. */
export interface AgentMetadata {
  readonly sessionId: string;
  readonly agentId: string;
  readonly type: string;
  readonly toolUseId: string;
  readonly parentAgentId: string;
  readonly worktree: string;
  readonly model: string;
  readonly depth: number | null;
}

/** A call of the tool that starts subagents: which type it asked for. */
export interface SpawnRecord {
  readonly sessionId: string;
  readonly toolUseId: string;
  readonly type: string;
}

/** A pull request a session was linked to. */
export interface PullRequestLink {
  readonly sessionId: string;
  readonly at: number;
  readonly url: string;
}

/**
 * Fingerprint of one session's dated records in a chunk of one file: what ownership is decided by.
 */
export interface SessionRecords {
  readonly sessionId: string;
  /** Earliest and latest timestamp of any dated record. */
  firstAt: number;
  lastAt: number;
  /** Earliest timestamp of a dated record without a uuid; Infinity when there is none. */
  anonymousAt: number;
  /** Pairs (hash of uuid, timestamp) of the dated records with a uuid. */
  readonly uuidHashes: number[];
  readonly uuidTimes: number[];
  /** `cwd` of the first record that has one; main thread before side chain. */
  cwd: string;
  cwdAt: number;
  cwdSidechain: boolean;
  /** Branch and version of the latest record that has one. */
  branch: string;
  branchAt: number;
  version: string;
  versionAt: number;
  entrypoint: string;
}

/** Why a line could not be used. Words a person sees in `doctor`. */
export const rejectReasons = [
  'not JSON',
  'damaged',
  'not an object',
  'no type',
  'bad usage',
  'no model',
  'no time',
  'bad total',
  'too long',
  'too many parts',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** Reasons for which a line's spend may be missing from every figure. */
export const lossReasons: readonly RejectedLine['reason'][] = [
  'not JSON',
  'damaged',
  'bad usage',
  'no model',
  'no time',
  'too long',
  'too many parts',
];

/** Said of a line that is used although its time is out of reason: the record before it dates it. */
export const oddTime = 'odd time';

export interface RejectedLine {
  readonly reason: RejectReason | typeof oddTime;
  /** Counted from 1. */
  readonly line: number;
  readonly offset: number;
  /** Latest timestamp of a record before it in the file; 0 when none is dated. */
  readonly at: number;
  /** The session it stands in, as far as can be told. */
  readonly sessionId: string;
}

/** What of background a host found for a session of its own: nobody here can reconcile it. */
export interface ToldBackground {
  readonly sessionId: string;
  /** Time of the session's last record then: of two accounts the later one holds. */
  readonly lastAt: number;
  /** UTC milliseconds and nano-dollars, earliest first. */
  readonly amounts: readonly (readonly [at: number, nano: number])[];
}

/** The records of one chunk of a transcript, by kind. */
export interface TranscriptBatch {
  readonly messages: MessageLine[];
  readonly sessions: SessionRecords[];
  readonly costStates: CostState[];
  readonly events: SessionEvent[];
  readonly titles: TitleRecord[];
  readonly summaries: SummaryRecord[];
  readonly agents: AgentMetadata[];
  readonly spawns: SpawnRecord[];
  readonly pullRequests: PullRequestLink[];
  readonly rejected: RejectedLine[];
  /** Absent where totals of the client are read, or none are known. */
  readonly background?: readonly ToldBackground[];
  /** Non-blank lines seen, rejected ones included. */
  lines: number;
}

/** Resume point of a file: the offset read to, and the parser state that belongs to it. */
export interface Bookmark {
  /** Byte offset just after the last newline read. */
  readonly offset: number;
  /** What the reader must remember: plain data that only the file's agent understands. */
  readonly state: unknown;
  readonly inode: string;
  /** Hashes of the start of the first line and of the last bytes before `offset`; '' until there is a line. */
  readonly head: string;
}

/** Whose a chunk is, where a file holds what several programs of another host wrote. */
export interface ChunkOrigin {
  /** Name of the host; never ''. */
  readonly host: string;
  /** What stands for a configuration directory. */
  readonly account: string;
  readonly product: string;
}

/** A chunk of a transcript: whole lines read in one go, with the resume point after them. */
export interface TranscriptChunk {
  readonly batch: TranscriptBatch;
  /** Byte offset at which the chunk begins. */
  readonly start: number;
  readonly bookmark: Bookmark;
  /** Size of the file when it was opened. */
  readonly size: number;
  /**
   * The file is not the one the bookmark was made for, and this is the first chunk of reading it
   * again from the start: counters kept per file are reset.
   */
  readonly restarted: boolean;
  /** True when no complete line is left to read. */
  readonly done: boolean;
  /** Absent where its root says it. */
  readonly origin?: ChunkOrigin;
}
