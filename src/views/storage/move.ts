import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigurationTarget, l10n, window, workspace } from 'vscode';
import { dataFolder, resolveStorePath } from '../../dataFolder/paths.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { filesOfStore } from '../../store/connection/storeFiles.ts';
import { sizeText } from '../../text/byteSize.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { busyWith, guarded, inUse, notDeleted, notHere, userOf } from './guard.ts';
import { deleteFiles } from './storedFiles.ts';

/** Asks for a folder and moves the store there; then offers to delete the old files. */
export function moveStore(model: SpendModel): Promise<void> {
  return guarded(model, async () => {
    if (process.env.OUTLAY_STORE) {
      inBackground(
        window.showInformationMessage(
          l10n.t('The environment variable OUTLAY_STORE sets where the store is. Change it there.'),
        ),
      );
      return;
    }
    const folders = await window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: l10n.t('Move Here'),
      title: l10n.t('A local folder for the store'),
    });
    const folder = folders?.[0];
    if (folder === undefined) return;
    if (folder.scheme !== 'file') throw notHere();
    const old = model.storeFile;
    const target = join(folder.fsPath, basename(old));
    if (target === old) {
      inBackground(window.showInformationMessage(l10n.t('The store is already in that folder.')));
      return;
    }
    if (existsSync(target)) {
      if (await asksToUse(target)) await useStore(model, target);
      return;
    }
    await busyWith(l10n.t('Moving the store…'), () => moveTo(model, target));
    await offerToDelete(old, target);
  });
}

/** There is one already: it is used as it is, or nothing happens; never are two mixed. */
async function asksToUse(target: string): Promise<boolean> {
  // Throws, in words for a person, when it is no store of ours.
  openForReading(target)?.close();
  const use = l10n.t('Use That Store');
  const picked = await window.showWarningMessage(
    l10n.t('That folder already contains a store.'),
    {
      modal: true,
      detail: l10n.t(
        '{0} stays unchanged. Outlay can use it from now on; it lacks what only your present store knows, and your present store stays where it is.',
        target,
      ),
    },
    use,
  );
  return picked === use;
}

/** Uses a store that is there. */
export async function useStore(model: SpendModel, target: string): Promise<void> {
  await model.whileClosed(() => setStorePath(target));
}

/** Copies the store to a new place, and uses it from there once the copy has been checked. */
export async function moveTo(model: SpendModel, target: string): Promise<void> {
  await model.whileClosed(async () => {
    const from = model.storeFile;
    await model.runTask<'copy'>({ kind: 'copy', from, to: target, replace: false });
    try {
      await setStorePath(target);
    } catch (error) {
      // Nobody would ever look at it.
      rmSync(target, { force: true });
      throw error;
    }
  });
}

/** Every window, and through the mirrored settings the terminal, follows. */
async function setStorePath(target: string): Promise<void> {
  const usual = target === resolveStorePath({ env: { OUTLAY_DATA_DIR: dataFolder() } });
  await workspace
    .getConfiguration('outlay')
    .update('storePath', usual ? undefined : target, ConfigurationTarget.Global);
}

async function offerToDelete(old: string, target: string): Promise<void> {
  const files = filesOfStore(old);
  if (files.length === 0) return;
  const remove = l10n.t('Delete the Old Files');
  const picked = await window.showWarningMessage(
    l10n.t('The store has been moved and checked. Delete the old files?'),
    {
      modal: true,
      detail: [
        l10n.t('The store is {0} now.', target),
        '',
        ...files.map(({ path, bytes }) => `${path} (${sizeText(bytes)})`),
      ].join('\n'),
    },
    remove,
  );
  if (picked !== remove) return;
  const user = await userOf(old);
  if (user !== undefined) throw inUse(old, user);
  const failed = await deleteFiles(filesOfStore(old).map(({ path }) => path));
  if (failed.length > 0) throw notDeleted(failed);
}
