import { join } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import { budgetsInForce } from './budgetFile.ts';
import { readConfig, type UserSettings } from './config.ts';
import { reportDefinitions } from './definitions.ts';
import type { Format, Verdict } from './document.ts';
import { readMarks } from './marksFile.ts';
import { withReportContext } from './openContext.ts';
import { readPeers } from './peers.ts';
import { mergeOverrides } from './priceOverrides.ts';
import { type RawOptions, readQuestion } from './question.ts';
import { render } from './render.ts';

/** A report to be made on another thread. Plain data. */
export interface ReportTask {
  /** Name of the definition. */
  readonly name: string;
  /** What was chosen, by flag name. */
  readonly raw: RawOptions;
  readonly format: Format;
  readonly storeFile: string;
  readonly dataFolder: string;
  readonly settings: UserSettings;
  /** UTC milliseconds. */
  readonly now: number;
  readonly home: string;
  readonly problems: readonly string[];
}

export interface ReportResult {
  readonly title: string;
  readonly text: string;
  readonly verdict: Verdict | undefined;
}

/** Makes a report, the same the terminal prints. */
export function runReport(task: ReportTask): ReportResult {
  const { settings, dataFolder, now } = task;
  const definition = reportDefinitions.find(({ name }) => name === task.name);
  if (definition === undefined) {
    const known = reportDefinitions.map(({ name }) => name).join(', ');
    throw new HumanError('usage', `There is no report ${JSON.stringify(task.name)}: use ${known}.`);
  }
  const prices = mergeOverrides({
    setting: settings.priceOverrides,
    file: settings.priceFile,
    dataFolder,
  });
  const { marks, problems } = readMarks(dataFolder);
  const { budgets: stored } = readConfig(join(dataFolder, 'config.json'));
  const inForce = budgetsInForce(settings, stored, process.env.COST_BUDGET_USD);
  const facts = {
    storeFile: task.storeFile,
    book: createPriceBook(prices.overrides),
    settings,
    zone: settings.zone,
    now,
    accounts: undefined,
    budgets: inForce.budgets,
    peers: readPeers(dataFolder, process.env),
    problems: [...task.problems, ...inForce.problems, ...prices.problems, ...problems],
    labels: { ...settings.labels, marks },
    home: task.home,
    dataFolder,
    git: null,
  };
  return withReportContext(facts, (context) => {
    const document = definition.run(context, readQuestion(definition, task.raw, context));
    const forPeople = task.format === 'table' || task.format === 'markdown';
    const zone = forPeople ? settings.zone : 'UTC';
    const text = render(document, task.format, { colour: false, zone });
    return { title: document.title, text, verdict: document.verdict };
  });
}
