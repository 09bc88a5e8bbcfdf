import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { requestKind } from '../../src/model/requests/requestKind.ts';

/** The oracle on what telemetry's requests itemise. */
export interface ItemVerdict {
  readonly at: number;
  readonly kind: string;
  readonly requests: number;
  readonly nano: number;
}

/** A message that occurs in a session, whoever owns it. */
export interface Occurring {
  readonly rid: string;
  readonly at: number;
  readonly counted: boolean;
  /** Undefined where nobody knows the price. */
  readonly nano: number | undefined;
}

interface Priced {
  readonly rid: string;
  readonly nano: number;
}

/**
 * Each request belongs to the messages with its id. Without an id on one of the sides, it belongs to one
 * that costs the same (but for rounding). What belongs to none is an item, unless it is an answer without
 * an id. What messages cost the client beyond what we say is an item, too.
 */
export function judgeItems(
  events: readonly RequestEvent[],
  messages: readonly Occurring[],
): ItemVerdict[] {
  // Whoever tells a thing twice tells one thing.
  const told = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()].filter(
    ({ nano }) => nano > 0,
  );
  const loose: ItemVerdict[] = [];
  const add = (at: number, kind: string, requests: number, nano: number): void => {
    loose.push({ at, kind, requests, nano });
  };
  const ids = new Set(messages.map(({ rid }) => rid).filter((rid) => rid !== ''));
  for (const id of ids) {
    const group = told.filter(({ requestId }) => requestId === id);
    const answers = messages.filter(({ rid, counted }) => rid === id && counted);
    if (group.length === 0 || answers.length === 0) continue;
    const more = sum(group) - sum(answers.map(({ nano = 0 }) => ({ nano })));
    if (more > group.length + answers.length) {
      add(Math.min(...answers.map(({ at }) => at)), 'difference', group.length, more);
    }
  }
  const alone = told.filter(({ requestId }) => !ids.has(requestId));
  const toldIds = new Set(told.map(({ requestId }) => requestId));
  const free = messages.filter(
    ({ rid, counted, nano = 0 }) => counted && nano > 1 && (rid === '' || !toldIds.has(rid)),
  ) as readonly Priced[];
  const nameless = inOrder(free.filter(({ rid }) => rid === ''));
  const named = inOrder(free.filter(({ rid }) => rid !== ''));
  // Of those that cost the same the earliest has it, then one with an id.
  alone.sort(
    (a, b) =>
      a.nano - b.nano ||
      a.at - b.at ||
      Number(a.requestId === '') - Number(b.requestId === '') ||
      (a.source < b.source ? -1 : 1),
  );
  for (const event of alone) {
    const { requestId, at, nano, source } = event;
    if (takeSame(nameless, nano)) continue;
    if (requestId === '' && takeSame(named, nano)) continue;
    const kind = requestKind(source);
    if (requestId === '' && (kind === 'answer' || kind === 'other')) continue;
    add(at, kind, 1, nano);
  }
  return [...Map.groupBy(loose, ({ at, kind }) => `${at} ${kind}`).values()].map((same) => ({
    ...same[0]!,
    requests: same.reduce((all, { requests }) => all + requests, 0),
    nano: sum(same),
  }));
}

function sum(amounts: readonly { readonly nano: number }[]): number {
  return amounts.reduce((all, { nano }) => all + nano, 0);
}

function inOrder<T extends { readonly nano: number }>(amounts: readonly T[]): T[] {
  return [...amounts].sort((a, b) => a.nano - b.nano);
}

/** Takes the smallest of those that differ by no more than rounding. */
function takeSame(amounts: Priced[], nano: number): boolean {
  const i = amounts.findIndex((amount) => Math.abs(amount.nano - nano) <= 1);
  if (i >= 0) amounts.splice(i, 1);
  return i >= 0;
}
