import type { UsagePart } from '../../../model/records.ts';
import { combineUsage, noUsage, totalTokens, type Usage } from '../../../model/tokens.ts';
import { bounded } from './byteCache.ts';

/** The usage object of a record, read. */
export interface ReadUsage {
  readonly usage: Usage;
  readonly parts: readonly UsagePart[];
  readonly iterations: readonly Usage[];
  /** A count was no whole number ≥ 0, so that some of it may be missing. */
  readonly incomplete: boolean;
  readonly speed: string;
  readonly geo: string;
  readonly tier: string;
  readonly cacheSplit: boolean;
}

type Json = Record<string, unknown>;

const noParts: readonly UsagePart[] = [];
const noIterations: readonly Usage[] = [];

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Counts of one usage object; `odd` when one was no whole number ≥ 0: digits in quotes are read, the rest is left out. */
interface Counts {
  readonly usage: Usage;
  readonly odd: boolean;
}

/** Larger counts are no response's; sums of them would not stay exact. */
const mostTokens = 1e12;

/** Iterations read of one response; real ones have a few. Of more none is, and the figure is "at least". */
const mostIterations = 1000;

/** Token counts of one usage object. */
function readCounts(raw: Json): Counts {
  let odd = false;
  const count = (value: unknown): number => {
    if (value === undefined || value === null) return 0;
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= mostTokens) {
      return value as number;
    }
    odd = true;
    return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : 0;
  };
  const split = isJsonObject(raw.cache_creation) ? raw.cache_creation : {};
  const server = isJsonObject(raw.server_tool_use) ? raw.server_tool_use : {};
  const usage = usageOfCounts({
    input: count(raw.input_tokens),
    output: count(raw.output_tokens),
    written: count(raw.cache_creation_input_tokens),
    fiveMinutes: count(split.ephemeral_5m_input_tokens),
    oneHour: count(split.ephemeral_1h_input_tokens),
    cacheRead: count(raw.cache_read_input_tokens),
    webSearches: count(server.web_search_requests),
  });
  return { usage, odd };
}

/** The counts of a usage as they are written. */
interface WrittenCounts extends Pick<Usage, 'input' | 'output' | 'cacheRead' | 'webSearches'> {
  /** Cache writes in all, and those of each lifetime. */
  readonly written: number;
  readonly fiveMinutes: number;
  readonly oneHour: number;
}

/**
 * The usage of written counts. Cache writes are the larger of the total and the sum of the two lifetimes
 * (before 2.1.152 the total could be 0 while the split was not); what the split leaves unexplained counts
 * as five minutes.
 */
export function usageOfCounts(counts: WrittenCounts): Usage {
  const { oneHour } = counts;
  const written = Math.max(counts.written, counts.fiveMinutes + oneHour);
  return {
    input: counts.input,
    output: counts.output,
    cacheWrite5m: written - oneHour,
    cacheWrite1h: oneHour,
    cacheRead: counts.cacheRead,
    webSearches: counts.webSearches,
  };
}

function isNothing(usage: Usage): boolean {
  return totalTokens(usage) === 0 && usage.webSearches === 0;
}

/**
 * Reads a `message.usage`. `nothing` where all counts are 0, `unreadable` where none can be read.
 */
export function readUsage(raw: Json, model: string): ReadUsage | 'nothing' | 'unreadable' {
  const { usage, odd } = readCounts(raw);
  return completeUsage(usage, odd, raw.iterations, model, {
    speed: text(raw.speed),
    geo: text(raw.inference_geo),
    tier: text(raw.service_tier),
    isSplit: isJsonObject(raw.cache_creation),
  });
}

/** What a usage says beside its counts. */
interface UsageNotes extends Pick<ReadUsage, 'speed' | 'geo' | 'tier'> {
  /** The lifetimes of its cache writes are told apart. */
  readonly isSplit: boolean;
}

/**
 * A usage of known counts with what its `iterations` add. Of these, advisor and compaction entries are not
 * in the top-level counts and become parts of their own; a `message` entry of another model is an attempt
 * that a refusal fallback replaced. The other `message` entries are the model's turns.
 */
export function completeUsage(
  usage: Usage,
  odd: boolean,
  iterations: unknown,
  model: string,
  { speed, geo, tier, isSplit }: UsageNotes,
): ReadUsage | 'nothing' | 'unreadable' {
  let parts = noParts;
  let turns = noIterations;
  let incomplete = odd;
  if (Array.isArray(iterations) && iterations.length > mostIterations) incomplete = true;
  else if (Array.isArray(iterations) && iterations.length > 0) {
    const read = readParts(iterations, model);
    parts = read.parts;
    incomplete ||= read.odd;
    turns = readTurns(iterations, usage);
  }
  if (parts.length === 0 && isNothing(usage)) return incomplete ? 'unreadable' : 'nothing';
  const cacheSplit = usage.cacheWrite5m === 0 || isSplit;
  return { usage, parts, iterations: turns, incomplete, speed, geo, tier, cacheSplit };
}

function readParts(
  iterations: readonly unknown[],
  model: string,
): { readonly parts: readonly UsagePart[]; readonly odd: boolean } {
  const parts: UsagePart[] = [];
  let odd = false;
  for (const entry of iterations) {
    if (!isJsonObject(entry)) continue;
    const kind = partKind(entry, model);
    if (kind === undefined) continue;
    const counts = readCounts(entry);
    odd ||= counts.odd;
    if (isNothing(counts.usage)) continue;
    if (kind === 'declined' && counts.usage.output === 0) continue;
    parts.push({ kind, model: bounded(text(entry.model)) || model, usage: counts.usage });
  }
  return { parts, odd };
}

/** What an entry of several has to say for its band to be judged; the client asks for the same. */
const turnCounts = [
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
] as const;

/**
 * The `message` entries, where there are several, each with all its counts, and they add up to the
 * whole. A one-hour write that no entry's own split accounts for is taken from the first entries that
 * wrote.
 */
function readTurns(iterations: readonly unknown[], whole: Usage): readonly Usage[] {
  const turns: Usage[] = [];
  for (const entry of iterations) {
    if (!isJsonObject(entry) || entry.type !== 'message') continue;
    if (!turnCounts.every((name) => typeof entry[name] === 'number')) return noIterations;
    turns.push({ ...readCounts(entry).usage, webSearches: 0 });
  }
  if (turns.length < 2) return noIterations;
  const sum = turns.reduce((a, b) => combineUsage(a, b), noUsage);
  let hours = whole.cacheWrite1h - sum.cacheWrite1h;
  const adds =
    sum.input === whole.input &&
    sum.output === whole.output &&
    sum.cacheRead === whole.cacheRead &&
    sum.cacheWrite5m + sum.cacheWrite1h === whole.cacheWrite5m + whole.cacheWrite1h;
  if (!adds || hours < 0) return noIterations;
  return turns.map((turn) => {
    const moved = Math.min(turn.cacheWrite5m, hours);
    hours -= moved;
    return {
      ...turn,
      cacheWrite5m: turn.cacheWrite5m - moved,
      cacheWrite1h: turn.cacheWrite1h + moved,
    };
  });
}

function partKind(entry: Json, model: string): UsagePart['kind'] | undefined {
  switch (entry.type) {
    case 'advisor_message':
      return 'advisor';
    case 'compaction':
      return 'compaction';
    case 'message': {
      const own = text(entry.model);
      return own !== '' && own !== model ? 'declined' : undefined;
    }
    default:
      return undefined;
  }
}
