import { join } from 'node:path';
import { budgetsWithProjects } from '../budgets/budgetsInForce.ts';
import { companyBudgets } from '../budgets/company.ts';
import { readConfig } from '../dataFolder/readConfig.ts';
import { readPeers } from '../dataFolder/readPeers.ts';
import { readPools } from '../dataFolder/team/poolFile.ts';
import { readTimeTags } from '../dataFolder/timeTagFile.ts';
import type { CatalogueModel } from '../pricing/catalogue.ts';
import { extendCatalogue } from '../pricing/clientModels.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import type { ContextInputs } from '../query/openContext.ts';
import { mergeOverrides } from '../settings/priceOverrides.ts';
import type { UserSettings } from '../settings/settings.ts';

/** Where and when a question is asked on another thread, and under which settings. Plain data. */
export interface TaskOrigin {
  readonly storeFile: string;
  readonly dataFolder: string;
  /** Where decisions on insights, budgets and kept summaries are: the data folder, but for the demo. */
  readonly keptFolder: string;
  readonly settings: UserSettings;
  /** Models the catalogue does not know and Claude Code has a price of. */
  readonly clientModels: readonly CatalogueModel[];
  /** UTC milliseconds. */
  readonly now: number;
  readonly home: string;
  /** What is wrong with the settings, one sentence each. */
  readonly problems: readonly string[];
  /** Folders of the window: their project files count before anything was spent in them. */
  readonly folders: readonly string[];
  /** Only sessions of these accounts count; all without it. */
  readonly accounts?: readonly string[];
  /** What is new is not read yet, so that figures may be too low. */
  readonly behind?: boolean;
}

/** What such a question's context is made of: prices, marks and budgets are read from their files. */
export function contextParts({
  settings,
  clientModels,
  dataFolder,
  keptFolder,
  now,
  storeFile,
  home,
  problems: known,
  folders,
  accounts,
  behind = false,
}: TaskOrigin): ContextInputs {
  const prices = mergeOverrides({
    setting: settings.priceOverrides,
    file: settings.priceFile,
    dataFolder,
  });
  const { marks, problems } = readTimeTags(dataFolder);
  const stored = readConfig(join(keptFolder, 'config.json'));
  const isDemo = keptFolder !== dataFolder;
  const variable = isDemo ? undefined : process.env.COST_BUDGET_USD;
  return {
    storeFile,
    book: createPriceBook(prices.overrides, extendCatalogue(clientModels)),
    settings,
    zone: settings.zone,
    now,
    accounts,
    behind,
    budgets: budgetsWithProjects({
      settings,
      stored,
      variable,
      folders: isDemo ? [] : folders,
      pools: isDemo ? undefined : readPools(dataFolder),
      company: isDemo ? [] : companyBudgets(dataFolder, now),
      now,
    }),
    peers: readPeers(dataFolder, process.env),
    problems: [...known, ...prices.problems, ...problems],
    labels: { ...settings.labels, marks },
    home,
    dataFolder: keptFolder,
    git: null,
    folder: folders[0],
  };
}
