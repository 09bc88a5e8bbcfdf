/** The oracle on Claude Code's own totals, and what of them no message explains. */
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import type { MessageVerdict, SessionVerdict } from './oracle.ts';
import { firstOwner, type Json, type Rec, type Response, responseOf } from './oracleRecords.ts';
import { judgeItems } from './oracleRequests.ts';

interface CostState {
  readonly session: string;
  readonly at: number;
  readonly offset: number;
  readonly total: number;
  /** When the first of its runs began; 0 when it does not say. */
  readonly started: number;
}

function isTotal({ json }: Rec): boolean {
  return json.type === 'cost-state' && typeof json.totalCostUSD === 'number';
}

/**
 * When the client's total was taken: behind the last dated record before it, and behind the mark of
 * an interruption where nothing but the responses that were broken off, and results of tools, stand in
 * between.
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
    } else if (!isResult(record) && responseOf(record)?.stopped !== false) break;
  }
  return at;
}

function isResult({ json }: Rec): boolean {
  const content = (json.message as Json | undefined)?.content;
  return (
    json.type === 'user' &&
    Array.isArray(content) &&
    content.some((block) => (block as Json | null)?.type === 'tool_result')
  );
}

export function judgeSessions(
  records: readonly Rec[],
  responses: readonly Response[],
  standing: ReadonlyMap<string, ReadonlyMap<string, number>>,
  starts: ReadonlyMap<string, number>,
  messages: ReadonlyMap<string, MessageVerdict>,
  events: readonly RequestEvent[],
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
    const spent: Spent[] = [];
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
    const occurring = [...messages].flatMap(([key, { at, counted, nano }]) =>
      here.has(key) ? [{ rid: key.split(' ')[1]!, at, counted, nano }] : [],
    );
    const items = judgeItems(
      events.filter(({ sessionId }) => sessionId === session),
      occurring,
    );
    const parts = items.map((item): Spent => ({ ...item, isHidden: item.kind !== 'difference' }));
    const rest = possible ? backgroundOf(growth, [...spent, ...parts]) : 0;
    const itemised = items.reduce((sum, { nano }) => sum + nano, 0);
    const later = parts.filter(({ at, covered }) => last !== undefined && !covered && at > last.at);
    verdicts.set(session, {
      ownStart,
      client: last && wholeTotal(growth, base),
      background: possible || items.length > 0 ? rest + itemised : undefined,
      irreconcilable: last !== undefined && !possible,
      unconfirmed: later.reduce((sum, { nano }) => sum + nano, unconfirmed),
      items,
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

/** What explains totals. */
interface Spent {
  /** Moved to the total that is found to have it. */
  at: number;
  readonly nano: number;
  /** A request that no record shows. */
  readonly isHidden?: boolean;
  /** Found to be in a total that was written before. */
  covered?: boolean;
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
function backgroundOf(growth: readonly Growth[], spent: readonly Spent[]): number {
  let [sum, most, told] = [0, 0, 0];
  let since = Number.NEGATIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const [i, { state, from }] of growth.entries()) {
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
    let gap = told - explained;
    // What is hidden may have been over behind the record that dates the total.
    const next = growth[i + 1];
    const end =
      next !== undefined && next.from === undefined && next.state.started > 0
        ? next.state.started
        : Number.POSITIVE_INFINITY;
    const behind = spent
      .filter(({ at, covered }) => at > state.at && !covered)
      .sort((a, b) => a.at - b.at || Number(a.isHidden ?? false) - Number(b.isHidden ?? false));
    for (const item of behind) {
      const slack = Math.min(inside.length + 1, 1000);
      if (!item.isHidden || item.at >= end || item.at <= since || item.nano > gap - most + slack)
        break;
      item.covered = true;
      item.at = state.at;
      inside.push(item);
      gap -= item.nano;
    }
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
