import { basename } from 'node:path';
import { commands, l10n, window } from 'vscode';
import { readInstalls } from '../../dataFolder/guardInstalls.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { carryOut, exactFile, planOff } from '../../exact/install.ts';
import { carryOutUninstall, planUninstall } from '../../guard/install/installFiles.ts';
import { makeChange, uninstallChange } from '../../statusline/install.ts';
import { installFile } from '../../statusline/installRecord.ts';
import { sizeText } from '../../text/byteSize.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { Launcher } from '../launcher/launcher.ts';
import { guarded, inUse, notDeleted, userOf } from './guard.ts';
import { deleteEmptyFolders, deleteFiles, type StoredFile, storedFiles } from './storedFiles.ts';

/** Files a dialog names one by one; the rest is counted. */
const mostNamed = 15;

/** Who keeps something outside of the files. */
export interface Keepers {
  readonly model: SpendModel;
  readonly launcher: Pick<Launcher, 'remove'>;
  readonly alerts: { forgetSecrets(): Promise<void> };
  readonly gateway: { forget(): Promise<void> };
}

/** Lists what would be deleted, deletes it if confirmed, and offers to uninstall. */
export function removeAll(keepers: Keepers): Promise<void> {
  const { model } = keepers;
  return guarded(model, async () => {
    const files = storedFiles(model.storeFile, dataFolder());
    const remove = l10n.t('Delete These Files');
    const picked = await window.showWarningMessage(
      l10n.t('Remove everything Outlay has stored?'),
      { modal: true, detail: removalDetail(files) },
      remove,
    );
    if (picked !== remove) return;
    await removeFiles(keepers, files);
    await offerToUninstall();
  });
}

/** What is deleted and what is not, for the dialog that asks. */
export function removalDetail(files: readonly StoredFile[]): string {
  const named = files.slice(0, files.length > mostNamed ? mostNamed - 1 : mostNamed);
  const more = files.length - named.length;
  const exact = exactFile(dataFolder());
  return [
    ...named.map(({ path, bytes }) => `${path} (${sizeText(bytes)})`),
    ...(more > 0 ? [l10n.t('and {0} more files in the same folders', String(more))] : []),
    '',
    ...(files.some(({ path }) => path.endsWith(basename(installFile(''))))
      ? [l10n.t('Claude Code’s status line is restored to what it was before Outlay’s.'), '']
      : []),
    l10n.t(
      'What was read from transcripts that Claude Code has since deleted cannot be read again.',
    ),
    '',
    ...readInstalls(dataFolder()).map(({ file }) =>
      l10n.t('The guard is uninstalled from {0}.', file),
    ),
    ...(exact === undefined ? [] : [l10n.t('Exact mode is switched off in {0}.', exact)]),
    l10n.t('Addresses and keys you gave Outlay are deleted from VS Code’s secret storage.'),
    l10n.t(
      'Transcripts stay. So do your Outlay settings: VS Code keeps them in settings.json even when the extension is uninstalled.',
    ),
  ].join('\n');
}

/**
 * Closes the store until the window is reloaded, deletes the files that were agreed to and the secrets the
 * editor keeps, and takes the command `outlay` off the PATH. Refuses while another process would make the
 * store again.
 */
export async function removeFiles(
  { model, launcher, alerts, gateway }: Keepers,
  agreed: readonly StoredFile[],
): Promise<void> {
  const store = model.storeFile;
  const folder = dataFolder();
  await model.close();
  const user = await userOf(store);
  if (user !== undefined) {
    await model.whileClosed(async () => undefined);
    throw inUse(store, user);
  }
  // What Claude Code starts at every step is about to go.
  for (const { file } of readInstalls(folder)) {
    carryOutUninstall(planUninstall(file, folder), folder);
  }
  // Nobody is left to receive what Claude Code tells of its requests.
  const exact = planOff(folder);
  if (exact !== undefined) carryOut(exact, folder);
  const paths = new Set(agreed.map(({ path }) => path));
  if (paths.has(installFile(folder))) {
    // Claude Code must not go on starting what is deleted.
    const change = uninstallChange(folder);
    if (change !== undefined) makeChange(change, folder);
  }
  launcher.remove();
  await alerts.forgetSecrets();
  await gateway.forget();
  // SQLite's log comes and goes with those who look into the store.
  const present = storedFiles(store, folder).filter(
    ({ path }) => paths.has(path) || paths.has(path.replace(/-(wal|shm)$/, '')),
  );
  const failed = await deleteFiles(present.map(({ path }) => path));
  await deleteEmptyFolders(folder);
  if (failed.length > 0) throw notDeleted(failed);
}

async function offerToUninstall(): Promise<void> {
  const uninstall = l10n.t('Uninstall');
  const reload = l10n.t('Reload Window');
  const picked = await window.showInformationMessage(
    l10n.t(
      'Outlay has removed what it stored. Uninstall the extension, or reload the window to start over.',
    ),
    uninstall,
    reload,
  );
  if (picked === uninstall) {
    await commands.executeCommand('workbench.extensions.uninstallExtension', 'outlay.outlay');
  } else if (picked === reload) {
    await commands.executeCommand('workbench.action.reloadWindow');
  }
}
