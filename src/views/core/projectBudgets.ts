import { basename } from 'node:path';
import { usdToNano } from '../../model/money.ts';
import type { ProjectQuestion } from '../../query/overview.ts';
import type { UserSettings } from '../../settings/settings.ts';
import { directoriesIn, type StartDirectory } from './windowScope.ts';

/** What to ask the store about the projects that have budgets of their own. */
export function projectQuestions(
  budgets: UserSettings['projectBudgets'],
  projects: readonly StartDirectory[],
): ProjectQuestion[] {
  return [...budgets].map(([path, { dailyUsd, monthlyUsd }]) => ({
    name: basename(path) || path,
    scope: directoriesIn([path], projects),
    daily: dailyUsd === undefined ? undefined : usdToNano(dailyUsd),
    monthly: monthlyUsd === undefined ? undefined : usdToNano(monthlyUsd),
  }));
}
