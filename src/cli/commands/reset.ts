import type { Command } from 'commander';
import { resetReport } from '../../reports/upkeep/reset.ts';
import { backupsOf } from '../../store/connection/backups.ts';
import { emptyStore, lossOf } from '../../watchers/storeTasks.ts';
import { asStored, bringUpToDate, print, withContext } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';
import { complainOfDamage } from '../support/say.ts';

interface ResetOptions extends CommonOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

/** `outlay reset` */
export function addReset(program: Command): void {
  const command = program
    .command('reset')
    .description('Empty the store and read the transcripts again; they stay as they are.')
    .option('--yes', 'do it; without, only what would be lost is shown')
    .option('--dry-run', 'only show what would be lost');
  withCommonOptions(command).action(reset);
}

async function reset(options: ResetOptions): Promise<void> {
  const environment = findEnvironment(options);
  const { storeFile, roots } = environment;
  const folders = roots.map(({ path }) => path);
  const loss = await lossOf(storeFile, folders, complainOfDamage);
  const done = options.yes === true && options.dryRun !== true && loss !== undefined;
  let freshness = asStored;
  if (done) {
    await emptyStore(storeFile, 'terminal', complainOfDamage);
    freshness = await bringUpToDate(environment);
  }
  const document = withContext(environment, freshness, (context) =>
    resetReport(context, {
      store: storeFile,
      loss,
      done,
      backups: backupsOf(storeFile).length,
      remedy: 'add --yes to reset.',
    }),
  );
  if (!options.quiet || !done) print(environment, document);
  // A program that forgot --yes must not take the answer for a reset.
  if (!done && loss !== undefined && !options.dryRun) process.exitCode = 2;
}
