import { withoutMarker } from '../../model/modelName.ts';
import { usdToNano } from '../../model/money.ts';
import { type MessageRow, pricing, type StoredCostState } from '../schema/messageRow.ts';
import { saturated } from '../schema/saturate.ts';
import type { ToldRequest } from './backgroundItems.ts';
import type { TotalStep } from './clientTotals.ts';
import type { Messages } from './messageTable.ts';
import type { StringTable } from './stringTable.ts';

/** What a token of each class costs beside an input token, in most price lists. */
const weights = { input: 1, output: 5, write5m: 1.25, write1h: 2, cache_read: 0.1 } as const;

/**
 * A message that takes part in the allocation; without a row when it was downsampled and keeps its
 * share.
 */
interface Share {
  readonly at: number;
  readonly weight: number;
  readonly row: MessageRow | undefined;
}

/** Downsampled messages of a model the catalogue did not know. */
export interface DownsampledShare {
  readonly at: number;
  /** String number of the model as written. */
  readonly model: number;
  /** Its tokens by `tokenWeight`. */
  readonly weight: number;
}

/**
 * Messages of a model the catalogue does not know take their cost from Claude Code's own totals:
 * what the total of that model grew by between two records is shared among the messages between
 * them, by weighted tokens. What requests without a message cost (`hidden`, earliest first) is not shared: it is
 * known by itself. Messages no total covers stay unpriced. True when one changed.
 */
export function allotClientPrices(
  messages: Messages,
  strings: StringTable,
  unpriced: readonly MessageRow[],
  downsampled: readonly DownsampledShare[],
  steps: readonly TotalStep[],
  hidden: readonly ToldRequest[] = [],
): boolean {
  let changed = false;
  const setPrice = ({ row }: Share, nano: number, priced: number): void => {
    if (row === undefined) return;
    // A price of a person's own stays; the client's is what the totals are held against.
    const own = row.priced === pricing.row;
    const price = own ? { list_nano: nano === row.nano ? null : nano } : { nano, priced };
    if (messages.update(row, price) !== row) changed = true;
  };
  const byModel = new Map<number, Share[]>();
  const add = (model: number, share: Share): void => {
    byModel.set(model, [...(byModel.get(model) ?? []), share]);
  };
  for (const { at, model, weight } of downsampled) add(model, { at, weight, row: undefined });
  for (const row of unpriced) add(row.model, { at: row.at, weight: tokenWeight(row), row });
  for (const [model, rows] of byModel) {
    const name = withoutMarker(strings.text(model));
    rows.sort((a, b) => a.at - b.at);
    const apart = new HiddenSpend(
      hidden.filter((request) => withoutMarker(request.model) === name),
    );
    let from = 0;
    let counted = 0;
    for (const [i, { state, from: before, follows }] of steps.entries()) {
      const total = modelTotal(state, name);
      // Where it goes on from another total than the last, so does the model's share of it.
      if (i === 0 || !follows) counted = (before && modelTotal(before, name)) ?? 0;
      let until = from;
      while (until < rows.length && rows[until]!.at <= state.at) until++;
      if (total === undefined || until === from) continue;
      const more = Math.max(0, total - counted);
      const upTo = i === steps.length - 1 ? Number.POSITIVE_INFINITY : state.at;
      allot(rows.slice(from, until), more - apart.take(upTo, more), setPrice);
      counted = Math.max(counted, total);
      from = until;
    }
    for (const row of rows.slice(from)) setPrice(row, 0, pricing.unpriced);
  }
  return changed;
}

/** What hidden requests of one model cost, taken as totals come to have it. */
class HiddenSpend {
  readonly #requests: readonly ToldRequest[];
  #next = 0;
  #left = 0;

  constructor(requests: readonly ToldRequest[]) {
    this.#requests = requests;
  }

  /** What was over up to a time and not taken before, as far as there is so much. */
  take(until: number, most: number): number {
    while ((this.#requests[this.#next]?.at ?? Number.NaN) <= until) {
      this.#left += this.#requests[this.#next++]!.nano;
    }
    const taken = Math.min(this.#left, most);
    this.#left -= taken;
    return taken;
  }
}

/** Nano-dollars of one model in a total, markers like `[1m]` aside; undefined when it has none. */
function modelTotal(state: StoredCostState, model: string): number | undefined {
  let sum: number | undefined;
  const models = JSON.parse(state.models) as Record<string, number>;
  for (const [name, usd] of Object.entries(models)) {
    if (withoutMarker(name) === model) sum = (sum ?? 0) + usdToNano(usd);
  }
  return sum === undefined ? undefined : saturated(sum);
}

/**
 * Allocates an amount without rounding loss: each row gets the rounded cumulative share minus what
 * was allocated before it (cumulative rounding).
 */
function allot(
  rows: readonly Share[],
  nano: number,
  setPrice: (share: Share, nano: number, priced: number) => void,
): void {
  const parts = rows.map(({ weight }) => weight);
  const whole = parts.reduce((sum, part) => sum + part, 0);
  let behind = 0;
  let given = 0;
  rows.forEach((row, i) => {
    behind += whole === 0 ? 1 / rows.length : parts[i]! / whole;
    const upTo = i === rows.length - 1 ? nano : Math.floor(nano * Math.min(behind, 1));
    setPrice(row, upTo - given, pricing.client);
    given = upTo;
  });
}

/** The tokens of a message, weighted by what they mostly cost beside each other. */
export function tokenWeight(row: Pick<MessageRow, keyof typeof weights>): number {
  let sum = 0;
  for (const [name, factor] of Object.entries(weights)) {
    sum += row[name as keyof typeof weights] * factor;
  }
  return sum;
}
