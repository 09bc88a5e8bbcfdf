import type { UsagePart } from '../../../model/records.ts';
import type { Usage } from '../../../model/tokens.ts';
import { bounded } from './byteCache.ts';

/** The usage object of a record, read; `undefined` where a count is no whole number ≥ 0. */
export interface ReadUsage {
  readonly usage: Usage;
  readonly parts: readonly UsagePart[];
  readonly speed: string;
  readonly geo: string;
  readonly tier: string;
  readonly cacheSplit: boolean;
}

type Json = Record<string, unknown>;

const noParts: readonly UsagePart[] = [];

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A nullable count; NaN marks what no sum can hold. */
function count(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : Number.NaN;
}

/**
 * Token counts of one usage object. Cache writes are the larger of the total and the sum of the two
 * lifetimes (before 2.1.152 the total could be 0 while the split was not); what the split leaves
 * unexplained counts as five minutes.
 */
function readCounts(raw: Json): Usage | undefined {
  const split = isJsonObject(raw.cache_creation) ? raw.cache_creation : {};
  const server = isJsonObject(raw.server_tool_use) ? raw.server_tool_use : {};
  const fiveMinutes = count(split.ephemeral_5m_input_tokens);
  const oneHour = count(split.ephemeral_1h_input_tokens);
  const written = Math.max(count(raw.cache_creation_input_tokens), fiveMinutes + oneHour);
  const usage: Usage = {
    input: count(raw.input_tokens),
    output: count(raw.output_tokens),
    cacheWrite5m: written - oneHour,
    cacheWrite1h: oneHour,
    cacheRead: count(raw.cache_read_input_tokens),
    webSearches: count(server.web_search_requests),
  };
  const sum =
    usage.input + usage.output + written + usage.cacheRead + usage.webSearches + fiveMinutes;
  return Number.isSafeInteger(sum) ? usage : undefined;
}

/**
 * Reads a `message.usage`. Of its `iterations`, advisor and compaction entries are not in the
 * top-level counts and become parts of their own; a `message` entry of another model is an attempt
 * that a refusal fallback replaced.
 */
export function readUsage(raw: Json, model: string): ReadUsage | undefined {
  const usage = readCounts(raw);
  if (usage === undefined) return undefined;
  let parts = noParts;
  const iterations = raw.iterations;
  if (Array.isArray(iterations) && iterations.length > 0) {
    const read = readParts(iterations, model);
    if (read === undefined) return undefined;
    parts = read;
  }
  return {
    usage,
    parts,
    speed: text(raw.speed),
    geo: text(raw.inference_geo),
    tier: text(raw.service_tier),
    cacheSplit: usage.cacheWrite5m === 0 || isJsonObject(raw.cache_creation),
  };
}

function readParts(iterations: readonly unknown[], model: string): UsagePart[] | undefined {
  const parts: UsagePart[] = [];
  for (const entry of iterations) {
    if (!isJsonObject(entry)) continue;
    const kind = partKind(entry, model);
    if (kind === undefined) continue;
    const usage = readCounts(entry);
    if (usage === undefined) return undefined;
    if (kind === 'declined' && usage.output === 0) continue;
    parts.push({ kind, model: bounded(text(entry.model)) || model, usage });
  }
  return parts;
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
