import type { Command } from 'commander';
import { spanOf } from '../reports/spans.ts';
import { summaryReport } from '../reports/summary.ts';
import { bringUpToDate, print, withContext } from './answer.ts';
import { findEnvironment } from './environment.ts';
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
      summaryReport(context, { span: spanOf(options, context), git }),
    );
    print(environment, document);
  });
}
