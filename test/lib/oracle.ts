import type { PriceFunction } from '../../src/model/price.ts';
import type { WorldFile } from './world.ts';

/**
 * What a world's transcripts must come to, written from the words of the design and with none of the
 * code under test but the price list: all records at once, in plain maps, without SQL, increments or
 * a byte scanner. Slow and short on purpose.
 */
export interface Verdict {
  /** By message id, request id and input side. */
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

interface CostState {
  readonly session: string;
  readonly at: number;
  readonly offset: number;
  readonly total: number;
  /** When the first of its runs began; 0 when it does not say. */
  readonly started: number;
}

export function judge(files: readonly WorldFile[], price: PriceFunction): Verdict {
  const records = files.flatMap(recordsOf);
  const responses = records.map(responseOf).filter((response) => response !== undefined);
  for (const same of Map.groupBy(responses, ({ mid }) => mid).values()) identify(same);
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

/** Whether two records of one message id are one response by themselves. */
function areOne(a: Response, b: Response): boolean {
  if (a.rid !== '' && b.rid !== '') return a.rid === b.rid;
  return (a.uuid !== '' && a.uuid === b.uuid) || (a.sent !== '' && a.sent === b.sent);
}

/** Records that hang together by a relation, over any number of others. */
function components(list: readonly Response[]): Response[][] {
  const left = new Set(list);
  const found: Response[][] = [];
  for (const first of left) {
    const component = [first];
    left.delete(first);
    for (const one of component) {
      for (const other of left) {
        if (!areOne(one, other)) continue;
        component.push(other);
        left.delete(other);
      }
    }
    found.push(component);
  }
  return found;
}

interface Candidate {
  readonly group: Response[];
  readonly rank: readonly (number | string)[];
}

function least(candidates: readonly Candidate[]): Response[] | undefined {
  return [...candidates].sort((a, b) => {
    const at = a.rank.findIndex((value, i) => value !== b.rank[i]);
    return at < 0 ? 0 : a.rank[at]! < b.rank[at]! ? -1 : 1;
  })[0]?.group;
}

/**
 * Names the responses among the records of one message id. Requests stand for themselves; what has
 * no request id joins the request of its uuid, else of its input side, its own session's before
 * another's; where nothing was sent, the next response of its session, else the last one.
 */
function identify(records: readonly Response[]): void {
  const named = (group: readonly Response[]): string =>
    group.find(({ rid }) => rid !== '')?.rid ?? '';
  const wasSent = (group: readonly Response[]): boolean => group.some(({ sent }) => sent !== '');
  const meet = (a: readonly Response[], b: readonly Response[], what: keyof Response): boolean =>
    a.some((one) => b.some((other) => one[what] !== '' && one[what] === other[what]));
  const requests = components(records.filter(({ rid }) => rid !== ''));
  const others = records.filter(({ rid }) => rid === '');
  const nameOf = (group: readonly Response[]): string => named(group) || `\0${sideOf(group)}`;
  const joins: [from: Response[], to: Response[]][] = [];

  const sides = components(others.filter(({ sent }) => sent !== ''));
  const sentRequests = requests.filter(wasSent);
  const formed = [...sentRequests];
  for (const side of sides) {
    const to = least(
      sentRequests.flatMap((group): Candidate[] => {
        if (meet(side, group, 'uuid')) return [{ group, rank: [0, named(group)] }];
        if (!meet(side, group, 'sent')) return [];
        return [{ group, rank: [meet(side, group, 'session') ? 1 : 2, named(group)] }];
      }),
    );
    if (to === undefined) formed.push(side);
    else joins.push([side, to]);
  }
  // Empty ones look at what has been formed so far, in all of its records.
  const whole = new Map(
    formed.map((group) => [
      group,
      [...group, ...joins.filter(([, to]) => to === group).flatMap(([from]) => from)],
    ]),
  );
  const empty = [
    ...requests.filter((group) => !wasSent(group)),
    ...emptyBySession(others.filter(({ sent }) => sent === '')),
  ];
  const alone: Response[][] = [];
  for (const group of empty) {
    const at = best(group).at;
    const to = least(
      formed.flatMap((candidate): Candidate[] => {
        const all = whole.get(candidate)!;
        if (named(group) !== '' && named(all) !== '') return [];
        const name = nameOf(all);
        const unnamed = named(all) === '' ? 1 : 0;
        if (meet(group, all, 'uuid')) return [{ group: candidate, rank: [0, 0, 0, unnamed, name] }];
        if (!meet(group, all, 'session')) return [];
        const later = best(all).at - at;
        return [{ group: candidate, rank: [1, later >= 0 ? 0 : 1, later, unnamed, name] }];
      }),
    );
    if (to === undefined) alone.push(group);
    else joins.push([group, to]);
  }
  const aloneRequests = alone.filter((group) => named(group) !== '');
  for (const group of alone) {
    if (named(group) !== '') continue;
    const to = least(
      aloneRequests.flatMap((candidate): Candidate[] => {
        if (meet(group, candidate, 'uuid'))
          return [{ group: candidate, rank: [0, named(candidate)] }];
        if (!meet(group, candidate, 'session')) return [];
        return [{ group: candidate, rank: [1, named(candidate)] }];
      }),
    );
    if (to !== undefined) joins.push([group, to]);
  }
  const responses = [...formed, ...alone].filter(
    (group) => !joins.some(([from]) => from === group),
  );
  for (const group of responses) {
    const all = [...group, ...joins.filter(([, to]) => to === group).flatMap(([from]) => from)];
    const rid = named(all);
    const key = rid === '' ? `${all[0]!.mid}  ${sideOf(all)}` : `${all[0]!.mid} ${rid} `;
    for (const record of all) record.key = key;
  }
}

/** Records that sent nothing and name no request: those of a session, and those of one line. */
function emptyBySession(records: readonly Response[]): Response[][] {
  const sessions = [...Map.groupBy(records, ({ session }) => session).values()];
  const found: Response[][] = [];
  for (const session of sessions) {
    const near = found.filter((group) =>
      group.some((one) => session.some((other) => one.uuid !== '' && one.uuid === other.uuid)),
    );
    for (const group of near) found.splice(found.indexOf(group), 1);
    found.push([...near.flat(), ...session]);
  }
  return found;
}

/** The first input side of records without a request id; where nothing was sent, their session. */
function sideOf(group: readonly Response[]): string {
  return group.map(({ sent, session }) => sent || `@${session}`).sort()[0]!;
}

/** The record of a response that is kept. */
function best(group: readonly Response[]): Response {
  const total = ({ usage }: Response): number =>
    tokensOf(usage)
      .slice(0, 5)
      .reduce((sum, count) => sum + count, 0);
  return [...group].sort(
    (a, b) =>
      Number(a.sent === '') - Number(b.sent === '') ||
      Number(b.stopped) - Number(a.stopped) ||
      total(b) - total(a) ||
      Number(a.progress) - Number(b.progress) ||
      Number(a.side) - Number(b.side) ||
      a.at - b.at,
  )[0]!;
}

/** Sessions that have a record another session's may be one response with. */
function sharing(responses: readonly Response[]): Set<string> {
  const found = new Set<string>();
  for (const same of Map.groupBy(responses, ({ mid }) => mid).values()) {
    for (const one of same) {
      const others = same.filter((other) => other.session !== one.session && areOne(one, other));
      if (others.length > 0) found.add(one.session);
    }
  }
  return found;
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
  const main = Map.groupBy(responses, ({ key }) => key);
  for (const [key, group] of main) if (group.every(({ side }) => side)) main.delete(key);
  const sidesOf = (group: readonly Response[]): Set<string> => {
    const sent = new Set(group.map((response) => response.sent));
    if (sent.size > 1) sent.delete('');
    return sent;
  };
  const isReplay = (group: readonly Response[]): boolean => {
    if (group.some(({ side }) => !side)) return false;
    const sides = sidesOf(group);
    return [...main.values()].some(
      (other) =>
        other[0]!.mid === group[0]!.mid && [...sidesOf(other)].some((side) => sides.has(side)),
    );
  };
  const verdicts = new Map<string, MessageVerdict>();
  for (const [key, group] of Map.groupBy(responses, (response) => response.key)) {
    const kept = best(group);
    const sessions = new Set(group.map((response) => response.session));
    const requester = group
      .map((response) => response.requester)
      .sort()
      .at(-1)!;
    const session = sessions.has(requester) ? requester : firstOwner(sessions, starts);
    const rank = (r: Response): string => `${r.progress ? 2 : r.agent === '' ? 0 : 1} ${r.agent}`;
    const agent = group
      .filter((response) => response.session === session)
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]!.agent;
    verdicts.set(key, {
      counted: !isReplay(group),
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

/** What other models did inside a response. */
function billedParts(usage: Json): Json[] {
  return ((usage.iterations ?? []) as Json[]).filter(
    (part) =>
      (part.type === 'advisor_message' || part.type === 'compaction') &&
      tokensOf(part).some((count) => count > 0),
  );
}

/** The turns of a response, where each says all its counts and they add up to it; else the whole. */
function turnsOf(usage: Json): number[][] {
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

function cost(response: Response, price: PriceFunction): number | undefined {
  const parts = billedParts(response.usage).map(
    (part) => [tokensOf(part), String(part.model), {}] as const,
  );
  const traits = { speed: String(response.usage.speed) };
  const turns = turnsOf(response.usage).map((turn) => [turn, response.model, traits] as const);
  const priced = [...turns, ...parts].map(([tokens, model, how]) => {
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
  });
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
      const { session, offset, json, lastAt } = record;
      const total = Number(json.totalCostUSD);
      const at = placeInTime(records, i);
      const began = Number(json.startTime);
      const started = began > 0 && began <= lastAt ? began : 0;
      return [{ session, at, offset, total, started }];
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
        ? undefined
        : states.findLast((state) => state.session === parent.session && state.at <= parent.at);
    const inParent = new Set(
      responses.filter((r) => r.session === parent?.session).map(({ key }) => key),
    );
    const here = new Set(responses.filter((r) => r.session === session).map(({ key }) => key));
    let unconfirmed = 0;
    const spent: { at: number; nano: number }[] = [];
    for (const [key, message] of messages) {
      if (!message.counted) continue;
      const nano = message.nano ?? 0;
      if (message.session === session && last !== undefined && message.at > last.at) {
        unconfirmed += nano;
      }
      if (here.has(key) && !inParent.has(key)) spent.push({ at: message.at, nano });
    }
    const possible = last !== undefined && (parent === undefined || base !== undefined);
    const growth = growthOf(own, base);
    verdicts.set(session, {
      ownStart,
      client: last && wholeTotal(growth, base),
      background: possible ? backgroundOf(growth, spent) : undefined,
      unconfirmed,
    });
  }
  return verdicts;
}

/** The total that one goes on from, of those before it; undefined when it begins from nothing. */
function goesOnFrom(before: readonly CostState[], state: CostState): CostState | undefined {
  const last = before.at(-1);
  const kindred = before.filter(({ started }) => started === state.started);
  if (kindred.length === 0 && last !== undefined) {
    const told = state.started > 0 && last.started > 0;
    const later = state.started >= last.at && state.total >= last.total;
    return (!told || later) && state.total >= last.total ? last : undefined;
  }
  if (state.started === 0 && last !== undefined && state.total < last.total) return undefined;
  return kindred.findLast(({ total }) => total <= state.total);
}

/** A total without what those have that it goes on from. */
interface Growth {
  readonly state: CostState;
  readonly from: CostState | undefined;
  readonly usd: number;
}

function growthOf(states: readonly CostState[], base: CostState | undefined): Growth[] {
  return states.map((state, i) => {
    const before = [...(base === undefined ? [] : [base]), ...states.slice(0, i)];
    const from = goesOnFrom(before, state);
    return { state, from, usd: state.total - (from?.total ?? 0) };
  });
}

/** What all totals have beyond those they go on from, and what a fork's first goes on from. */
function wholeTotal(growth: readonly Growth[], base: CostState | undefined): number {
  const inherited = growth[0]?.from === base ? (base?.total ?? 0) : 0;
  return growth.reduce((sum, { usd }) => sum + usd, inherited);
}

/**
 * The most that the totals since the client began from nothing ever left unexplained, in nano-dollars.
 * Nothing from before a run began explains its total; but where the one before was still at work, its
 * messages do.
 */
function backgroundOf(
  growth: readonly Growth[],
  spent: readonly { readonly at: number; readonly nano: number }[],
): number {
  let [sum, most, told] = [0, 0, 0];
  let since = Number.NEGATIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { state, from } of growth) {
    if (from === undefined) {
      // Messages of the very time of a total are before it, those of a beginning behind that.
      const start = state.started > 0 ? state.started - 1 : lastAt;
      if (state.started > 0 && state.started < lastAt) since = Math.min(since, start);
      else [sum, most, told, since] = [sum + most, 0, 0, start];
    }
    told += nano(state.total) - nano(from?.total ?? 0);
    lastAt = state.at;
    const inside = spent.filter(({ at }) => at > since && at <= state.at);
    const explained = inside.reduce((all, message) => all + message.nano, 0);
    const gap = told - explained;
    // What rounding each message can make up is no background.
    if (gap > Math.min(inside.length, 1000)) most = Math.max(most, gap);
  }
  return sum + most;
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
