import { nanoToUsd } from '../model/money.ts';
import { totalTokens, type Usage } from '../model/tokens.ts';
import { isNamedByClient } from '../pricing/rateTable.ts';
import { mostSum } from '../store/schema/saturate.ts';
import { addTo, noSums, type RunningSums, type SpendSums } from '../store/schema/sums.ts';
import type { FigureInputs, ReportContext } from './context.ts';
import { declinedBeside, sumDeclined } from './declined.ts';
import type { Selection } from './select.ts';

/** What decides which cautions stand beside the total of a selection that tells models apart. */
export function figuresOf(context: ReportContext, selection: Selection): FigureInputs {
  const { lost, recovered, lower, client } = selection.sums;
  return {
    lost,
    recovered,
    lower,
    client,
    background: selection.background,
    unpriced: unpricedByModel(selection),
    clientPriced: clientPricedByModel(context, selection),
    declined: sumDeclined(declinedBeside(context, selection)),
    saturated: reachesLimit(selection.sums, selection.background),
  };
}

/** Whether a sum has reached its limit, so that the true one is not known. */
export function reachesLimit(sums: Usage & { readonly nano: number }, background: number): boolean {
  return sums.nano + background >= mostSum || totalTokens(sums) >= mostSum;
}

/** Whether there is nothing at all: no message, no part of one, no background. */
export function isNothing({ sums, background }: Pick<Selection, 'sums' | 'background'>): boolean {
  return sums.messages === 0 && totalTokens(sums) === 0 && sums.nano === 0 && background === 0;
}

/** The token classes of sums, as JSON has them. */
export function tokenCounts(sums: Usage): Usage {
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches } = sums;
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches };
}

/**
 * Rows with one key put together, most expensive first. Maps, because a model may be called
 * `__proto__`.
 */
export function sumBy<T extends SpendSums>(
  rows: Iterable<T>,
  keyOf: (row: T) => string,
): [key: string, sums: SpendSums][] {
  const found = new Map<string, RunningSums>();
  for (const row of rows) {
    const key = keyOf(row);
    let sums = found.get(key);
    if (sums === undefined) {
      sums = noSums();
      found.set(key, sums);
    }
    addTo(sums, row);
  }
  return [...found].sort(
    ([a, x], [b, y]) => y.nano - x.nano || y.messages - x.messages || (a < b ? -1 : 1),
  );
}

/** The models of rows as `sessions --json` shows them. */
export function modelsJson(rows: Iterable<SpendSums & { readonly model: string }>): object {
  return Object.fromEntries(
    sumBy(rows, ({ model }) => model).map(([model, sums]) => [
      model,
      {
        messages: sums.messages,
        usd: nanoToUsd(sums.nano),
        ...tokenCounts(sums),
        // Said only where it is so: a zero beside tokens would otherwise pass for a price.
        ...(sums.unpriced > 0 && { unpricedMessages: sums.unpriced }),
      },
    ]),
  );
}

/** Models without a price, with the number of their messages, most first. */
export function unpricedOf(
  rows: Iterable<SpendSums & { readonly model: string }>,
): { model: string; messages: number }[] {
  return sumBy(rows, ({ model }) => model)
    .filter(([, { unpriced }]) => unpriced > 0)
    .map(([model, { unpriced }]) => ({ model, messages: unpriced }))
    .sort((a, b) => b.messages - a.messages);
}

/** Models among those of rows whose price Claude Code itself names, in the order of the book. */
export function clientPricedOf(
  { book }: Pick<ReportContext, 'book'>,
  models: () => Iterable<string>,
): string[] {
  const named = [...book.table.models.values()].filter(
    (model) => model.namedBy !== undefined && model.periods.some(isNamedByClient),
  );
  // Most often there is none, and rows are many.
  if (named.length === 0) return [];
  const used = new Set(models());
  return named.map(({ id }) => id).filter((id) => used.has(id));
}

/** The same of rows that tell models apart by their number. */
export function clientPricedByModel(
  context: ReportContext,
  { rows, names }: Pick<Selection, 'rows' | 'names'>,
): string[] {
  return clientPricedOf(context, () =>
    [...new Set(rows.map(({ model }) => model))].map((model) => names.word(model)),
  );
}

/** Unpriced models of a selection that tells models apart. */
export function unpricedByModel({
  rows,
  names,
}: Pick<Selection, 'rows' | 'names'>): { model: string; messages: number }[] {
  // Most often there is none, and rows are many.
  const models = new Set(rows.filter(({ unpriced }) => unpriced > 0).map(({ model }) => model));
  const own = models.size === 0 ? [] : rows.filter(({ model }) => models.has(model));
  return unpricedOf(own.map((row) => ({ ...row, model: names.word(row.model) })));
}
