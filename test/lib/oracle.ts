import type { PriceFunction } from '../../src/model/price.ts';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { areOne, best, identify } from './oracleIdentity.ts';
import {
  billedParts,
  firstOwner,
  type Rec,
  type Response,
  recordsOf,
  responseOf,
  tokensOf,
  turnsOf,
} from './oracleRecords.ts';
import type { ItemVerdict } from './oracleRequests.ts';
import { judgeSessions } from './oracleTotals.ts';
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
  /** A fork of which nobody knows what its total goes on from. */
  readonly irreconcilable: boolean;
  /** What of background requests itemise. */
  readonly items: readonly ItemVerdict[];
}

export function judge(
  files: readonly WorldFile[],
  price: PriceFunction,
  events: readonly RequestEvent[] = [],
): Verdict {
  const records = files.flatMap(recordsOf);
  const responses = records.map(responseOf).filter((response) => response !== undefined);
  for (const same of Map.groupBy(responses, ({ mid }) => mid).values()) identify(same);
  const standing = sessionsOfUuids(records);
  const starts = ownStarts(records, standing, sharing(responses));
  const messages = judgeMessages(responses, starts, price);
  return {
    messages,
    sessions: judgeSessions(records, responses, standing, starts, messages, events),
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
