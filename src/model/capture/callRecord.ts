/**
 * A call as `outlay/capture` writes it down: one JSON object a line, in files of its own. Never a prompt or an
 * answer; every text is bounded. What is not known is left out.
 */
export interface CallRecord {
  readonly v: typeof callVersion;
  /** The response's id, else one that no other call has: written twice it is one call. */
  readonly id: string;
  /** When it ended; UTC milliseconds. */
  readonly at: number;
  readonly api: CallApi;
  /** As the response names it, else as it was asked for. */
  readonly model?: string;
  /** The usage object of the response: its counts, and of texts the few that decide a price. */
  readonly usage?: CallUsage;
  /** Milliseconds from the call to its end. */
  readonly ms?: number;
  /** The service tier that answered; `batch` for a result of a batch. */
  readonly tier?: string;
  /** Reasoning effort that was asked for. */
  readonly effort?: string;
  /** Why the response ended. */
  readonly stop?: string;
  /** Names of the tools it called. */
  readonly tools?: readonly string[];
  /** It was broken off, or its usage was never told: it may have used more. */
  readonly partial?: true;
  /** What it failed with: an HTTP status, else `aborted`, `timeout`, `connection` or `error`. */
  readonly failed?: string;
  /** The model runs on the user's own hardware, as far as the address tells. */
  readonly local?: true;
  readonly agent?: string;
  readonly task?: string;
  readonly correlation?: string;
  /** Name of the program, and the folder it ran in. */
  readonly program?: string;
  readonly cwd?: string;
}

/** Raised when a record means something else than before. */
export const callVersion = 1;

/** Which API answered: how its usage counts. */
export const callApis = [
  'anthropic.messages',
  'openai.chat',
  'openai.completions',
  'openai.responses',
  'openai.embeddings',
] as const;
export type CallApi = (typeof callApis)[number];

/** A usage object, cut to counts and to texts that decide a price. */
export interface CallUsage {
  readonly [key: string]: number | string | CallUsage | readonly CallUsage[];
}

/** A file of calls: the day (UTC) it was begun, the run of a program that writes it, its number among that run's. */
const callFilePattern =
  /^calls-(\d{4}-\d{2}-\d{2})-([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})-\d+\.jsonl$/;

/** The name of a file of calls. `session` is a UUID. */
export function callFileName(day: string, session: string, number: number): string {
  return `calls-${day}-${session}-${number}.jsonl`;
}

/** What the name of a file of calls says; undefined for another file. */
export function callFileOf(
  name: string,
): { readonly day: string; readonly session: string } | undefined {
  const [, day, session] = callFilePattern.exec(name) ?? [];
  return day === undefined || session === undefined ? undefined : { day, session };
}

/** Days after which files of calls are removed by who writes new ones. */
export const callFileDays = 90;

/** Longest label of a person (agent, task, correlation) that is kept; of a longer one the beginning is. */
export const longestLabel = 120;
