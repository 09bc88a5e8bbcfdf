import { type MessageLine, mainAgent } from '../../model/records.ts';
import { promptTokens, totalTokens, type Usage } from '../../model/tokens.ts';

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
  /** The input sides of its records that are not empty, sorted, each once. */
  readonly sides: readonly string[];
  /** Hashes of the uuids of its records, sorted, each once. */
  readonly lines: readonly number[];
  /** Session that made the request, where a copy names it; '' where none does. */
  readonly requester: string;
}

/**
 * Key of the records of one message id that are certainly one response: those of one request; without
 * a request id those of one input side, and where that is empty those of one session.
 */
export interface VariantKey {
  readonly rid: string;
  /** '' where there is a request id; else the input side, or `@` and the session. */
  readonly side: string;
}

/**
 * What a request sent: input, cache writes of any lifetime and cache reads. All lines of a response
 * have the same, or nothing yet: then it is ''.
 */
export function inputSide(usage: Usage): string {
  if (promptTokens(usage) === 0) return '';
  return `${usage.input} ${usage.cacheWrite5m + usage.cacheWrite1h} ${usage.cacheRead}`;
}

/** The key of a record. */
export function variantKeyOf(line: MessageLine): VariantKey {
  const rid = line.requestId;
  if (rid !== '') return { rid, side: '' };
  return { rid, side: inputSide(line.usage) || `@${line.sessionId}` };
}

/** The key of a merged message: all its records have the same. */
export function keyOf({ kept, occurrences }: MergedMessage): VariantKey {
  const key = variantKeyOf(kept);
  return key.side.startsWith('@') ? { rid: '', side: `@${occurrences.keys().next().value}` } : key;
}

/** A key as one text; no part can hold a NUL. */
export function keyText({ rid, side }: VariantKey): string {
  return `${rid}\0${side}`;
}

export function sourceRankOf(line: MessageLine): SourceRank {
  if (line.progress) return 2;
  return line.agentId === mainAgent ? 0 : 1;
}

/** One record as a message of its own. */
export function fromLine(line: MessageLine): MergedMessage {
  const side = inputSide(line.usage);
  return {
    kept: line,
    ended: line.stopReason !== '',
    inMain: !line.sidechain,
    tools: uniqueSorted(line.tools),
    occurrences: new Map([
      [line.sessionId, { agentId: line.agentId, standing: sourceRankOf(line) }],
    ]),
    sides: side === '' ? [] : [side],
    lines: line.uuidHash === 0 ? [] : [line.uuidHash],
    requester: line.requestSessionId,
  };
}

/** The join of two partial states of one message. */
export function merge(a: MergedMessage, b: MergedMessage): MergedMessage {
  return {
    kept: compareLines(a.kept, b.kept) <= 0 ? a.kept : b.kept,
    ended: a.ended || b.ended,
    inMain: a.inMain || b.inMain,
    tools: union(a.tools, b.tools),
    occurrences: mergeOccurrences(a.occurrences, b.occurrences),
    sides: union(a.sides, b.sides),
    lines: union(a.lines, b.lines),
    requester: a.requester >= b.requester ? a.requester : b.requester,
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
 * Which of two records of one response is kept: one that says what was sent before a placeholder of
 * zeros, a final before an unfinished one, then the larger total, a direct line before a progress
 * copy, main thread before side chain, counts that could all be read, then the earliest. What is
 * still equal is distinguished by content, so that the order of reading never decides.
 */
export function compareLines(a: MessageLine, b: MessageLine): number {
  return (
    Number(promptTokens(a.usage) === 0) - Number(promptTokens(b.usage) === 0) ||
    Number(a.stopReason === '') - Number(b.stopReason === '') ||
    totalTokens(b.usage) - totalTokens(a.usage) ||
    Number(a.progress) - Number(b.progress) ||
    Number(a.sidechain) - Number(b.sidechain) ||
    Number(a.incomplete) - Number(b.incomplete) ||
    a.at - b.at ||
    compareText(content(a), content(b))
  );
}

/** Everything of a record that a kept message shows, in a fixed order. */
function content(line: MessageLine): string {
  const { usage: u } = line;
  return JSON.stringify([
    line.model,
    [u.input, u.cacheWrite5m, u.cacheWrite1h, u.cacheRead, u.webSearches, u.output],
    line.parts,
    line.iterations,
    [line.speed, line.geo, line.tier, line.stopReason, line.cacheSplit, line.promptId],
    [line.cacheRequested, line.requestedModel],
    [line.branch, line.cwd, line.version, line.entrypoint, line.effort, line.error],
    line.durationMs,
    line.attribution,
  ]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Both lists in one, sorted, each once; `a` itself where `b` adds nothing. */
export function union<T extends string | number>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.every((item) => a.includes(item))) return a;
  return uniqueSorted([...a, ...b]);
}

function uniqueSorted<T extends string | number>(list: readonly T[]): readonly T[] {
  if (list.length < 2) return list;
  return [...new Set(list)].sort((a, b) => (a < b ? -1 : 1));
}

/** The variants of one message id. */
export interface MessageVariants {
  readonly messageId: string;
  /** By `keyText`. */
  readonly variants: ReadonlyMap<string, MergedMessage>;
}

/** Records reduced to the variants of each message id. */
export function mergeLines(lines: readonly MessageLine[]): MessageVariants[] {
  const byId = new Map<string, Map<string, MergedMessage>>();
  for (const line of lines) {
    let variants = byId.get(line.messageId);
    if (variants === undefined) {
      variants = new Map();
      byId.set(line.messageId, variants);
    }
    const key = keyText(variantKeyOf(line));
    const known = variants.get(key);
    variants.set(key, known === undefined ? fromLine(line) : merge(known, fromLine(line)));
  }
  return [...byId].map(([messageId, variants]) => ({ messageId, variants }));
}
