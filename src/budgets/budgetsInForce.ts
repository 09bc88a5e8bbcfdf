import type { Budget } from '../analysis/budgets/budget.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { budgetKey } from '../dataFolder/budgetKey.ts';
import { type BudgetOverride, holds } from '../dataFolder/overrideFile.ts';
import type { ReadSettings } from '../dataFolder/readConfig.ts';
import { defaultThresholds } from '../model/level.ts';
import { usdToNano } from '../model/money.ts';
import type { UserSettings } from '../settings/settings.ts';

function plainBudget(
  limit: number,
  scope: Budget['scope'],
  period: Budget['period'],
  origin: BudgetEntry['origin'],
): BudgetEntry {
  const budget: Budget = {
    scope,
    period,
    unit: { kind: 'usd' },
    limit,
    thresholds: defaultThresholds,
    basis: 'actual',
    action: 'notify',
  };
  return { budget, origin, setAt: undefined };
}

/** The budgets settings and environment ask for. */
export function settingBudgets(
  settings: Pick<UserSettings, 'dailyBudgetUsd' | 'monthlyBudgetUsd' | 'projectBudgets'>,
): BudgetEntry[] {
  const entry = (
    usd: number | undefined,
    kind: 'day' | 'month',
    scope: Budget['scope'] = { kind: 'global' },
  ): BudgetEntry[] => (usd ? [plainBudget(usdToNano(usd), scope, { kind }, 'settings')] : []);
  const projects = [...settings.projectBudgets].flatMap(([path, { dailyUsd, monthlyUsd }]) => {
    const scope = { kind: 'project', path } as const;
    return [...entry(dailyUsd, 'day', scope), ...entry(monthlyUsd, 'month', scope)];
  });
  return [
    ...entry(settings.dailyBudgetUsd, 'day'),
    ...entry(settings.monthlyBudgetUsd, 'month'),
    ...projects,
  ];
}

/** `COST_BUDGET_USD`: a lifetime budget in dollars, as other tools name it. */
function variableBudget(text: string | undefined): {
  entries: BudgetEntry[];
  problems: string[];
} {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return { entries: [], problems: [] };
  if (!/^\d{1,7}(\.\d+)?$/.test(trimmed)) {
    return {
      entries: [],
      problems: ['COST_BUDGET_USD is no number of dollars; it is ignored.'],
    };
  }
  const limit = usdToNano(Number(trimmed));
  const lifetime = plainBudget(limit, { kind: 'global' }, { kind: 'lifetime' }, 'environment');
  return { entries: limit > 0 ? [lifetime] : [], problems: [] };
}

/**
 * Every budget that holds: the environment's, those of the settings, and those of `budget set`, each
 * with what is excepted from it at the moment.
 */
export function budgetsInForce(
  settings: Parameters<typeof settingBudgets>[0],
  { budgets: stored, overrides }: Pick<ReadSettings, 'budgets' | 'overrides'>,
  variable: string | undefined,
  now: number,
): { readonly budgets: BudgetEntry[]; readonly problems: readonly string[] } {
  const lifetime = variableBudget(variable);
  const budgets = [...lifetime.entries, ...settingBudgets(settings), ...stored];
  const held = overrides.filter((override) => holds(override, now));
  return {
    budgets: held.length === 0 ? budgets : budgets.map((entry) => excepted(entry, held)),
    problems: lifetime.problems,
  };
}

/** A budget with its exceptions: of several the one that was made last. */
function excepted(entry: BudgetEntry, overrides: readonly BudgetOverride[]): BudgetEntry {
  const key = budgetKey(entry.budget);
  const own = overrides.filter((override) => override.key === key);
  if (own.length === 0) return entry;
  const raise = own.findLast(({ kind }) => kind === 'raise');
  const pause = own.findLast(({ kind }) => kind === 'pause');
  const { limit } = entry.budget;
  return {
    ...entry,
    budget: { ...entry.budget, limit: raise?.limit ?? limit },
    override: {
      ...(raise && { raised: { from: limit, until: raise.until } }),
      ...(pause && { pausedUntil: pause.until }),
    },
  };
}
