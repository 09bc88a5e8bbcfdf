import { type Command, Option } from 'commander';
import { monthSpan } from '../../model/calendar.ts';
import { filterTexts } from '../../query/options.ts';
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
  readonly host?: string;
  readonly limit?: number;
  readonly all?: true;
  readonly sort?: 'cost' | 'time';
}

/** `outlay sessions` */
export function addSessions(program: Command): void {
  const command = program
    .command('sessions')
    .description('Every session with its cost.')
    .option('--since <time>', 'sessions that ended at this time or later: a day, a moment, 24h, 7d')
    .option('--until <time>', 'sessions that ended by this time; a day is included')
    .option(
      '--period <period>',
      'today, yesterday, week, month, lastmonth, 2026-11, 7d, all, or FROM..TO (default: month where people read a list, else all)',
    )
    .option('--project <project>', "a project's name or path; sessions below the path count")
    .option('--account <account>', 'a configuration directory, or the last part of its path')
    .option('--host <name>', filterTexts.host.text)
    .option('--limit <number>', 'list at most so many; totals count all', wholeNumber)
    .option('--all', 'list every one')
    .addOption(new Option('--sort <by>', 'order of the list').choices(['time', 'cost']));
  withCommonOptions(command).action(async (options: SessionsOptions) => {
    const environment = findEnvironment(options);
    await answer(environment, (context) => {
      const people = forPeople(environment);
      const { sort = people ? 'cost' : 'time', all } = options;
      const asked = { ...options, sort, span: spanOf(options, context) };
      const shortList = people && all !== true;
      const month = { ...asked, span: monthSpan(context.now, context.zone) };
      const whole = [options.since, options.until, options.period, options.limit].every(
        (option) => option === undefined,
      );
      // What people ask for is this month; of one without any session, all there ever was.
      const ofMonth = shortList && whole ? sessionsReport(context, month, true) : undefined;
      return ofMonth?.tables[0]?.rows.length ? ofMonth : sessionsReport(context, asked, shortList);
    });
  });
}
