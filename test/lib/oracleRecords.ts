/** The records of a world as the oracle sees them: whole, in plain objects. */
import type { WorldFile } from './world.ts';

export type Json = Record<string, unknown>;

/** A line that is a JSON object, with what its place says. */
export interface Rec {
  readonly file: WorldFile;
  readonly offset: number;
  readonly json: Json;
  readonly session: string;
  /** NaN when undated. */
  readonly at: number;
  /** The latest date of a record before it in its file, or 0. */
  readonly lastAt: number;
}

/** A response on one record. */
export interface Response {
  /** The response it belongs to: see `identify`. */
  key: string;
  readonly mid: string;
  readonly rid: string;
  readonly uuid: string;
  /** Input, cache writes and reads; '' when nothing was sent. */
  readonly sent: string;
  readonly requester: string;
  readonly session: string;
  readonly agent: string;
  readonly progress: boolean;
  readonly side: boolean;
  readonly at: number;
  readonly model: string;
  readonly usage: Json;
  readonly stopped: boolean;
}

export function recordsOf(file: WorldFile): Rec[] {
  const records: Rec[] = [];
  let offset = 0;
  let lastAt = 0;
  const fileSession = /([^/]+)\/subagents\//.exec(file.path)?.[1];
  const stem = file.path.replace(/^.*\//, '').replace(/\.jsonl$/, '');
  for (const line of file.content
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n')) {
    const json = parse(line);
    if (json !== undefined) {
      const at = typeof json.timestamp === 'string' ? Date.parse(json.timestamp) : Number.NaN;
      const session = (json.sessionId as string | undefined) ?? fileSession ?? stem;
      records.push({ file, offset, json, session, at, lastAt });
      if (typeof json.type === 'string' && at > lastAt) lastAt = at;
    }
    const bom = offset === 0 && file.content[0] === 0xef ? 3 : 0;
    offset += bom + Buffer.byteLength(line) + 1;
  }
  return records;
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Json)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The response a record carries, if it carries one that can be used. */
export function responseOf(record: Rec): Response | undefined {
  const { json, file, offset } = record;
  const data = json.data as Json | undefined;
  const progress = json.type === 'progress' && data?.type === 'agent_progress';
  const inner = progress ? (data?.message as Json) : json;
  if (inner.type !== 'assistant') return undefined;
  const message = inner.message as Json;
  if (message.model === '<synthetic>' || typeof message.model !== 'string') return undefined;
  const usage = message.usage as Json;
  if (Number(usage.output_tokens) < 0) return undefined;
  const tokens = tokensOf(usage);
  if (tokens.every((count) => count === 0) && billedParts(usage).length === 0) return undefined;
  const own = typeof inner.timestamp === 'string' ? Date.parse(inner.timestamp) : record.at;
  const dated = Number.isNaN(own) ? record.at : own;
  const at = Number.isNaN(dated) ? record.lastAt : dated;
  if (at === 0) return undefined;
  const fileAgent = /agent-([^/]+)\.jsonl$/.exec(file.path)?.[1];
  const side =
    progress ||
    json.isSidechain === true ||
    (fileAgent !== undefined && json.isSidechain !== false);
  const agent = progress ? data?.agentId : side ? (json.agentId ?? fileAgent ?? 'sidechain') : '';
  const uuid = String(inner.uuid ?? json.uuid ?? '');
  const rid = String(inner.requestId ?? '');
  const alone = uuid === '' ? `line:${file.path}@${offset}` : `uuid:${uuid}@${at}`;
  const mid = String(message.id ?? (rid === '' ? alone : `request:${rid}`));
  const [input = 0, , five = 0, hour = 0, read = 0] = tokens;
  return {
    key: '',
    mid,
    rid,
    uuid,
    sent: input + five + hour + read === 0 ? '' : `${input} ${five + hour} ${read}`,
    requester: String(inner.requestSessionId ?? ''),
    session: record.session,
    agent: String(agent),
    progress,
    side,
    at,
    model: message.model,
    usage,
    stopped: typeof message.stop_reason === 'string',
  };
}

/** Input, output, five-minute and one-hour writes, reads, searches. */
export function tokensOf(usage: Json): number[] {
  const n = (value: unknown): number => Number(value ?? 0);
  const split = (usage.cache_creation ?? {}) as Json;
  const hour = n(split.ephemeral_1h_input_tokens);
  const written = Math.max(
    n(usage.cache_creation_input_tokens),
    hour + n(split.ephemeral_5m_input_tokens),
  );
  const searches = n(((usage.server_tool_use ?? {}) as Json).web_search_requests);
  const read = n(usage.cache_read_input_tokens);
  return [n(usage.input_tokens), n(usage.output_tokens), written - hour, hour, read, searches];
}

/** What other models did inside a response. */
export function billedParts(usage: Json): Json[] {
  return ((usage.iterations ?? []) as Json[]).filter(
    (part) =>
      (part.type === 'advisor_message' || part.type === 'compaction') &&
      tokensOf(part).some((count) => count > 0),
  );
}

/** The turns of a response, where each says all its counts and they add up to it; else the whole. */
export function turnsOf(usage: Json): number[][] {
  const whole = tokensOf(usage);
  const entries = ((usage.iterations ?? []) as Json[]).filter(({ type }) => type === 'message');
  const said = ['input', 'output', 'cache_creation_input', 'cache_read_input'].map(
    (name) => `${name}_tokens`,
  );
  const complete = entries.every((entry) => said.every((name) => typeof entry[name] === 'number'));
  if (!complete) return [whole];
  const turns = entries.map(tokensOf);
  const sum = turns.reduce((a, b) => a.map((count, i) => count + b[i]!), [0, 0, 0, 0, 0, 0]);
  const adds = whole.slice(0, 5).every((count, i) => count === sum[i]);
  if (turns.length < 2 || !adds) return [whole];
  return turns.map((turn, i) => [...turn.slice(0, 5), i === 0 ? whole[5]! : 0]);
}

/** Who of some sessions owns what they have in common: the one whose own records start first. */
export function firstOwner(
  sessions: Iterable<string>,
  starts: ReadonlyMap<string, number>,
): string {
  return [...sessions].sort((a, b) =>
    starts.get(a) === starts.get(b) ? (a < b ? -1 : 1) : starts.get(a)! - starts.get(b)!,
  )[0]!;
}
