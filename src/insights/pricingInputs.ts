import type { InsightWorld } from '../analysis/insights/insight.ts';
import { dayMs, type TimeSpan } from '../model/calendar.ts';
import { noUsage, promptTokens } from '../model/tokens.ts';
import { costOf } from '../pricing/rateCard.ts';
import { traitsOfRow } from '../pricing/rowName.ts';
import { tierOf } from '../pricing/tiers.ts';
import { baselinesOf } from '../query/baselines.ts';
import type { ReportContext } from '../query/context.ts';
import { firstSpendAt } from '../store/query/background.ts';

/**
 * Prices and time, as insights ask for them. A band for long prompts is judged by the mean prompt
 * of a part: rollups know no single message.
 */
export function insightWorld(context: ReportContext, span: TimeSpan | undefined): InsightWorld {
  const { book, now } = context;
  const newest = new Map(
    baselinesOf(book, 'all', now).map(({ name, model }) => [name, model.id] as const),
  );
  return {
    days: daysOfSpan(context, span),
    tierOf: (model) => tierOf(model, book),
    priceAt: (row, usage) => {
      const card = row === '' ? undefined : book.cardOfRow(row);
      return card && costOf(card, usage);
    },
    priceWith: ({ row, usage, messages }, family) => {
      const model = newest.get(family);
      const mean = Math.round(promptTokens(usage) / Math.max(1, messages));
      const prompt = { ...noUsage, input: mean };
      const card = model && book.cardOf(prompt, model, traitsOfRow(row), now);
      return card ? costOf(card, usage) : undefined;
    },
  };
}

/** Days of a span up to now, from the first spend on; one at least. */
function daysOfSpan({ db, now }: ReportContext, span: TimeSpan | undefined): number {
  const first = firstSpendAt(db) ?? now;
  const from = Math.max(span?.from ?? first, first);
  const to = Math.min(span?.to ?? now, now);
  return Math.max(1, (to - from) / dayMs);
}
