import { homedir } from 'node:os';
import { join } from 'node:path';
import { commands, env, l10n, UIKind, Uri, window } from 'vscode';
import { dayOf } from '../../model/calendar.ts';
import type { CopiedStore } from '../../store/upkeep/copyStore.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { messages, sessions } from '../text/counts.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { busyWith, guarded, notHere } from './guard.ts';

/** Asks for a file and writes a copy of the store there. */
export function backUpStore(model: SpendModel): Promise<void> {
  return guarded(model, async () => {
    await askAndBackUp(model);
  });
}

/** Asks where to, and copies; true when a backup was made. */
export async function askAndBackUp(model: SpendModel): Promise<boolean> {
  const name = `outlay-${dayOf(Date.now(), model.spend.settings.zone)}.db`;
  const target = await window.showSaveDialog({
    defaultUri: Uri.file(join(homedir(), name)),
    filters: { [l10n.t('SQLite database')]: ['db'] },
    saveLabel: l10n.t('Back Up'),
    title: l10n.t('Back up the store'),
  });
  if (target === undefined) return false;
  if (target.scheme !== 'file') throw notHere();
  const copied = await busyWith(l10n.t('Backing up the store…'), () =>
    backUpTo(model, target.fsPath),
  );
  inBackground(tellBackup(model, target, copied));
  return true;
}

/** Writes a consistent, private copy of the store; a file of that name gives way. */
export function backUpTo(model: SpendModel, file: string): Promise<CopiedStore> {
  return model.runTask<'copy'>({ kind: 'copy', from: model.storeFile, to: file, replace: true });
}

async function tellBackup(model: SpendModel, target: Uri, copied: CopiedStore): Promise<void> {
  const format = formatOf(model.spend.settings);
  // Only a window on this very machine has a file manager to show it in.
  const local = env.uiKind === UIKind.Desktop && env.remoteName === undefined;
  const reveal = local ? l10n.t('Reveal') : l10n.t('Copy Path');
  const picked = await window.showInformationMessage(
    l10n.t(
      'Backed up {0} of {1} to {2}.',
      messages(copied.messages, format),
      sessions(copied.sessions, format),
      plainUiText(target.fsPath),
    ),
    reveal,
  );
  if (picked === undefined) return;
  if (local) await commands.executeCommand('revealFileInOS', target);
  else await env.clipboard.writeText(target.fsPath);
}
