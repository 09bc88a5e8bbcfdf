import { dayOf } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { dayStart } from '../../pricing/days.ts';
import { describePriceChanges } from '../../pricing/diffBooks.ts';
import { listPrices, type PriceListing } from '../../pricing/listPrices.ts';
import type { Provider } from '../../pricing/otherVendors.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import { isNamedByClient, isOtherVendors } from '../../pricing/rateTable.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import { type RepriceEffect, tryReprice } from '../../store/query/repriceTrial.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import type { Cell, Column, Document, Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';

/**
 * The prices in force: what `outlay prices` prints. Of other vendors' models those that were used or have
 * a price of the user's own, unless `all` are asked for.
 */
export function pricesReport(context: ReportContext, all = false): Document {
  const { book, now } = context;
  const every = listPrices(book);
  const listings = all ? every : ofInterest(context, every);
  const modelsOf = (rows: readonly PriceListing[]): number =>
    new Set(rows.map(({ model }) => model)).size;
  const unlisted = modelsOf(every) - modelsOf(listings);
  const own = listings.filter(({ origin }) => origin === 'override').length;
  const client = modelsOf(listings.filter(isNamedByClient));
  const facts = [
    count(modelsOf(listings), 'model'),
    `catalogue of ${book.catalogueDate}`,
    ...(client > 0 ? [`${count(client, 'model')} at Claude Code's own price`] : []),
    ...(own > 0 ? [`${count(own, 'price')} of your own`] : []),
  ];
  return {
    title: 'Prices',
    sentences: [
      `US dollars per million tokens, ${facts.join(', ')}.`,
      ...(unlisted > 0
        ? [
            `${count(unlisted, "model of other vendors'", "models of other vendors'")} left out: --all`,
          ]
        : []),
    ],
    tables: [
      {
        title: '',
        columns: priceColumns(listings),
        rows: listings.flatMap((one) => listingRows(one, now)),
      },
    ],
    notes: [
      'A price holds from its first day (UTC) until the next one. Writes last 5 minutes or 1 hour.',
      ...warnings(context),
    ],
    json: {
      schemaVersion: 1,
      catalogueDate: book.catalogueDate,
      revision: book.revision,
      prices: listings,
      unlistedModels: unlisted,
      notes: warnings(context),
    },
  };
}

/** All but the prices of other vendors' models that are neither used nor the user's own. */
function ofInterest(
  { book, reader }: ReportContext,
  listings: readonly PriceListing[],
): PriceListing[] {
  const used = new Set(reader.knownModels().map((model) => book.ratesOf(model)?.id));
  return listings.filter(
    (listing) =>
      !isOtherVendors(listing) || used.has(listing.model) || listing.origin === 'override',
  );
}

const vendorNames: Readonly<Record<string, string>> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  google: 'Google',
  xai: 'xAI',
  moonshot: 'Moonshot',
  microsoft: 'Microsoft',
  local: 'your own',
} satisfies Record<Provider | 'anthropic', string>;

/** Columns that say something of these prices: vendors where there are several, tiers where one has them. */
const priceColumns = (listings: readonly PriceListing[]): readonly Column[] => [
  {
    key: 'provider',
    header: 'Vendor',
    unit: 'text',
    details: !listings.some(isOtherVendors),
    leaves: 5,
    shown: (provider) => vendorNames[provider] ?? provider,
  },
  { key: 'model', header: 'Model', unit: 'text', widest: 40 },
  { key: 'tier', header: 'Tier', unit: 'text', leaves: 6 },
  { key: 'from', header: 'From', unit: 'text' },
  { key: 'until', header: 'Until', unit: 'text', leaves: 4 },
  { key: 'above_prompt_tokens', header: 'Prompt above', unit: 'count' },
  { key: 'input', header: 'Input', unit: 'count', leaves: 0 },
  { key: 'output', header: 'Output', unit: 'count', leaves: 0 },
  { key: 'cache_write_5m', header: 'Write 5m', unit: 'count' },
  { key: 'cache_write_1h', header: 'Write 1h', unit: 'count' },
  { key: 'cache_read', header: 'Read', unit: 'count' },
  { key: 'fast', header: 'Fast', unit: 'factor' },
  { key: 'us_geo', header: 'US', unit: 'factor' },
  { key: 'batch', header: 'Batch', unit: 'factor', details: true },
  { key: 'priority', header: 'Priority', unit: 'factor', idle: true },
  { key: 'flex', header: 'Flex', unit: 'factor', idle: true },
  { key: 'multiplier', header: 'Yours', unit: 'factor' },
  { key: 'note', header: 'Note', unit: 'text' },
];

/** A row for the price, and one for its upper band where there is one. */
function listingRows(listing: PriceListing, now: number): Cell[][] {
  const { model, tier, from, until, rates, above, fast, usGeo, multiplier } = listing;
  const row = (promptTokens: number | null, band: PriceListing['rates']): Cell[] => [
    listing.provider,
    model,
    tier,
    from,
    until,
    promptTokens,
    band.input,
    band.output,
    band.cacheWrite5m,
    band.cacheWrite1h,
    band.cacheRead,
    fast,
    usGeo,
    listing.batch,
    listing.priority,
    listing.flex,
    multiplier === 1 ? null : multiplier,
    listingNotes(listing, now).join(', '),
  ];
  return above === null
    ? [row(null, rates)]
    : [row(null, rates), row(above.promptTokens, above.rates)];
}

