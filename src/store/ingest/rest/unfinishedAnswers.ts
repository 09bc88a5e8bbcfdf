import { roundingOf } from '../../../model/clientTotal.ts';
import { usdToNano } from '../../../model/money.ts';
import type { ModelTokens } from '../../../model/records.ts';
import type { StoredCostState } from '../../schema/messageRow.ts';
import { countBefore } from '../background.ts';
import type { BackgroundItem } from '../backgroundItems.ts';
import type { TotalStep } from '../clientTotals.ts';
import type { Rest } from './rest.ts';

/** A message or a request without one, as it counts in a total. */
export interface CountedTokens {
  readonly at: number;
  /** Catalogue id. */
  readonly model: string;
  /** Undefined where they were summed up. */
  readonly tokens: ModelTokens | undefined;
  /** At the client's own prices. */
  readonly nano: number;
  /** What more output would have cost, in nano-dollars; only of an answer without an end. */
  readonly more?: ((tokens: number) => number | undefined) | undefined;
}

interface ModelSum extends ModelTokens {
  readonly nano: number;
}

const nothing: ModelSum = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, nano: 0 };

/**
 * What of the rest of a session's background is the rest of answers that have no end in their transcript:
 * of one that broke off, the client counts what it guesses had come. It is that and nothing else where,
 * since the total before, a model that has such an answer
 *
 * - has in the client's total just the input, cache reads and cache writes of its messages, and more output,
 * - and the money it has more is what so much output of that answer costs, to the nano-dollar.
 *
 * Any request that is not known has input of its own, and is never taken for it. `counted`: earliest first;
 * `known`: what was found while it still had its tokens.
 */
export function unfinishedAnswers(
  steps: readonly TotalStep[],
  counted: readonly CountedTokens[],
  known: readonly BackgroundItem[],
  {
    dated,
    modelId,
    rest,
  }: {
    /** The time a total's background is dated to. */
    readonly dated: (state: StoredCostState) => number;
    readonly modelId: (written: string) => string;
    readonly rest: Rest;
  },
): BackgroundItem[] {
  const items: BackgroundItem[] = [];
  const take = (at: number, requests: number, nano: number, slack: number): void => {
    if (nano > rest.at(at) + slack) return;
    const taken = rest.take(at, nano, slack);
    if (taken > 0) items.push({ at, kind: 'unfinished', requests, nano: taken });
  };
  for (const { state, from } of steps) {
    const at = dated(state);
    if (rest.at(at) <= 0) continue;
    const after = from?.at ?? state.started - 1;
    const inside = counted.slice(
      countBefore(counted, after + 1),
      countBefore(counted, state.at + 1),
    );
    if (inside.some(({ tokens }) => tokens === undefined)) {
      for (const item of known) if (item.at === at) take(at, item.requests, item.nano, 0);
      continue;
    }
    const slack = roundingOf(inside.length + 1);
    for (const model of new Set(inside.flatMap((each) => (each.more ? [each.model] : [])))) {
      const own = inside.filter((each) => each.model === model);
      const beyond = difference(
        difference(sumOf(state, model, modelId), sumOf(from, model, modelId)),
        own.reduce<ModelSum | undefined>(
          (sum, { tokens, nano }) => add(sum, tokens && { ...tokens, nano }),
          nothing,
        ),
      );
      if (beyond === undefined) continue;
      const { input, cacheRead, cacheWrite, output, nano } = beyond;
      if (input !== 0 || cacheRead !== 0 || cacheWrite !== 0 || output <= 0) continue;
      const unfinished = own.filter((each) => each.more !== undefined);
      const costs = unfinished.some(({ more }) => {
        const price = more!(output);
        return price !== undefined && Math.abs(price - nano) <= slack;
      });
      if (costs) take(at, unfinished.length, nano, slack);
    }
  }
  return items;
}

/** What a total has of a model; undefined where it does not say its tokens. */
function sumOf(
  state: StoredCostState | undefined,
  model: string,
  modelId: (written: string) => string,
): ModelSum | undefined {
  if (state === undefined) return nothing;
  const usd = JSON.parse(state.models) as Record<string, number>;
  const tokens = (state.tokens === '' ? {} : JSON.parse(state.tokens)) as Record<
    string,
    ModelTokens
  >;
  let sum: ModelSum | undefined = nothing;
  for (const [name, cost] of Object.entries(usd)) {
    if (modelId(name) !== model) continue;
    const of = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
    sum = add(sum, of && { ...of, nano: usdToNano(cost) });
  }
  return sum;
}

function add(a: ModelSum | undefined, b: ModelSum | undefined, sign = 1): ModelSum | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    input: a.input + sign * b.input,
    output: a.output + sign * b.output,
    cacheRead: a.cacheRead + sign * b.cacheRead,
    cacheWrite: a.cacheWrite + sign * b.cacheWrite,
    nano: a.nano + sign * b.nano,
  };
}

function difference(a: ModelSum | undefined, b: ModelSum | undefined): ModelSum | undefined {
  return add(a, b, -1);
}
