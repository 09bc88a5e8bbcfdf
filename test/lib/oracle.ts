import type { PriceFunction } from '../../src/model/price.ts';
import type { WorldFile } from './world.ts';

/**
 * What a world's transcripts must come to, written from the words of the design and with none of the
 * code under test but the price list: all records at once, in plain maps, without SQL, increments or
 * a byte scanner. Slow and short on purpose.
 */
export interface Verdict {
  /** By message id and request id. */
  readonly messages: ReadonlyMap<string, MessageVerdict>;
  readonly sessions: ReadonlyMap<string, SessionVerdict>;
}

export interface MessageVerdict {
  readonly counted: boolean;
  readonly final: boolean;
  readonly session: string;
  readonly agent: string;
  readonly at: number;
  readonly model: string;
  readonly tokens: readonly number[];
  /** Nano-dollars of own tokens and billed parts; undefined where nobody knows the price. */
  readonly nano: number | undefined;
}

export interface SessionVerdict {
  readonly ownStart: number;
  readonly client: number | undefined;
  /** Undefined when it cannot be reconciled or there is nothing to reconcile with. */
  readonly background: number | undefined;
  readonly unconfirmed: number;
}

type Json = Record<string, unknown>;

/** A line that is a JSON object, with what its place says. */
interface Rec {
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
interface Response {
  readonly key: string;
  readonly mid: string;
  readonly session: string;
  readonly agent: string;
  readonly progress: boolean;
  readonly side: boolean;
  readonly at: number;
  readonly model: string;
  readonly usage: Json;
  readonly stopped: boolean;
}

interface CostState {
  readonly session: string;
  readonly at: number;
  readonly offset: number;
  readonly total: number;
}

export function judge(files: readonly WorldFile[], price: PriceFunction): Verdict {
  const records = files.flatMap(recordsOf);
  const responses = records.map(responseOf).filter((response) => response !== undefined);
  const standing = sessionsOfUuids(records);
  const starts = ownStarts(records, standing, sharing(responses));
  const messages = judgeMessages(responses, starts, price);
  return { messages, sessions: judgeSessions(records, responses, standing, starts, messages) };
}

function recordsOf(file: WorldFile): Rec[] {
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
function responseOf(record: Rec): Response | undefined {
  const { json, file, offset } = record;
  const data = json.data as Json | undefined;
  const progress = json.type === 'progress' && data?.type === 'agent_progress';
  const inner = progress ? (data?.message as Json) : json;
  if (inner.type !== 'assistant') return undefined;
  const message = inner.message as Json;
  if (message.model === '<synthetic>' || typeof message.model !== 'string') return undefined;
  const usage = message.usage as Json;
  if (Number(usage.output_tokens) < 0) return undefined;
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
  const uuid = inner.uuid ?? json.uuid;
  const alone = uuid === undefined ? `line:${file.path}@${offset}` : `uuid:${uuid}`;
  const mid = String(message.id ?? alone);
  const rid = message.id === undefined ? '' : String(inner.requestId ?? '');
  return {
    key: `${mid} ${rid}`,
    mid,
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

/** In which sessions each uuid of a dated record stands, and when. */
function sessionsOfUuids(records: readonly Rec[]): Map<string, Map<string, number>> {
  const standing = new Map<string, Map<string, number>>();
  for (const { json, session, at } of records) {
    if (typeof json.uuid !== 'string' || typeof json.type !== 'string' || Number.isNaN(at))
      continue;
    const sessions = standing.get(json.uuid) ?? new Map<string, number>();
    sessions.set(session, Math.min(at, sessions.get(session) ?? Number.POSITIVE_INFINITY));
    standing.set(json.uuid, sessions);
  }
  return standing;
}

/** Sessions that have a response another session has as well. */
function sharing(responses: readonly Response[]): Set<string> {
  const sessions = Map.groupBy(responses, ({ key }) => key).values();
  return new Set(
    [...sessions]
      .map((same) => new Set(same.map(({ session }) => session)))
      .filter(({ size }) => size > 1)
      .flatMap((several) => [...several]),
  );
}

/**
 * When each session's own records start: dated ones whose uuid, if any, stands in no other session
 * that shares a response. Those that share none own nothing in common with anybody.
 */
function ownStarts(
  records: readonly Rec[],
  standing: ReadonlyMap<string, ReadonlyMap<string, number>>,
  shares: ReadonlySet<string>,
): Map<string, number> {
  const starts = new Map<string, number>();
  for (const { json, session, at } of records) {
    if (typeof json.type !== 'string') continue;
    const others =
      typeof json.uuid === 'string' ? [...(standing.get(json.uuid)?.keys() ?? [])] : [];
    const own = others.filter((other) => other === session || shares.has(other)).length <= 1;
    const known = starts.get(session) ?? Number.POSITIVE_INFINITY;
    starts.set(session, own && at < known ? at : known);
  }
  return starts;
}

function firstOwner(sessions: Iterable<string>, starts: ReadonlyMap<string, number>): string {
  return [...sessions].sort((a, b) =>
    starts.get(a) === starts.get(b) ? (a < b ? -1 : 1) : starts.get(a)! - starts.get(b)!,
  )[0]!;
}

function judgeMessages(
  responses: readonly Response[],
  starts: ReadonlyMap<string, number>,
  price: PriceFunction,
): Map<string, MessageVerdict> {
  const inMain = new Set(responses.filter(({ side }) => !side).map(({ mid }) => mid));
  const verdicts = new Map<string, MessageVerdict>();
  for (const [key, group] of Map.groupBy(responses, (response) => response.key)) {
    const kept = [...group].sort(
      (a, b) =>
        Number(a.progress) - Number(b.progress) ||
        Number(a.side) - Number(b.side) ||
        Number(b.usage.output_tokens) - Number(a.usage.output_tokens) ||
        Number(b.stopped) - Number(a.stopped) ||
        a.at - b.at,
    )[0]!;
    const session = firstOwner(new Set(group.map((response) => response.session)), starts);
    const rank = (r: Response): string => `${r.progress ? 2 : r.agent === '' ? 0 : 1} ${r.agent}`;
    const agent = group
      .filter((response) => response.session === session)
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]!.agent;
    verdicts.set(key, {
      counted: !(kept.side && inMain.has(kept.mid)),
      final: group.some(({ stopped }) => stopped),
      session,
      agent,
      at: kept.at,
      model: kept.model,
      tokens: tokensOf(kept.usage),
      nano: cost(kept, price),
    });
  }
  return verdicts;
}

/** Input, output, five-minute and one-hour writes, reads, searches. */
function tokensOf(usage: Json): number[] {
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

function cost(response: Response, price: PriceFunction): number | undefined {
  const parts = ((response.usage.iterations ?? []) as Json[])
    .filter(({ type }) => type === 'advisor_message' || type === 'compaction')
    .map((part) => [tokensOf(part), String(part.model), {}] as const);
  const traits = { speed: String(response.usage.speed) };
  const priced = [[tokensOf(response.usage), response.model, traits] as const, ...parts].map(
    ([tokens, model, how]) => {
      const [input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches] = tokens as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const usage = { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches };
      return price(usage, model, how, response.at);
    },
  );
  return priced.reduce<number | undefined>(
    (sum, one) => (one.kind === 'priced' && sum !== undefined ? sum + one.nanoUsd : undefined),
    0,
  );
}

function isTotal({ json }: Rec): boolean {
  return json.type === 'cost-state' && typeof json.totalCostUSD === 'number';
}

/**
 * When the client's total was taken: behind the last dated record before it, and behind the mark of
 * an interruption where nothing but the responses that were broken off stands in between.
 */
function placeInTime(records: readonly Rec[], index: number): number {
  const { file, lastAt } = records[index]!;
  let at = lastAt;
  let latest = lastAt;
  for (const record of records.slice(index + 1)) {
    if (record.file !== file || isTotal(record)) break;
    if (typeof record.json.type !== 'string' || Number.isNaN(record.at)) continue;
    latest = Math.max(latest, record.at);
    const content = (record.json.message as Json | undefined)?.content;
    if (record.json.type === 'user' && /^\[Request interrupted by user/.test(String(content))) {
      at = latest;
    } else if (responseOf(record)?.stopped !== false) break;
  }
  return at;
}

function judgeSessions(
  records: readonly Rec[],
  responses: readonly Response[],
  standing: ReadonlyMap<string, ReadonlyMap<string, number>>,
  starts: ReadonlyMap<string, number>,
  messages: ReadonlyMap<string, MessageVerdict>,
): Map<string, SessionVerdict> {
  const states = records
    .flatMap((record, i): CostState[] => {
      if (!isTotal(record)) return [];
      const { session, offset, json } = record;
      const total = Number(json.totalCostUSD);
      return [{ session, at: placeInTime(records, i), offset, total }];
    })
    .sort((a, b) => a.at - b.at || a.offset - b.offset);
  const kin = sharingMessages(responses);
  const verdicts = new Map<string, SessionVerdict>();
  for (const [session, ownStart] of starts) {
    const own = states.filter((state) => state.session === session);
    const last = own.at(-1);
    const parent = parentOf(session, kin.get(session) ?? new Set(), standing, starts);
    const base =
      parent === undefined
        ? 0
        : states.findLast((state) => state.session === parent.session && state.at <= parent.at)
            ?.total;
    const inParent = new Set(
      responses.filter((r) => r.session === parent?.session).map(({ key }) => key),
    );
    const here = new Set(responses.filter((r) => r.session === session).map(({ key }) => key));
    let explained = 0;
    let unconfirmed = 0;
    let count = 0;
    for (const [key, message] of messages) {
      if (!message.counted) continue;
      const nano = message.nano ?? 0;
      if (message.session === session && last !== undefined && message.at > last.at) {
        unconfirmed += nano;
      }
      if (!here.has(key) || inParent.has(key) || message.at > (last?.at ?? 0)) continue;
      explained += nano;
      count++;
    }
    const possible = last !== undefined && base !== undefined;
    const gap = possible ? nano(last.total) - nano(base) - explained : 0;
    verdicts.set(session, {
      ownStart,
      client: last?.total,
      // What rounding each message can make up is no background.
      background: possible ? (gap <= Math.min(count, 1000) ? 0 : gap) : undefined,
      unconfirmed,
    });
  }
  return verdicts;
}

function nano(usd: number): number {
  return Math.round(usd * 1e9);
}

/** With which sessions each one shares a message: without one there is nothing to have forked. */
function sharingMessages(responses: readonly Response[]): Map<string, Set<string>> {
  const kin = new Map<string, Set<string>>();
  for (const group of Map.groupBy(responses, ({ key }) => key).values()) {
    const sessions = new Set(group.map(({ session }) => session));
    for (const one of sessions) kin.set(one, new Set([...(kin.get(one) ?? []), ...sessions]));
  }
  return kin;
}

/** The session whose records this one begins with, and the time of the last record both have. */
function parentOf(
  session: string,
  kin: ReadonlySet<string>,
  standing: ReadonlyMap<string, ReadonlyMap<string, number>>,
  starts: ReadonlyMap<string, number>,
): { session: string; at: number } | undefined {
  const shared = new Map<string, number>();
  for (const sessions of standing.values()) {
    const at = sessions.get(session);
    if (at === undefined) continue;
    for (const other of sessions.keys()) {
      if (!kin.has(other) || firstOwner([other, session], starts) === session) continue;
      shared.set(other, Math.max(at, shared.get(other) ?? 0));
    }
  }
  const nearest = Math.max(...shared.values());
  const candidates = [...shared].filter(([, at]) => at === nearest).map(([other]) => other);
  if (candidates.length === 0) return undefined;
  return { session: firstOwner(candidates, starts), at: nearest };
}