/** What a row says in words. */
function listingNotes(listing: PriceListing, now: number): string[] {
  const { origin, source, retired, ends, fastRemoved, fastUnpriced } = listing;
  const over = (day: string): boolean => (dayStart(day) ?? Number.POSITIVE_INFINITY) <= now;
  return [
    ...(origin === 'override' ? ['your own'] : []),
    ...(isNamedByClient(listing) && source !== null ? [source] : []),
    ...(fastUnpriced ? ['fast mode unpriced'] : []),
    ...(retired ? ['retired'] : []),
    ...(ends === null ? [] : [`${over(ends) ? 'ended' : 'ends'} ${ends}`]),
    ...(fastRemoved === null
      ? []
      : [`fast mode ${over(fastRemoved) ? 'ended' : 'ends'} ${fastRemoved}`]),
  ];
}

/** What other prices would make of the messages kept. */
export interface PriceEffect {
  readonly words: readonly string[];
  readonly effects: readonly RepriceEffect[];
}

/** What a book would change: in words against another book, in dollars against the store. */
export function priceEffect(
  context: ReportContext,
  after: RateBook,
  before: RateBook | undefined,
): PriceEffect {
  return {
    words: before === undefined ? [] : describePriceChanges(before, after),
    effects: tryReprice(context.db, after.price).filter(({ changed }) => changed > 0),
  };
}

/** How a change of prices is shown: before it is written, and when it has been. */
export interface PriceChangeQuestion {
  readonly title: string;
  readonly effect: PriceEffect;
  /** What is wrong with the new prices. */
  readonly problems: readonly string[];
  readonly written: boolean;
  /** How to write it, where it has not been. */
  readonly remedy: string;
}

/** What would change, or has changed: `outlay reprice` and `outlay prices import`. */
export function priceChangeReport(context: ReportContext, question: PriceChangeQuestion): Document {
  const { effect, problems, written, title } = question;
  const { words, effects } = effect;
  const sum = (of: (row: RepriceEffect) => number): number =>
    effects.reduce((total, row) => total + of(row), 0);
  const changed = sum((row) => row.changed);
  const before = sum((row) => row.before);
  const after = sum((row) => row.after);
  const nothing = changed === 0 && words.length === 0;
  const verb = written ? 'changed' : 'would change';
  const headline = nothing
    ? 'Nothing changes: every message has the price in force.'
    : `${count(changed, 'message')} ${verb}: ${formatUsd(before)} → ${formatUsd(after)} (${signed(after - before)}).`;
  return {
    title,
    sentences: [headline, ...(written || nothing ? [] : [question.remedy])],
    tables: [effectTable(effects)],
    notes: [...words, ...problems, ...keptPriceNotes(context), ...warnings(context)],
    json: {
      schemaVersion: 1,
      written,
      changedMessages: changed,
      beforeUsd: nanoToUsd(before),
      afterUsd: nanoToUsd(after),
      models: Object.fromEntries(
        effects.map((row) => [
          row.model,
          {
            changedMessages: row.changed,
            messages: row.messages,
            beforeUsd: nanoToUsd(row.before),
            afterUsd: nanoToUsd(row.after),
            unpricedBefore: row.unpricedBefore,
            unpricedAfter: row.unpricedAfter,
          },
        ]),
      ),
      changes: words,
      problems,
      notes: [...keptPriceNotes(context), ...warnings(context)],
    },
  };
}

/** What was summed up is no message any more that could be priced again. */
function keptPriceNotes({ db, zone }: ReportContext): string[] {
  const before = downsampledUpTo(db).messages;
  if (before === 0) return [];
  return [`Messages before ${dayOf(before, zone)} are summed up and keep the price they had.`];
}

function effectTable(effects: readonly RepriceEffect[]): Table {
  return {
    title: '',
    columns: [
      { key: 'model', header: 'Model', unit: 'text', widest: 40, shown: shownModel },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'before_usd', header: 'Before', unit: 'usd' },
      { key: 'after_usd', header: 'After', unit: 'usd', strong: true },
      { key: 'change_usd', header: 'Change', unit: 'usd' },
      { key: 'note', header: 'Note', unit: 'text' },
    ],
    rows: effects.map((row) => [
      row.model,
      row.changed,
      row.before,
      row.after,
      row.after - row.before,
      unpricedNote(row),
    ]),
  };
}

function unpricedNote({ unpricedBefore, unpricedAfter }: RepriceEffect): string {
  if (unpricedBefore === unpricedAfter) return '';
  return unpricedAfter < unpricedBefore
    ? `${unpricedBefore - unpricedAfter} get a price`
    : `${unpricedAfter - unpricedBefore} lose their price`;
}

function signed(nano: number): string {
  return nano > 0 ? `+${formatUsd(nano)}` : formatUsd(nano);
}
