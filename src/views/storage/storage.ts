import { l10n } from 'vscode';
import { dataFolder, resolveStorePath } from '../../dataFolder/paths.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import type { ReportDocuments } from '../core/readonlyDocuments.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { formatOf } from '../text/format.ts';
import { backUpTo } from './backup.ts';
import { moveTo, useStore } from './move.ts';
import { removalDetail, removeFiles } from './removeAll.ts';
import { resetDetail, resetLoss, resetNow } from './reset.ts';
import { type StorageInputs, storageText } from './storagePage.ts';
import { storedFiles } from './storedFiles.ts';

/** Says what Outlay keeps, where and why, with links to what can be done about it. */
export async function showStorage(model: SpendModel, reports: ReportDocuments): Promise<void> {
  const markdown = await describeStorage(model);
  await reports.show(l10n.t('Outlay: What Is Stored, and Where'), markdown);
}

/** The page as Markdown. It is about the user's own store, in the demo as well. */
export async function describeStorage(model: SpendModel): Promise<string> {
  const { settings } = model.spend;
  const store = resolveStorePath({ setting: settings.storePath });
  const facts: StorageInputs = {
    ...keptIn(store),
    // Asked on another thread: it looks for every transcript on disk.
    loss: await model.runTask<'loss'>({ kind: 'loss', file: store, roots: readRoots(settings) }),
    files: storedFiles(store, dataFolder()),
    storesTitles: settings.storeTitles,
    retention: settings.retention,
  };
  return storageText(facts, formatOf(settings));
}

function keptIn(
  store: string,
): Pick<StorageInputs, 'kept' | 'firstAt' | 'lastAt' | 'summedUpBefore'> {
  const db = openForReading(store);
  if (db === undefined) return { kept: undefined, firstAt: null, lastAt: null, summedUpBefore: 0 };
  try {
    const kept = new StoreReader(db).kept();
    const { firstAt, lastAt } = kept;
    return { kept, firstAt, lastAt, summedUpBefore: downsampledUpTo(db).messages };
  } finally {
    db.close();
  }
}

/** What the dialogs start once they are answered: for tests, where nobody answers. */
export const storageWork = {
  describeStorage,
  backUpTo,
  moveTo,
  useStore,
  resetLoss,
  resetDetail,
  resetNow,
  storedFiles,
  removalDetail,
  removeFiles,
} as const;
