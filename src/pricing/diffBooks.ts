import { tokenClasses } from '../model/tokens.ts';
import { dayOf } from './days.ts';
import { type Decimal, decimalText } from './decimal.ts';
import type { RateBook } from './priceBook.ts';
import type { ModelRates, RatePeriod, Rates } from './rateTable.ts';
import { serviceTiers } from './rowName.ts';

/** What differs between two books for one model over one period. */
export interface PriceChange {
  readonly model: string;
  readonly kind: 'new' | 'gone' | 'changed';
  /** First day (UTC), or null: since ever. */
  readonly from: string | null;
  /** First day (UTC) after it, or null: for ever. */
  readonly until: string | null;
  /** The difference in words, without the model and the days. */
  readonly text: string;
}

/** Every difference in price between two books, model by model, oldest first. */
export function diffBooks(before: RateBook, after: RateBook): PriceChange[] {
  const ids = new Set([...before.table.models.keys(), ...after.table.models.keys()]);
  return [...ids].flatMap((id) =>
    diffModel(id, before.table.models.get(id), after.table.models.get(id)),
  );
}

/** The same as sentences for a person; empty when the books price everything alike. */
export function describePriceChanges(before: RateBook, after: RateBook): string[] {
  return diffBooks(before, after).map(({ model, from, until, text }) => {
    const since = from === null ? '' : ` from ${from}`;
    const before = until === null ? '' : ` until before ${until}`;
    return `${model}${since}${before}: ${text}`;
  });
}

function diffModel(
  model: string,
  before: ModelRates | undefined,
  after: ModelRates | undefined,
): PriceChange[] {
  const periods = [...(before?.periods ?? []), ...(after?.periods ?? [])];
  const starts = [...new Set(periods.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]))].sort(
    // Infinities cannot be subtracted from themselves.
    (a, b) => (a < b ? -1 : Number(a > b)),
  );
  const changes: PriceChange[] = [];
  for (const [index, start] of starts.slice(0, -1).entries()) {
    const old = periodAt(before, start);
    const now = periodAt(after, start);
    const change = diffPeriod(old, now);
    if (change === undefined) continue;
    const from = dayOf(start);
    const until = dayOf(starts[index + 1]!);
    const last = changes.at(-1);
    if (last !== undefined && last.until === from && last.text === change.text) {
      changes[changes.length - 1] = { ...last, until };
    } else {
      changes.push({ model, from, until, ...change });
    }
  }
  return changes;
}

function periodAt(model: ModelRates | undefined, ms: number): RatePeriod | undefined {
  return model?.periods.find(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
}

function diffPeriod(
  old: RatePeriod | undefined,
  now: RatePeriod | undefined,
): { kind: PriceChange['kind']; text: string } | undefined {
  if (now === undefined) {
    return old && { kind: 'gone', text: 'no price any more; its messages become unpriced' };
  }
  if (old === undefined) return { kind: 'new', text: `gets a price: ${ratesText(now.rates)}` };
  const parts = [...diffRates(old.rates, now.rates, ''), ...diffBand(old, now)];
  const factors: [string, string, string][] = [
    ['fast mode', fastText(old), fastText(now)],
    ['US inference', factorText(old.usGeo), factorText(now.usGeo)],
    ['Bedrock region', factorText(old.bedrockRegion), factorText(now.bedrockRegion)],
    ...serviceTiers.map((tier): [string, string, string] => [
      tier,
      factorText(old[tier]),
      factorText(now[tier]),
    ]),
  ];
  for (const [name, from, to] of factors) if (from !== to) parts.push(`${name} ${from} → ${to}`);
  const searches = [old, now].map((period) => usd(period.webSearchPerThousand));
  if (searches[0] !== searches[1]) {
    parts.push(`web search ${searches[0]} → ${searches[1]} per thousand`);
  }
  return parts.length === 0 ? undefined : { kind: 'changed', text: parts.join(', ') };
}

function diffRates(old: Rates, now: Rates, where: string): string[] {
  return tokenClasses
    .filter((name) => usd(old[name]) !== usd(now[name]))
    .map((name) => `${name}${where} ${usd(old[name])} → ${usd(now[name])}`);
}

function diffBand({ above: old }: RatePeriod, { above: now }: RatePeriod): string[] {
  if (old !== undefined && now?.promptTokens === old.promptTokens) {
    return diffRates(old.rates, now.rates, ` above ${old.promptTokens} prompt tokens`);
  }
  const gone = old && `no other rates above ${old.promptTokens} prompt tokens any more`;
  const come = now && `above ${now.promptTokens} prompt tokens ${ratesText(now.rates)}`;
  return [gone, come].filter((part) => part !== undefined);
}

function ratesText(rates: Rates): string {
  return `${tokenClasses.map((name) => `${name} ${usd(rates[name])}`).join(', ')} per million tokens`;
}

/** Dollars with all their decimals, two at least. */
function usd(value: Decimal): string {
  const [whole, fraction = ''] = decimalText(value).split('.');
  return `$${whole}.${fraction.padEnd(2, '0')}`;
}

function fastText({ fast, fastUnpriced }: RatePeriod): string {
  return fastUnpriced === true ? 'unpriced' : factorText(fast);
}

function factorText(value: Decimal | undefined): string {
  return value === undefined ? 'not offered' : `×${decimalText(value)}`;
}
