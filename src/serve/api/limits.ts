import { isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import type { Budget, BudgetScope } from '../../analysis/budgets/budget.ts';
import { formatPeriod, formatUnit } from '../../analysis/budgets/budgetNotation.ts';
import type { ServedChange } from '../../analysisThread/servedChange.ts';
import type { BudgetsInForce } from '../../analysisThread/servedTask.ts';
import { budgetFields } from '../../budgets/budgetLabels.ts';
import { mostDollars } from '../../model/amount.ts';
import { HumanError } from '../../model/errors.ts';
import { nanoToUsd, usdToNano } from '../../model/money.ts';
import { tokenClasses } from '../../model/tokens.ts';

/** Which budget each limit of the contract is. */
type LimitKey = Pick<Budget, 'period' | 'unit'>;

const usd = { kind: 'usd' } as const;
const tokens = { kind: 'tokens', classes: tokenClasses } as const;
const agents = { kind: 'agents' } as const;

const limitKeys = {
  max_cost_per_day: { period: { kind: 'day' }, unit: usd },
  max_cost_per_month: { period: { kind: 'month' }, unit: usd },
  max_tokens_per_day: { period: { kind: 'day' }, unit: tokens },
  max_tokens_per_run: { period: { kind: 'run' }, unit: tokens },
  max_cost_per_run: { period: { kind: 'run' }, unit: usd },
  max_concurrent_agents: { period: { kind: 'lifetime' }, unit: agents },
} as const satisfies Record<string, LimitKey>;

type LimitName = keyof typeof limitKeys;
const limitNames = Object.keys(limitKeys) as LimitName[];

/** Dollars, or a whole number; null takes the limit away. */
const dollars = z.optional(z.nullable(z.number().check(z.positive(), z.maximum(mostDollars))));
const whole = z.optional(z.nullable(z.int().check(z.positive())));

const limits = z.strictObject({
  max_cost_per_day: dollars,
  max_cost_per_month: dollars,
  max_tokens_per_day: whole,
  max_tokens_per_run: whole,
  max_cost_per_run: dollars,
  max_concurrent_agents: whole,
});

/** More projects in one request are no wish of a person. */
const mostProjects = 200;

const project = z.string().check(
  z.minLength(1),
  z.maxLength(4096),
  z.refine((path) => path === '*' || isAbsolute(path), 'an absolute path, or * for each project'),
);

/** What `PUT /limits` takes. A limit that is not named stays as it is. */
export const limitsBody = z.strictObject({
  global: z.optional(limits),
  per_project: z.optional(
    z
      .record(project, limits)
      .check(z.refine((all) => Object.keys(all).length <= mostProjects, 'too many projects')),
  ),
  per_agent: z.optional(z.strictObject({ '*': z.optional(limits) })),
});

type Limits = z.infer<typeof limits>;

/** What a caller wants to change, budget by budget. */
export function limitChanges(body: z.infer<typeof limitsBody>): ServedChange {
  const of = (scope: BudgetScope, written: Limits | undefined) =>
    limitNames.flatMap((name) => {
      const limit = written?.[name];
      if (limit === undefined) return [];
      const { period, unit } = limitKeys[name];
      return [{ scope, period, unit, limit: limit === null ? null : inUnit(unit, limit) }];
    });
  const changes = [
    ...of({ kind: 'global' }, body.global),
    ...Object.entries(body.per_project ?? {}).flatMap(([path, written]) =>
      of({ kind: 'project', path }, written),
    ),
    ...of({ kind: 'agent' }, body.per_agent?.['*']),
  ];
  return { what: 'budgets', changes };
}

function inUnit(unit: LimitKey['unit'], limit: number): number {
  if (unit.kind !== 'usd') return limit;
  const nano = usdToNano(limit);
  if (nano > 0) return nano;
  throw new HumanError('usage', `A limit of ${limit} dollars is too small to be kept.`);
}

/**
 * The limits in force. Where several budgets limit the same, the lowest holds; budgets with no place here,
 * of a week or a branch say, are among `budgets`.
 */
export function limitsJson({ budgets, notes }: BudgetsInForce): object {
  const of = (isIn: (scope: BudgetScope) => boolean): Record<LimitName, number | null> => {
    const own = budgets.filter(({ budget }) => isIn(budget.scope));
    const values = limitNames.map((name) => {
      const { period, unit } = limitKeys[name];
      const same = own.filter(
        ({ budget }) =>
          formatPeriod(budget.period) === formatPeriod(period) &&
          formatUnit(budget.unit) === formatUnit(unit),
      );
      const [least] = same.map(({ budget }) => budget.limit).toSorted((a, b) => a - b);
      const limit = least === undefined ? null : unit.kind === 'usd' ? nanoToUsd(least) : least;
      return [name, limit] as const;
    });
    return Object.fromEntries(values) as Record<LimitName, number | null>;
  };
  const paths = new Set(
    budgets.flatMap(({ budget: { scope } }) => (scope.kind === 'project' ? [scope.path] : [])),
  );
  const projects = [...paths].map((path) => [
    path,
    of((scope) => scope.kind === 'project' && scope.path === path),
  ]);
  const hasAgents = budgets.some(({ budget }) => budget.scope.kind === 'agent');
  return {
    schemaVersion: 1,
    global: of(({ kind }) => kind === 'global'),
    per_project: Object.fromEntries(projects),
    per_agent: hasAgents ? { '*': of(({ kind }) => kind === 'agent') } : {},
    budgets: budgets.map(budgetFields),
    notes,
  };
}
