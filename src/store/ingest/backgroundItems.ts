import { appendAll, smallestOf } from '../../model/lists.ts';
import type { ModelTokens } from '../../model/records.ts';
import { type RequestKind, requestKind } from '../../model/requests/requestKind.ts';
import { mostSum } from '../schema/saturate.ts';
import { noRequest } from './downsampledMessages.ts';

/** A request telemetry told of, as far as background depends on it. */
export interface ToldRequest {
  /** Hash of its request id. */
  readonly request: number;
  readonly at: number;
  /** What the client says it cost. */
  readonly nano: number;
  readonly source: string;
  /** As the client names it. */
  readonly model: string;
  /** Undefined where it was summed up. */
  readonly tokens: ModelTokens | undefined;
}

/** A message, or what is kept of one, that occurs in the session. */
export interface KnownResponse {
  readonly request: number;
  readonly at: number;
  /** What it costs at the client's own prices. */
  readonly nano: number;
  readonly counted: boolean;
  /** The list has a price of its model. */
  readonly listed: boolean;
  /** Its price is a share of the client's total, which leaves no difference. */
  readonly shared: boolean;
}

/** What of a session's background is known by itself. */
export interface BackgroundItem {
  readonly at: number;
  readonly kind: RequestKind;
  /** 0 where nobody knows how many. */
  readonly requests: number;
  readonly nano: number;
}

/** Amounts that differ by no more are rounded otherwise. */
const rounding = 1;

/**
 * What the requests of a session tell of that no message has: requests without a message, and what the
 * client says a message cost beyond what we say. A pure function of the two sets.
 *
 * A request and a message belong together by the request's id. Where one of them has none they do when
 * they cost the same, each with one other at most. An answer without an id that finds no message is left
 * out: its message may stand there at another price.
 */
export function backgroundItems(
  requests: readonly ToldRequest[],
  responses: readonly KnownResponse[],
): BackgroundItem[] {
  const found = hiddenRequests(requests, responses).map(
    ({ at, nano, source }): BackgroundItem => ({
      at,
      kind: requestKind(source),
      requests: 1,
      nano,
    }),
  );
  const byRequest = Map.groupBy(responses, ({ request }) => request);
  byRequest.delete(noRequest);
  for (const [id, told] of Map.groupBy(requests, ({ request }) => request)) {
    appendAll(found, differenceOf(told, byRequest.get(id) ?? []));
  }
  return summed(found);
}

/** The requests without a message. */
export function hiddenRequests(
  requests: readonly ToldRequest[],
  responses: readonly KnownResponse[],
): ToldRequest[] {
  const answered = new Set(responses.map(({ request }) => request));
  answered.delete(noRequest);
  const told = new Set(requests.map(({ request }) => request));
  // What a share of a total comes to follows from what is found here.
  const open = responses.filter(
    ({ request, counted, listed, nano }) =>
      counted && listed && nano > rounding && (request === noRequest || !told.has(request)),
  );
  return withoutSameAmounts(
    requests.filter(({ request }) => !answered.has(request)),
    open,
  );
}

/** What the client says a response cost beyond its messages. */
function differenceOf(
  told: readonly ToldRequest[],
  answers: readonly KnownResponse[],
): BackgroundItem[] {
  const counted = answers.filter((answer) => answer.counted);
  if (counted.length === 0 || counted.some(({ shared }) => shared)) return [];
  const nano = sumOf(told) - sumOf(counted);
  if (nano <= rounding * (told.length + counted.length)) return [];
  const at = smallestOf(counted.map((answer) => answer.at));
  return [{ at, kind: 'difference', requests: told.length, nano }];
}

function sumOf(amounts: readonly { readonly nano: number }[]): number {
  return Math.min(
    mostSum,
    amounts.reduce((sum, { nano }) => sum + nano, 0),
  );
}

/** Requests that no message of the same amount stands for, where one of the two has no id. */
function withoutSameAmounts(
  requests: readonly ToldRequest[],
  responses: readonly KnownResponse[],
): ToldRequest[] {
  const named = Map.groupBy(responses, ({ request }) => request !== noRequest);
  const [nameless, rest] = [named.get(false) ?? [], named.get(true) ?? []];
  const byAmount = (a: { nano: number; at: number }, b: { nano: number; at: number }): number =>
    a.nano - b.nano || a.at - b.at;
  const sorted = [...requests].sort((a, b) => byAmount(a, b) || byName(a, b));
  const first = new Amounts([...nameless].sort(byAmount));
  const second = new Amounts([...rest].sort(byAmount));
  return sorted.filter(({ request, nano, source }) => {
    if (first.take(nano)) return false;
    if (request !== noRequest) return true;
    if (second.take(nano)) return false;
    const kind = requestKind(source);
    return kind !== 'answer' && kind !== 'other';
  });
}

/** Of two that cost the same at one time, one must come first whichever was told first: one with an id. */
function byName(a: ToldRequest, b: ToldRequest): number {
  const named = ({ request }: ToldRequest): number => (request === noRequest ? 1 : 0);
  const text = ({ source, model }: ToldRequest): string => `${source} ${model}`;
  return named(a) - named(b) || (text(a) < text(b) ? -1 : 1);
}

/** Amounts in rising order, of which each is taken once; asked for in rising order, too. */
class Amounts {
  readonly #sorted: readonly { readonly nano: number }[];
  #next = 0;

  constructor(sorted: readonly { readonly nano: number }[]) {
    this.#sorted = sorted;
  }

  take(nano: number): boolean {
    while ((this.#sorted[this.#next]?.nano ?? nano) < nano - rounding) this.#next++;
    const candidate = this.#sorted[this.#next];
    if (candidate === undefined || candidate.nano > nano + rounding) return false;
    this.#next++;
    return true;
  }
}

/** One item for each time and kind, earliest first; together no more than a sum may be. */
export function summed(items: readonly BackgroundItem[]): BackgroundItem[] {
  const byPlace = Map.groupBy(items, ({ at, kind }) => `${at} ${kind}`);
  let left = mostSum;
  return [...byPlace.values()]
    .map((same): BackgroundItem => {
      const { at, kind } = same[0]!;
      const requests = same.reduce((sum, item) => sum + item.requests, 0);
      return { at, kind, requests, nano: sumOf(same) };
    })
    .sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1))
    .map((item) => {
      const nano = Math.min(item.nano, left);
      left -= nano;
      return { ...item, nano };
    });
}
