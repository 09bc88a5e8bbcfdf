import { resolve } from 'node:path';
import type { Command } from 'commander';
import { HumanError } from '../../model/errors.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { parsePriceOverrides } from '../../pricing/parseOverrides.ts';
import { createPriceBook } from '../../pricing/priceBook.ts';
import type { ReportContext } from '../../query/context.ts';
import { priceChangeReport, priceEffect, pricesReport } from '../../reports/upkeep/prices.ts';
import {
  importedPricesFile,
  mergeOverrides,
  readPriceFile,
  writeOverrides,
} from '../../settings/priceOverrides.ts';
import { safeJson } from '../../text/plainText.ts';
import { asStored, bringUpToDate, type Freshness, print, withContext } from '../support/answer.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';

interface YesOptions extends CommonOptions {
  readonly yes?: true;
}

interface PricesOptions extends CommonOptions {
  readonly all?: true;
}

const yesText = 'write it; without, only what would change is shown';

/** `outlay prices` and `outlay prices import FILE` */
export function addPrices(program: Command): void {
  const prices = program
    .command('prices')
    .description('The prices in force, your own included.')
    .addHelpText('after', '\n"outlay prices import FILE" sets prices of your own.');
  prices.option('--all', "other vendors' models too that no message is of");
  withCommonOptions(prices).action((options: PricesOptions) => {
    const environment = findEnvironment(options);
    const report = (context: ReportContext) => pricesReport(context, options.all === true);
    print(environment, withContext(environment, asStored, report));
  });
  const command = prices
    .command('import')
    .description('Set prices of your own from a JSON file; an earlier import is replaced.')
    .argument('<file>', '{ "models": { "glm-4.7": { "input": 0.6, "output": 2.2 } } }')
    .option('--yes', yesText);
  withCommonOptions(command).action((file: string, _options: YesOptions, self: Command) =>
    importPrices(file, self.optsWithGlobals<YesOptions>()),
  );
}

/** `outlay reprice` */
export function addReprice(program: Command): void {
  const command = program
    .command('reprice')
    .description('What the prices in force would change in what is stored.')
    .option('--yes', yesText);
  withCommonOptions(command).action(reprice);
}

async function importPrices(file: string, options: YesOptions): Promise<void> {
  const path = resolve(file);
  const data = readPriceFile(path);
  const { overrides, problems } = parsePriceOverrides(data);
  if (overrides.rows.length === 0 && overrides.multiplier === undefined) {
    const why = problems.length > 0 ? problems.join(' ') : 'It names no model and no multiplier.';
    throw new HumanError('config', `Nothing in ${path} can be used. ${why}`);
  }
  const environment = findEnvironment(options);
  const { settings, folder, catalogue } = environment;
  const accepted = writeOverrides(overrides);
  const after = createPriceBook(
    mergeOverrides({
      setting: settings.priceOverrides,
      file: settings.priceFile === '' ? '' : resolve(settings.priceFile),
      dataFolder: folder,
      imported: accepted,
    }).overrides,
    catalogue,
  );
  // The effect is measured before anything is written.
  const effectOf = (context: ReportContext) => priceEffect(context, after, environment.book);
  const effect = withContext(environment, asStored, effectOf);
  let notWritten = asStored;
  if (options.yes) {
    writeFileAtomically(importedPricesFile(folder), `${safeJson(accepted)}\n`, 0o600);
    notWritten = await applyPrices(findEnvironment(options));
  }
  const document = withContext(environment, notWritten, (context) =>
    priceChangeReport(context, {
      title: 'Prices of your own',
      effect,
      problems,
      written: options.yes === true,
      remedy: 'Nothing is written yet: add --yes to set these prices.',
    }),
  );
  print(environment, document);
}

async function reprice(options: YesOptions): Promise<void> {
  const environment = findEnvironment(options);
  const effect = withContext(environment, asStored, (context) =>
    priceEffect(context, environment.book, createPriceBook()),
  );
  // Words are about what differs from the list; without an effect they would only confuse.
  const words = effect.effects.length > 0 ? effect.words : [];
  const notWritten = options.yes ? await applyPrices(environment) : asStored;
  const document = withContext(environment, notWritten, (context) =>
    priceChangeReport(context, {
      title: 'Reprice',
      effect: { ...effect, words },
      problems: [],
      written: options.yes === true,
      remedy:
        'Nothing is written yet: add --yes, or let any other command do it when it reads what is new.',
    }),
  );
  print(environment, document);
}

/** Lets the indexer reprice everything; says so when another program does not let it. */
async function applyPrices(environment: Environment): Promise<Freshness> {
  const freshness = await bringUpToDate({
    ...environment,
    options: { ...environment.options, index: true },
  });
  const done = withContext(
    environment,
    asStored,
    ({ reader, book }) => reader.meta('priceRevision') === book.revision,
  );
  if (done) return freshness;
  const problem =
    'The store is not repriced yet: another program writes it and does so when it next starts.';
  return { ...freshness, problems: [...freshness.problems, problem] };
}
