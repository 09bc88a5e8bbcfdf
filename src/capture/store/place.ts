import { join, resolve } from 'node:path';
import { clientPrices } from '../../agents/registry.ts';
import {
  captureFolder,
  dataFolder,
  homeFolder,
  importedHosts,
  resolveStorePath,
} from '../../dataFolder/paths.ts';
import { readConfig } from '../../dataFolder/readConfig.ts';
import { noPeers } from '../../dataFolder/readPeers.ts';
import { clientModels, extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook, type RateBook } from '../../pricing/priceBook.ts';
import type { ReportContext } from '../../query/context.ts';
import { withReportContext } from '../../query/openContext.ts';
import { mergeOverrides } from '../../settings/priceOverrides.ts';
import type { UserSettings } from '../../settings/settings.ts';
import { indexOnce } from '../../watchers/indexOnce.ts';
import type { IndexerConfig } from '../../watchers/messages.ts';
import { configuredRoots, rootsConfig } from '../../watchers/scanRoots.ts';

/** Where captured calls and the store are, and what a person has set. */
interface Place {
  readonly settings: UserSettings;
  readonly book: RateBook;
  readonly indexer: IndexerConfig;
  /** The root of the calls. */
  readonly account: string;
  readonly problems: readonly string[];
}

function findPlace(): Place {
  const data = dataFolder();
  const { settings, problems } = readConfig(join(data, 'config.json'));
  const prices = mergeOverrides({
    setting: settings.priceOverrides,
    file: settings.priceFile === '' ? '' : resolve(settings.priceFile),
    dataFolder: data,
  });
  const folder = captureFolder();
  const machine = { env: process.env, home: homeFolder(), captureFolder: folder };
  const everything = rootsConfig(settings, [], machine, importedHosts(data));
  // The same prices as everywhere: others would price the whole store anew.
  const models = clientModels(clientPrices(configuredRoots(everything), machine));
  const places = rootsConfig(settings, [folder], machine, importedHosts(data));
  return {
    settings,
    book: createPriceBook(prices.overrides, extendCatalogue(models)),
    account: configuredRoots(places)[0]!.path,
    problems: [...problems, ...prices.problems],
    indexer: {
      ...places,
      storeFile: resolveStorePath({ setting: settings.storePath }),
      mode: 'once',
      role: 'terminal',
      priceOverrides: prices.data,
      clientModels: models,
      storeTitles: settings.storeTitles,
      polling: settings.polling,
      paused: false,
    },
  };
}

/**
 * Reads the calls that are new into the store, nothing else, and answers with what `report` makes of it. Only the calls
 * count. While another program is the store's writer, what it has not read yet is missing, which the notes say.
 */
export async function askStore<T>(report: (context: ReportContext) => T): Promise<T> {
  const { settings, book, indexer, account, problems } = findPlace();
  const outcome = await indexOnce(indexer, book.revision);
  const { missing } = outcome;
  const behind =
    missing === undefined
      ? []
      : [`Another program is still reading ${missing.transcripts} files: figures may be too low.`];
  return withReportContext(
    {
      storeFile: indexer.storeFile,
      book,
      settings,
      zone: settings.zone,
      now: Date.now(),
      accounts: [account],
      problems: [...problems, ...behind],
      behind: behind.length > 0,
      labels: { ...settings.labels, marks: [] },
      budgets: () => ({ budgets: [], problems: [] }),
      peers: noPeers,
      home: indexer.home,
      dataFolder: dataFolder(),
      git: null,
    },
    report,
  );
}
