import { formatPeriod } from '../../analysis/budgets/budgetNotation.ts';
import type { JudgedBudget } from '../../budgets/evaluateBudgets.ts';
import { levelNames } from '../../model/level.ts';
import { nanoToUsd } from '../../model/money.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import { tierOf } from '../../pricing/tiers.ts';
import { sumBy } from '../../query/sums.ts';
import type { SpendSums } from '../../store/schema/sums.ts';

type ModelRow = SpendSums & { readonly model: string };

/** Models as `summary` and `track` show them, in the names other tools rely on. */
export function byModel(rows: readonly ModelRow[], book: RateBook): object {
  return Object.fromEntries(
    sumBy(rows, ({ model }) => model).map(([model, sums]) => [
      model,
      {
        tier: tierOf(model, book),
        cost_usd: nanoToUsd(sums.nano),
        messages: sums.messages,
        input_tokens: sums.input,
        output_tokens: sums.output,
        cache_creation_input_tokens: sums.cacheWrite5m + sums.cacheWrite1h,
        cache_read_input_tokens: sums.cacheRead,
        ...(sums.unpriced > 0 && { unpriced_messages: sums.unpriced }),
      },
    ]),
  );
}

/** Dollars of messages by tier; only tiers that occur. */
export function byTier(rows: readonly ModelRow[], book: RateBook): Record<string, number> {
  const tiers = sumBy(rows, ({ model }) => tierOf(model, book));
  return Object.fromEntries(tiers.map(([tier, { nano }]) => [tier, nanoToUsd(nano)]));
}

/** A budget as `summary` has it; null without one. */
export function budgetJson(budget: JudgedBudget | undefined): object | null {
  if (budget === undefined) return null;
  const { entry, state } = budget;
  const { setAt } = entry;
  return {
    budget_usd: nanoToUsd(entry.budget.limit),
    // Settings and variables do not say when they were made.
    setAt: setAt === undefined ? null : new Date(setAt).toISOString(),
    spent_usd: nanoToUsd(state.spent),
    utilization: state.share,
    level: levelNames[state.level],
    period: formatPeriod(entry.budget.period),
  };
}
