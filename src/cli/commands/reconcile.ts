import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { HumanError } from '../../model/errors.ts';
import { readInvoice } from '../../reports/proof/invoice.ts';
import { reconcile } from '../../reports/proof/reconcile.ts';
import { answer } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';

interface ReconcileOptions extends CommonOptions {
  readonly invoice: string;
  readonly dayColumn?: string;
  readonly modelColumn?: string;
  readonly usdColumn?: string;
}

const help = `
The file is a cost report in CSV, as the vendor's console exports it: a UTC day, a model and dollars a line.

Examples:
  outlay reconcile --invoice costs.csv                       by day and model
  outlay reconcile --invoice costs.csv --usd-column amount   where the dollars stand in another column
  outlay reconcile --invoice costs.csv --format csv          for a spreadsheet`;

/** `outlay reconcile` */
export function addReconcile(program: Command): void {
  const command = program
    .command('reconcile')
    .description('Set what was billed beside our list price, by day and model.')
    .requiredOption('--invoice <file>', 'the vendor’s cost report in CSV')
    .option('--day-column <name>', 'the column with the UTC day')
    .option('--model-column <name>', 'the column with the model')
    .option('--usd-column <name>', 'the column with the dollars')
    .addHelpText('after', help);
  withCommonOptions(command).action(async (options: ReconcileOptions) => {
    const { dayColumn: day, modelColumn: model, usdColumn: usd } = options;
    const invoice = readInvoice(textOf(options.invoice), options.invoice, { day, model, usd });
    await answer(findEnvironment(options), (context) => reconcile(context, invoice));
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(resolve(file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError(
      code === 'ENOENT' ? 'usage' : 'files',
      `${file} cannot be read (${code}).`,
    );
  }
}
