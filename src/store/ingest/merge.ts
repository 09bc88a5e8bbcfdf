import { countSources, type MessageLine, mainAgent } from '../../model/records.ts';
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

/** Whether its agent writes the same spend down in other places, too, of which the best alone counts. */
export function isOneOfSeveral(source: number): boolean {
  return source !== countSources.only && source !== countSources.counter;
}

/** Of a session that an editor traced, whose agent has a log of its own: it is as good as any place. */
export const ownLog = -1;

/** Whether what is counted from one place is not to be counted where there is another. */
export function yieldsTo(source: number, best: number): boolean {
  if (source === countSources.apart) return false;
  if (source === countSources.traced) return best !== countSources.only && best !== source;
  if (best === countSources.row) return source > best;
  return best === countSources.record && source === countSources.sum;
}

/** Whether a place decides for its session; what stands beside others, or apart from them, never does. */
export function isBetterSource(source: number, best: number): boolean {
  if (source === countSources.beside || source === countSources.apart) return false;
  return best === countSources.only || source < best;
}

/** One record as a message of its own. */
export function fromLine(line: MessageLine): MergedMessage {
  const side = inputSide(line.usage);
  return {
    kept: line,
    ended: line.stopReason !== '',
    inMain: !line.sidechain,
    tools: uniqueSorted(line.tools),
    occurrences: soleOccurrence(line.sessionId, line.agentId, sourceRankOf(line)),
    sides: side === '' ? none : [side],
    lines: line.uuidHash === 0 ? none : [line.uuidHash],
    requester: line.requestSessionId,
  };
}

const none: readonly never[] = [];

let lastSole: ReadonlyMap<string, Occurrence> = new Map();

/** The occurrences of what occurs in one session: for as long as it is the same, the same map. */
export function soleOccurrence(
  sessionId: string,
  agentId: string,
  standing: SourceRank,
): ReadonlyMap<string, Occurrence> {
  const known = lastSole.get(sessionId);
  if (known?.agentId !== agentId || known.standing !== standing) {
    lastSole = new Map([[sessionId, { agentId, standing }]]);
  }
  return lastSole;
}

/** The join of a message and one more of its records: what `merge` makes of it and `fromLine`. */
function withLine(a: MergedMessage, line: MessageLine): MergedMessage {
  const side = hasSideOf(a.kept.usage, line.usage) ? '' : inputSide(line.usage);
  return {
    kept: compareLines(a.kept, line) <= 0 ? a.kept : line,
    ended: a.ended || line.stopReason !== '',
    inMain: a.inMain || !line.sidechain,
    tools: line.tools.length === 0 ? a.tools : union(a.tools, uniqueSorted(line.tools)),
    occurrences: mergeOccurrences(
      a.occurrences,
      soleOccurrence(line.sessionId, line.agentId, sourceRankOf(line)),
    ),
    sides: side === '' ? a.sides : withItem(a.sides, side),
    lines: line.uuidHash === 0 ? a.lines : withItem(a.lines, line.uuidHash),
    requester: a.requester >= line.requestSessionId ? a.requester : line.requestSessionId,
  };
}

/** Whether two usages have the same input side. */
function hasSideOf(a: Usage, b: Usage): boolean {
  return (
    a.input === b.input &&
    a.cacheRead === b.cacheRead &&
    a.cacheWrite5m + a.cacheWrite1h === b.cacheWrite5m + b.cacheWrite1h
  );
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
  if (a === b) return a;
  let merged: Map<string, Occurrence> | undefined;
  for (const [session, occurrence] of b) {
    const known = a.get(session);
    const best = known === undefined ? occurrence : betterOccurrence(known, occurrence);
    if (best === known) continue;
    merged ??= new Map(a);
    merged.set(session, best);
  }
  return merged ?? a;
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
 * copy, main thread before side chain, counts that could all be read, the earliest, one that says its branch.
 * What is still equal is distinguished by content, so that the order of reading never decides.
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
    // Of a traced request the branch is known when the turn ends.
    Number(a.branch === '') - Number(b.branch === '') ||
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
    [line.requests ?? 1, line.countedFrom ?? 0, line.nanoCredits ?? null, line.reasoning ?? null],
  ]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Both lists in one, sorted, each once; `a` itself where `b` adds nothing. */
export function union<T extends string | number>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 1) return withItem(a, b[0]!);
  if (b.every((item) => a.includes(item))) return a;
  return uniqueSorted([...a, ...b]);
}

/** A sorted list with one more item; `a` itself where it has it. */
function withItem<T extends string | number>(a: readonly T[], item: T): readonly T[] {
  let place = a.length;
  while (place > 0 && a[place - 1]! > item) place--;
  if (place > 0 && a[place - 1] === item) return a;
  return a.toSpliced(place, 0, item);
}

function uniqueSorted<T extends string | number>(list: readonly T[]): readonly T[] {
  if (list.length < 2) return list;
  return [...new Set(list)].sort((a, b) => (a < b ? -1 : 1));
}

/** The variants of one message id. */
export interface MessageVariants {
  readonly messageId: string;
  /** Of different keys. */
  readonly variants: readonly MergedMessage[];
}

/** The variants of a message id while records are merged. */
class VariantsOf implements MessageVariants {
  readonly messageId: string;
  readonly variants: MergedMessage[] = [];
  readonly #keys: VariantKey[] = [];
  /** Place by key, where there are several. */
  #places: Map<string, number> | undefined;

  constructor(messageId: string) {
    this.messageId = messageId;
  }

  add(line: MessageLine): void {
    const key = variantKeyOf(line);
    const place = this.#placeOf(key);
    const known = this.variants[place];
    if (known !== undefined) {
      this.variants[place] = withLine(known, line);
      return;
    }
    this.variants.push(fromLine(line));
    this.#keys.push(key);
    this.#places?.set(keyText(key), place);
  }

  #placeOf(key: VariantKey): number {
    const { length } = this.#keys;
    if (length === 0) return 0;
    if (length === 1) {
      const [only] = this.#keys;
      return only!.rid === key.rid && only!.side === key.side ? 0 : 1;
    }
    this.#places ??= new Map(this.#keys.map((each, place) => [keyText(each), place]));
    return this.#places.get(keyText(key)) ?? length;
  }
}

/** Records reduced to the variants of each message id. */
export function mergeLines(lines: readonly MessageLine[]): MessageVariants[] {
  const byId = new Map<string, VariantsOf>();
  let last: VariantsOf | undefined;
  for (const line of lines) {
    // The records of a response mostly follow each other.
    if (last?.messageId !== line.messageId) {
      last = byId.get(line.messageId);
      if (last === undefined) {
        last = new VariantsOf(line.messageId);
        byId.set(line.messageId, last);
      }
    }
    last.add(line);
  }
  return [...byId.values()].map(({ messageId, variants }) => ({ messageId, variants }));
}
