import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Root } from '../../agents/agentLog.ts';
import { clientPrices, folderProblem } from '../../agents/registry.ts';
import { budgetsWithProjects, type InForce } from '../../budgets/budgetsInForce.ts';
import { companyBudgets } from '../../budgets/company.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import {
  captureFolder,
  dataFolder,
  homeFolder,
  importedHosts,
  resolveStorePath,
} from '../../dataFolder/paths.ts';
import { readConfig } from '../../dataFolder/readConfig.ts';
import { type Peers, readPeers } from '../../dataFolder/readPeers.ts';
import { readPools } from '../../dataFolder/team/poolFile.ts';
import { telemetryFile } from '../../dataFolder/telemetryFile.ts';
import { marksFile, readTimeTags } from '../../dataFolder/timeTagFile.ts';
import { isZone, type Zone } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { planOf } from '../../model/retention.ts';
import type { Catalogue } from '../../pricing/catalogue.ts';
import { clientModels, extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook, type RateBook } from '../../pricing/priceBook.ts';
import type { ProjectPlace } from '../../query/projects.ts';
import type { Labels } from '../../settings/labels.ts';
import { type MergedOverrides, mergeOverrides } from '../../settings/priceOverrides.ts';
import type { UserSettings } from '../../settings/settings.ts';
import { isOff } from '../../text/onOff.ts';
import type { IndexerConfig } from '../../watchers/messages.ts';
import { configuredRoots, rootsConfig } from '../../watchers/scanRoots.ts';
import { now } from './clock.ts';
import type { CommonOptions } from './options.ts';

/** Where everything is and what the user wishes, found out once for a command. */
export interface Environment {
  readonly options: CommonOptions;
  readonly folder: string;
  readonly settings: UserSettings;
  /** The zone asked for, else the user's. */
  readonly zone: Zone;
  readonly prices: MergedOverrides;
  /** The catalogue with what Claude Code itself knows beside it. */
  readonly catalogue: Catalogue;
  readonly book: RateBook;
  readonly storeFile: string;
  readonly indexer: IndexerConfig;
  readonly roots: readonly Root[];
  readonly labels: Labels;
  readonly peers: Peers;
  /** Those that hold whatever the store says; with the project file of the current folder. */
  readonly budgets: readonly BudgetEntry[];
  /** The same with those of project files. */
  readonly budgetsOf: (projects: readonly ProjectPlace[]) => InForce;
  readonly problems: readonly string[];
  /** Why nothing is to be read now, or undefined. */
  readonly switchedOff: string | undefined;
}

/** Reads settings, prices and places for a command. */
export function findEnvironment(options: CommonOptions): Environment {
  const folder = dataFolder();
  const configDirs = options.configDir ?? [];
  const stored = readConfig(join(folder, 'config.json'));
  const { settings, problems } = stored;
  const budgetsOf = budgetsWithProjects({
    settings,
    stored,
    variable: process.env.COST_BUDGET_USD,
    folders: [process.cwd()],
    pools: readPools(folder),
    company: companyBudgets(folder, now()),
    now: now(),
  });
  const inForce = budgetsOf([]);
  const prices = mergeOverrides({
    setting: settings.priceOverrides,
    file: settings.priceFile === '' ? '' : resolve(settings.priceFile),
    dataFolder: folder,
  });
  const storeFile = resolveStorePath({
    option: options.store,
    configDirs,
    setting: settings.storePath,
  });
  const machine = { env: process.env, home: homeFolder(), captureFolder: captureFolder() };
  const places = rootsConfig(settings, configDirs, machine, importedHosts(folder));
  const roots = configuredRoots(places);
  const models = clientModels(clientPrices(roots, places));
  const catalogue = extendCatalogue(models);
  const indexer: IndexerConfig = {
    ...places,
    storeFile,
    mode: 'once',
    role: 'terminal',
    priceOverrides: prices.data,
    clientModels: models,
    storeTitles: settings.storeTitles,
    retention: planOf(settings.retention, settings.zone, marksFile(folder)),
    telemetryFile: telemetryFile(folder),
    polling: settings.polling,
    paused: false,
  };
  const { marks, problems: markProblems } = readTimeTags(folder);
  return {
    options,
    folder,
    settings,
    zone: zoneOf(options, settings),
    prices,
    catalogue,
    book: createPriceBook(prices.overrides, catalogue),
    storeFile,
    indexer,
    roots,
    labels: { ...settings.labels, marks },
    budgets: inForce.budgets,
    budgetsOf,
    peers: readPeers(folder, process.env),
    problems: [
      ...problems,
      ...inForce.problems,
      ...markProblems,
      ...prices.problems,
      ...rootProblems(roots),
    ],
    switchedOff: switchedOff(settings),
  };
}

function zoneOf({ timeZone }: CommonOptions, settings: UserSettings): Zone {
  if (timeZone === undefined) return settings.zone;
  if (timeZone !== '' && isZone(timeZone)) return timeZone;
  throw new HumanError(
    'usage',
    `There is no time zone ${JSON.stringify(timeZone)}. Write one such as Europe/Berlin or UTC.`,
  );
}

/** Problems of some roots; an error when a named one is not there or none can be read. */
function rootProblems(roots: readonly Root[]): string[] {
  const missing = roots.find(({ path, source }) => source === 'option' && !existsSync(path));
  if (missing !== undefined) {
    throw new HumanError('usage', `There is no folder ${missing.path} (--config-dir).`);
  }
  const unreadable = roots.flatMap(({ logFolder: projects, exists }) => {
    const code = exists ? folderProblem(projects) : undefined;
    return code === undefined ? [] : [`The transcripts in ${projects} cannot be read (${code}).`];
  });
  if (unreadable.length > 0 && unreadable.length === roots.length) {
    throw new HumanError('files', unreadable.join(' '));
  }
  return unreadable;
}

function switchedOff({ enabled }: UserSettings): string | undefined {
  if (!enabled) return 'Outlay is switched off by the setting outlay.enabled: nothing new is read.';
  const wish = (process.env.ENABLE_COST_TRACKING ?? '').trim().toLowerCase();
  return isOff(wish)
    ? `Outlay is switched off by ENABLE_COST_TRACKING=${wish}: nothing new is read.`
    : undefined;
}
