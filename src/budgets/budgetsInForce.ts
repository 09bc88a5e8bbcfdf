import { type Budget, dollarBudget } from '../analysis/budgets/budget.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { budgetKey } from '../dataFolder/budgetKey.ts';
import { type BudgetOverride, holds } from '../dataFolder/overrideFile.ts';
import { ProjectFiles } from '../dataFolder/projectFile.ts';
import type { ReadSettings } from '../dataFolder/readConfig.ts';
import type { Pools } from '../dataFolder/team/poolFile.ts';
import { usdToNano } from '../model/money.ts';
import { type ProjectPlace, projectPath } from '../query/projects.ts';
import type { UserSettings } from '../settings/settings.ts';
import { teamBudgets, withPool } from './pooled.ts';

/** The budgets settings and environment ask for. */
export function settingBudgets(
  settings: Pick<UserSettings, 'dailyBudgetUsd' | 'monthlyBudgetUsd' | 'projectBudgets'>,
): BudgetEntry[] {
  const entry = (
    usd: number | undefined,
    kind: 'day' | 'month',
    scope: Budget['scope'] = { kind: 'global' },
  ): BudgetEntry[] => {
    if (!usd) return [];
    const budget = dollarBudget(scope, { kind }, usdToNano(usd));
    return [{ budget, origin: 'settings', setAt: undefined }];
  };
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
      problems: ['COST_BUDGET_USD is not a number of dollars; it is ignored.'],
    };
  }
  const limit = usdToNano(Number(trimmed));
  const budget = dollarBudget({ kind: 'global' }, { kind: 'lifetime' }, limit);
  const entry: BudgetEntry = { budget, origin: 'environment', setAt: undefined };
  return { entries: limit > 0 ? [entry] : [], problems: [] };
}

/** What budgets are put together from. */
export interface BudgetSources {
  readonly settings: Parameters<typeof settingBudgets>[0];
  readonly stored: Pick<ReadSettings, 'budgets' | 'overrides'>;
  /** `COST_BUDGET_USD` */
  readonly variable: string | undefined;
  /** Folders whose project files count besides those of the projects in the store. */
  readonly folders: readonly string[];
  /** What the team's ledger last said; undefined where no team was joined. */
  readonly pools: Pools | undefined;
  /** Limits of the company's gateway: nobody here changes them. */
  readonly company: readonly BudgetEntry[];
  /** UTC milliseconds. */
  readonly now: number;
}

/** Budgets that hold, and what of them could not be used. */
export interface InForce {
  readonly budgets: BudgetEntry[];
  readonly problems: readonly string[];
}

/** The same with the budgets of project files, once it is known which projects there are. */
export function budgetsWithProjects(
  { settings, stored, variable, folders, pools, company, now }: BudgetSources,
  files: Pick<ProjectFiles, 'read'> = new ProjectFiles(),
): (projects: readonly ProjectPlace[]) => InForce {
  return (projects) => {
    const own = files.read([...folders, ...projects.map(projectPath)]);
    const { budgets, problems } = budgetsInForce(
      settings,
      stored,
      variable,
      now,
      own.entries,
      pools,
    );
    return { budgets: [...budgets, ...company], problems: [...problems, ...own.problems] };
  };
}

/**
 * Every budget that holds: the environment's, those of the settings, of `budget set`, of project files and
 * of the team, each with what is excepted from it at the moment.
 */
export function budgetsInForce(
  settings: Parameters<typeof settingBudgets>[0],
  { budgets: stored, overrides }: Pick<ReadSettings, 'budgets' | 'overrides'>,
  variable: string | undefined,
  now: number,
  ofProjects: readonly BudgetEntry[] = [],
  pools?: Pools,
): InForce {
  const lifetime = variableBudget(variable);
  const own = [...lifetime.entries, ...settingBudgets(settings), ...stored, ...ofProjects];
  const budgets = [...own.map((entry) => withPool(entry, pools)), ...teamBudgets(pools)];
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
  // Of two budgets with one key only the one below the raised limit is raised: none is lowered.
  const raised = raise?.limit !== undefined && raise.limit > limit ? raise.limit : undefined;
  return {
    ...entry,
    budget: { ...entry.budget, limit: raised ?? limit },
    override: {
      ...(raised !== undefined && { raised: { from: limit, until: raise!.until } }),
      ...(pause && { pausedUntil: pause.until }),
    },
  };
}
