import type { UserSettings } from '../../settings/settings.ts';

/** The user's budgets are not the demo's. */
export function withoutBudgets<S extends UserSettings>(settings: S): S {
  return {
    ...settings,
    dailyBudgetUsd: undefined,
    monthlyBudgetUsd: undefined,
    projectBudgets: new Map(),
  };
}
