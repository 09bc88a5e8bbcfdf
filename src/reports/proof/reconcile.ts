import { dayMs } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import { select } from '../../query/select.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { type Cell, type Column, type Document, figureCell } from '../document/document.ts';
import type { BilledLine } from './invoice.ts';

interface Pair {
  readonly day: string;
  /** '' for what is of no model. */
  readonly model: string;
  billed: number;
  list: number;
  /** Our part is a lower bound. */
  atLeast: boolean;
}

/**
 * What was billed beside our list price of what the transcripts hold, by UTC day and model, for the days the
 * invoice is of.
 */
export function reconcile(context: ReportContext, invoice: readonly BilledLine[]): Document {
  const days = invoice.map(({ day }) => day).sort();
  const [first, last] = [days[0]!, days.at(-1)!];
  const span = { from: Date.parse(first), to: Date.parse(last) + dayMs };
  const pairs = pairsOf(context, invoice, span);
  const sum = (of: (pair: Pair) => number): number =>
    pairs.reduce((all, pair) => all + of(pair), 0);
  const [billed, list] = [sum((pair) => pair.billed), sum((pair) => pair.list)];
  const atLeast = pairs.some((pair) => pair.atLeast);
  const missing = warnings(context);
  return {
    title: 'Invoice',
    sentences: [
      `Billed: ${formatUsd(billed)}. List price of what the transcripts here hold: ${atLeast ? '≥ ' : ''}${formatUsd(list)}${shareText(list, billed)}.`,
      `${first} to ${last}, ${count(pairs.length, 'pair')} of day and model.`,
    ],
    tables: [{ title: 'By day and model', columns, rows: pairs.map(rowOf) }],
    notes: [
      'A bill knows what no transcript here does: other machines and keys, requests that fail late, discounts and credits. A transcript knows what the bill may lack: plans of subscription, and days not yet billed.',
      ...missing,
    ],
    json: {
      schemaVersion: 1,
      from: first,
      to: last,
      billed_usd: nanoToUsd(billed),
      list_usd: nanoToUsd(list),
      difference_usd: nanoToUsd(billed - list),
      lowerBound: atLeast,
      pairs: pairs.map((pair) => ({
        day: pair.day,
        model: pair.model === '' ? null : pair.model,
        billed_usd: nanoToUsd(pair.billed),
        list_usd: nanoToUsd(pair.list),
        difference_usd: nanoToUsd(pair.billed - pair.list),
        lowerBound: pair.atLeast,
      })),
      notes: missing,
    },
  };
}

const columns: readonly Column[] = [
  { key: 'day', header: 'Day', unit: 'text' },
  { key: 'model', header: 'Model', unit: 'text', strong: true },
  { key: 'billed_usd', header: 'Billed', unit: 'usd' },
  { key: 'list_usd', header: 'List price here', unit: 'usd' },
  { key: 'difference_usd', header: 'Difference', unit: 'usd' },
  { key: 'billed_share', header: 'Billed of list', unit: 'percent' },
];

function rowOf({ day, model, billed, list, atLeast }: Pair): Cell[] {
  const share = list === 0 ? null : billed / list;
  return [day, model === '' ? '–' : model, billed, figureCell(list, atLeast), billed - list, share];
}

function shareText(list: number, billed: number): string {
  return billed > 0 ? ` (${Math.round((list / billed) * 100)}% of the bill)` : '';
}

function pairsOf(
  context: ReportContext,
  invoice: readonly BilledLine[],
  span: { readonly from: number; readonly to: number },
): Pair[] {
  const pairs = new Map<string, Pair>();
  const pairAt = (day: string, model: string): Pair => {
    const key = `${day} ${model}`;
    const pair = pairs.get(key) ?? { day, model, billed: 0, list: 0, atLeast: false };
    pairs.set(key, pair);
    return pair;
  };
  for (const { day, model, nano } of invoice) {
    pairAt(day, context.book.modelId(model)).billed += nano;
  }
  const { rows, backgrounds, names } = select(context, { span, filters: {} }, ['bucket', 'model']);
  const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
  for (const row of rows) {
    const pair = pairAt(dayOf(row.at), names.word(row.model));
    pair.list += row.nano;
    if (isLowerBound(row)) pair.atLeast = true;
  }
  // What no message explains is of no model.
  for (const { at, nano } of backgrounds) pairAt(dayOf(at), '').list += nano;
  return [...pairs.values()].sort((a, b) =>
    a.day === b.day ? b.billed - a.billed || b.list - a.list : a.day < b.day ? -1 : 1,
  );
}
