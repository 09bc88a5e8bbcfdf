import { type Command, Option } from 'commander';
import { spanOf } from '../../query/spans.ts';
import { sessionsReport } from '../../reports/sessions/sessions.ts';
import { answer, forPeople } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, wholeNumber, withCommonOptions } from '../support/options.ts';

interface SessionsOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly period?: string;
  readonly project?: string;
  readonly account?: string;
  readonly limit?: number;
  readonly sort?: 'cost' | 'time';
}

/** `outlay sessions` */
export function addSessions(program: Command): void {
  const command = program
    .command('sessions')
    .description('Every session with its cost.')
    .option('--since <time>', 'sessions that ended at this time or later: a day, a moment, 24h, 7d')
    .option('--until <time>', 'sessions that ended by this time; a day is included')
    .option('--period <period>', 'today, week, month, all, 7d, or FROM..TO')
    .option('--project <project>', "a project's name or path; sessions below the path count")
    .option('--account <account>', 'a configuration directory, or the last part of its path')
    .option('--limit <number>', 'list at most so many; totals count all', wholeNumber)
    .addOption(new Option('--sort <by>', 'order of the list').choices(['time', 'cost']));
  withCommonOptions(command).action(async (options: SessionsOptions) => {
    const environment = findEnvironment(options);
    await answer(environment, (context) => {
      const span = spanOf(options, context);
      return sessionsReport(context, { ...options, span }, forPeople(environment));
    });
  });
}
