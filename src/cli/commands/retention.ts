import type { Command } from 'commander';
import { marksFile } from '../../dataFolder/timeTagFile.ts';
import { HumanError } from '../../model/errors.ts';
import { fewestMessageDays, limitsAt, type RetentionSettings } from '../../model/retention.ts';
import { retentionReport } from '../../reports/upkeep/retention.ts';
import { sumUpStore } from '../../watchers/storeTasks.ts';
import { bringUpToDate, print, withContext } from '../support/answer.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, wholeNumber, withCommonOptions } from '../support/options.ts';
import { complainOfDamage } from '../support/say.ts';

interface RetentionOptions extends CommonOptions {
  readonly messageDays?: number;
  readonly dayDays?: number;
}

interface RunOptions extends RetentionOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

/** `outlay retention` and `outlay retention run` */
export function addRetention(program: Command): void {
  const command = program
    .command('retention')
    .description('How long detail is kept, and what would be summed up now.');
  withLengths(command).action(async (options: RetentionOptions) => {
    await show(environmentOf(options), options, '');
  });
  const run = command
    .command('run')
    .description('Sum up now what is old enough; sums stay as they are.')
    .option('--yes', 'do it; without, only what would be summed up is shown')
    .option('--dry-run', 'only show what would be summed up');
  withLengths(run).action(async (_: RunOptions, own: Command) => {
    // Options of the same names stand with the command above too.
    await sumUp(own.optsWithGlobals<RunOptions>());
  });
}

function withLengths(command: Command): Command {
  return withCommonOptions(command)
    .option('--message-days <days>', 'keep single messages so long', wholeNumber)
    .option('--day-days <days>', 'keep days so long', wholeNumber);
}

/** What is asked about must not be done by the way. */
function environmentOf(options: CommonOptions): Environment {
  const environment = findEnvironment(options);
  return { ...environment, indexer: { ...environment.indexer, retention: undefined } };
}

async function sumUp(options: RunOptions): Promise<void> {
  const environment = environmentOf(options);
  const named = options.messageDays !== undefined && options.dayDays !== undefined;
  if (options.dryRun) return show(environment, options, '');
  if (!options.yes || !(environment.settings.retention.enabled || named)) {
    const remedy = named
      ? 'add --yes to sum up.'
      : environment.settings.retention.enabled
        ? 'add --yes to sum up.'
        : 'switch outlay.retention.enabled on, or name --message-days and --day-days; and add --yes.';
    await show(environment, options, `Nothing is changed: ${remedy}`);
    // A program that forgot --yes must not take the answer for a run.
    process.exitCode = 2;
    return;
  }
  const retention = lengthsOf(environment, options);
  const freshness = await bringUpToDate(environment);
  const now = Date.now();
  const plan = { ...retention, zone: environment.zone, marksFile: marksFile(environment.folder) };
  const { messages, days, months } = await sumUpStore(
    environment.storeFile,
    plan,
    now,
    complainOfDamage,
  );
  const done = { messages, days, months };
  const question = { retention, limits: limitsAt(now, plan), done, remedy: '' };
  const document = withContext(environment, freshness, (context) =>
    retentionReport(context, question),
  );
  if (!options.quiet) print(environment, document);
}

async function show(
  environment: Environment,
  options: RetentionOptions,
  remedy: string,
): Promise<void> {
  const retention = lengthsOf(environment, options);
  const freshness = await bringUpToDate(environment);
  const document = withContext(environment, freshness, (context) => {
    const limits = limitsAt(context.now, { ...retention, zone: context.zone });
    return retentionReport(context, { retention, limits, done: undefined, remedy });
  });
  print(environment, document);
}

/** The lengths as set, or as named on the command line. */
function lengthsOf(environment: Environment, options: RetentionOptions): RetentionSettings {
  const set = environment.settings.retention;
  const messageDays = options.messageDays ?? set.messageDays;
  const dayDays = options.dayDays ?? Math.max(messageDays, set.dayDays);
  if (messageDays < fewestMessageDays) {
    throw new HumanError(
      'usage',
      `--message-days ${messageDays} is too few: it must be ${fewestMessageDays} or more.`,
    );
  }
  if (dayDays < messageDays) {
    throw new HumanError(
      'usage',
      `--day-days ${dayDays} is too few: it must not be fewer than the ${messageDays} days of single messages.`,
    );
  }
  return { enabled: set.enabled, messageDays, dayDays };
}
