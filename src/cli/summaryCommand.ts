import type { Command } from 'commander';
import type { TimeSpan } from '../model/calendar.ts';
import { usdToNano } from '../model/money.ts';
import type { ReportContext } from '../reports/context.ts';
import type { Document } from '../reports/document.ts';
import { spanOf } from '../reports/spans.ts';
import { type GitState, summaryReport } from '../reports/summary.ts';
import { bringUpToDate, print, withContext } from './answer.ts';
import { type Environment, findEnvironment } from './environment.ts';
import { gitState } from './git.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

interface SummaryOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly period?: string;
}

/** `outlay summary` */
export function addSummary(program: Command): void {
  const command = program
    .command('summary')
    .description('Cost by period, model, agent and project.')
    .option('--since <time>', 'breakdowns from this time on: a day, a moment, 24h, 7d')
    .option('--until <time>', 'breakdowns up to this time; a day is included')
    .option('--period <period>', 'today, week, month, all, 7d, or FROM..TO');
  withCommonOptions(command).action(async (options: SummaryOptions) => {
    const environment = findEnvironment(options);
    const [git, { problems }] = await Promise.all([
      gitState(process.cwd()),
      bringUpToDate(environment),
    ]);
    const document = withContext(environment, problems, (context) =>
      summaryOf(environment, context, git, spanOf(options, context)),
    );
    print(environment, document);
  });
}

/** The summary of a span with the budgets of settings and environment. */
export function summaryOf(
  { settings }: Environment,
  context: ReportContext,
  git: GitState | null,
  span: TimeSpan | undefined,
): Document {
  const { dailyBudgetUsd, monthlyBudgetUsd } = settings;
  const lifetime = budgetVariable(process.env.COST_BUDGET_USD);
  const problems = [...context.problems, ...lifetime.problems];
  return summaryReport(
    { ...context, problems },
    {
      span,
      git,
      lifetimeBudget: lifetime.budget,
      monthlyBudget: monthlyBudgetUsd && usdToNano(monthlyBudgetUsd),
      dailyBudget: dailyBudgetUsd && usdToNano(dailyBudgetUsd),
    },
  );
}

/** A lifetime budget in dollars, as other tools name it. */
function budgetVariable(text: string | undefined): { budget?: number; problems: string[] } {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return { problems: [] };
  if (/^\d{1,7}(\.\d+)?$/.test(trimmed)) {
    return { budget: usdToNano(Number(trimmed)), problems: [] };
  }
  return { problems: ['COST_BUDGET_USD is no number of dollars; it is ignored.'] };
}
