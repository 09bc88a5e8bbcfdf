import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { PanelStrip } from '../../protocol/shared.ts';

/** A budget as a strip: its limit is the end of the track, unless something reaches beyond it. */
export function budgetStrip({
  state,
  budget,
  projected,
  band,
}: Pick<BudgetOutlook, 'state' | 'budget' | 'projected' | 'band'>): PanelStrip {
  const { limit } = budget;
  const whole = Math.max(limit, state.spent, projected ?? 0, band?.high ?? 0);
  return {
    whole,
    filled: state.spent,
    tick: whole > limit ? limit : null,
    likely: projected ?? null,
    low: band?.low ?? null,
    high: band?.high ?? null,
  };
}
