import * as z from 'zod/mini';
import { mostDollars } from '../model/amount.ts';
import { isObject } from '../model/objects.ts';
import { jsonPathOf } from './settingProblem.ts';
import type { Refuse } from './settingTable.ts';

/** What may be spent in one project, in dollars; a budget that is not set is not there. */
export interface ProjectBudget {
  dailyUsd?: number;
  monthlyUsd?: number;
}

/** Dollars; 0 is no budget. */
export const amount = z.number().check(z.nonnegative(), z.maximum(mostDollars));

/** Reads budgets by path of the project; an entry that is wrong is named, the others hold. */
export function readProjects(value: unknown, refuse: Refuse): ReadonlyMap<string, ProjectBudget> {
  const budgets = new Map<string, ProjectBudget>();
  if (!isObject(value)) {
    refuse('', 'budgets', 'default');
    return budgets;
  }
  for (const [path, entry] of Object.entries(value)) {
    const budget = readProject(path, entry, refuse);
    if (Object.keys(budget).length > 0) budgets.set(path, budget);
  }
  return budgets;
}

function readProject(path: string, entry: unknown, refuse: Refuse): ProjectBudget {
  const budget: ProjectBudget = {};
  if (!isObject(entry)) {
    refuse(jsonPathOf(path), 'budget', 'ignored');
    return budget;
  }
  for (const [name, value] of Object.entries(entry)) {
    const place = jsonPathOf(path) + jsonPathOf(name);
    if (name !== 'dailyUsd' && name !== 'monthlyUsd') refuse(place, 'budget', 'ignored');
    else if (!amount.safeParse(value).success) refuse(place, 'dollars', 'ignored');
    else if (value !== 0) budget[name] = value as number;
  }
  return budget;
}
