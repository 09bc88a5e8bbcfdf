import { Command, Option } from 'commander';
import { doctorReport } from '../reports/doctor.ts';
import { findSession } from '../reports/findSession.ts';
import { indexReport } from '../reports/indexing.ts';
import { sessionReport } from '../reports/session.ts';
import { sessionsReport } from '../reports/sessions.ts';
import { spanOf } from '../reports/spans.ts';
import { workersReport } from '../reports/workers.ts';
import { answer, bringUpToDate, forPeople, print, withContext } from './answer.ts';
import { findEnvironment } from './environment.ts';
import { machineFacts } from './machine.ts';
import { type CommonOptions, wholeNumber, withCommonOptions } from './options.ts';

/** The command line of `outlay`. */
export function createProgram(version: string): Command {
  const program = new Command('outlay')
    .description('What Claude Code costs, from its transcripts, priced to the cent.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Try "outlay --help".');
  addSessions(program);
  addSession(program);
  addDoctor(program, version);
  addIndex(program);
  return program;
}

interface SessionsOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly period?: string;
  readonly project?: string;
  readonly account?: string;
  readonly limit?: number;
  readonly sort?: 'cost' | 'time';
}

function addSessions(program: Command): void {
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
    await answer(environment, (context) =>
      sessionsReport(
        context,
        { ...options, span: spanOf(options, context) },
        forPeople(environment),
      ),
    );
  });
}

function addSession(program: Command): void {
  const command = program
    .command('session')
    .description('One session taken apart: its dearest messages, agents, and how it adds up.')
    .argument('[id]', 'id of the session or its beginning; without one the last active')
    .option('--top <number>', 'how many of the dearest messages to list', wholeNumber);
  withCommonOptions(command).action(
    async (id: string | undefined, options: CommonOptions & { top?: number }) => {
      await answer(findEnvironment(options), (context) =>
        sessionReport(context, findSession(context, id), options.top),
      );
    },
  );
}

function addDoctor(program: Command, version: string): void {
  const doctor = program
    .command('doctor')
    .description('Where Outlay looks, what it could not use, how old prices are, who writes.');
  withCommonOptions(doctor).action(async (options: CommonOptions) => {
    const environment = findEnvironment(options);
    await answer(environment, (context) =>
      doctorReport(context, machineFacts(environment, version)),
    );
  });
  const workers = program
    .command('workers')
    .description('Who writes the store, and the last run and result of each background job.');
  withCommonOptions(workers).action(async (options: CommonOptions) => {
    await answer(findEnvironment(options), workersReport);
  });
}

function addIndex(program: Command): void {
  const command = program.command('index').description('Read what is new in the transcripts.');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    const environment = findEnvironment(options);
    const started = Date.now();
    const { outcome, problems } = await bringUpToDate(environment);
    const facts = outcome && { ...outcome, tookMs: Date.now() - started, roots: environment.roots };
    const document = withContext(environment, problems, (context) => indexReport(context, facts));
    if (!options.quiet) print(environment, document);
  });
}
