import { type MessageLine, mainAgent } from '../../model/records.ts';

/**
 * Rank of the source a copy comes from, best first: main thread, the subagent's own file, a
 * `progress` copy.
 */
export type SourceRank = 0 | 1 | 2;

/** Occurrence of a message in one session: which agent has it, and from what source. */
export interface Occurrence {
  readonly agentId: string;
  readonly standing: SourceRank;
}

/**
 * A message as far as it is known: the record kept, and what is said by all its records together.
 * `merge` is commutative, associative and idempotent, so the order in which files, chunks and
 * repetitions are read makes no difference.
 */
export interface MergedMessage {
  /** The winning record, kept whole; its session and agent are not used. */
  readonly kept: MessageLine;
  /** Some record had a stop reason, so the output count is final. */
  readonly ended: boolean;
  /** Some record is part of a main thread. */
  readonly inMain: boolean;
  /** Tool names of all records, sorted, each once. */
  readonly tools: readonly string[];
  /** Every session the message occurs in, by session id. */
  readonly occurrences: ReadonlyMap<string, Occurrence>;
}

export function sourceRankOf(line: MessageLine): SourceRank {
  if (line.progress) return 2;
  return line.agentId === mainAgent ? 0 : 1;
}

/** One record as a message of its own. */
export function fromLine(line: MessageLine): MergedMessage {
  return {
    kept: line,
    ended: line.stopReason !== '',
    inMain: !line.sidechain,
    tools: uniqueSorted(line.tools),
    occurrences: new Map([
      [line.sessionId, { agentId: line.agentId, standing: sourceRankOf(line) }],
    ]),
  };
}

/** The join of two partial states of one message. */
export function merge(a: MergedMessage, b: MergedMessage): MergedMessage {
  return {
    kept: compareLines(a.kept, b.kept) <= 0 ? a.kept : b.kept,
    ended: a.ended || b.ended,
    inMain: a.inMain || b.inMain,
    tools: sameTools(a.tools, b.tools) ? a.tools : uniqueSorted([...a.tools, ...b.tools]),
    occurrences: mergeOccurrences(a.occurrences, b.occurrences),
  };
}

function mergeOccurrences(
  a: ReadonlyMap<string, Occurrence>,
  b: ReadonlyMap<string, Occurrence>,
): ReadonlyMap<string, Occurrence> {
  const merged = new Map(a);
  for (const [session, occurrence] of b) {
    const known = merged.get(session);
    merged.set(session, known === undefined ? occurrence : betterOccurrence(known, occurrence));
  }
  return merged;
}

/**
 * Prefers the main thread, then a subagent's own file, then a `progress` copy; ties by agent id.
 */
export function betterOccurrence(a: Occurrence, b: Occurrence): Occurrence {
  if (a.standing !== b.standing) return a.standing < b.standing ? a : b;
  return a.agentId <= b.agentId ? a : b;
}

/**
 * Which of two records of one identity is kept: a direct line before a progress copy, main thread
 * before side chain, then the most output, then the one that says how it stopped, then the
 * earliest. What is still equal is distinguished by content, so that the order of reading never
 * decides.
 */
export function compareLines(a: MessageLine, b: MessageLine): number {
  return (
    Number(a.progress) - Number(b.progress) ||
    Number(a.sidechain) - Number(b.sidechain) ||
    b.usage.output - a.usage.output ||
    Number(a.stopReason === '') - Number(b.stopReason === '') ||
    a.at - b.at ||
    compareText(content(a), content(b))
  );
}

/** Everything of a record that a kept message shows, in a fixed order. */
function content(line: MessageLine): string {
  const { usage: u } = line;
  return JSON.stringify([
    line.model,
    [u.input, u.cacheWrite5m, u.cacheWrite1h, u.cacheRead, u.webSearches],
    line.parts,
    [line.speed, line.geo, line.tier, line.stopReason, line.cacheSplit, line.promptId],
    [line.branch, line.cwd, line.version, line.entrypoint, line.effort, line.error],
    line.durationMs,
    line.attribution,
  ]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameTools(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tool, i) => tool === b[i]);
}

function uniqueSorted(tools: readonly string[]): readonly string[] {
  return tools.length < 2 ? tools : [...new Set(tools)].sort();
}

/** Key of an identity; neither half can hold a NUL. */
function identityOf(line: MessageLine): string {
  return `${line.messageId}\0${line.requestId}`;
}

/** Records reduced to messages, each identity once. */
export function mergeLines(lines: readonly MessageLine[]): MergedMessage[] {
  const merged = new Map<string, MergedMessage>();
  for (const line of lines) {
    const key = identityOf(line);
    const known = merged.get(key);
    merged.set(key, known === undefined ? fromLine(line) : merge(known, fromLine(line)));
  }
  return [...merged.values()];
}
