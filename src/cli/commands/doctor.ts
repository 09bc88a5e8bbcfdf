import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { membershipFile } from '../../dataFolder/team/membership.ts';
import { doctorReport } from '../../reports/upkeep/doctor.ts';
import { indexReport } from '../../reports/upkeep/indexing.ts';
import { workersReport } from '../../reports/upkeep/workers.ts';
import { answer, bringUpToDate, print, withContext } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { machineInfo } from '../support/machine.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';

/** `outlay doctor` */
export function addDoctor(program: Command, version: string): void {
  const command = program
    .command('doctor')
    .description('Where Outlay looks, what it could not use, how old prices are, who writes.');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    const environment = findEnvironment(options);
    await answer(environment, (context) =>
      doctorReport(context, machineInfo(environment, version, context)),
    );
  });
}

/** `outlay workers` */
export function addWorkers(program: Command): void {
  const command = program
    .command('workers')
    .description('Who writes the store, and the last run and result of each background job.');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    await answer(findEnvironment(options), workersReport);
  });
}

/** `outlay index` */
export function addIndex(program: Command): void {
  const command = program.command('index').description('Read what is new in the transcripts.');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    const environment = findEnvironment(options);
    const started = Date.now();
    const freshness = await bringUpToDate(environment);
    const { outcome } = freshness;
    const facts = outcome && { ...outcome, tookMs: Date.now() - started, roots: environment.roots };
    const document = withContext(environment, freshness, (context) => indexReport(context, facts));
    if (!options.quiet) print(environment, document);
    if (existsSync(membershipFile(environment.folder))) {
      await (await import('./team/figures.ts')).pushBehind(environment);
    }
  });
}
