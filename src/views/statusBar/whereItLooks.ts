import {
  ConfigurationTarget,
  commands,
  l10n,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { commandIds } from '../core/commandIds.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { findsNothing } from '../core/storeState.ts';
import { transcripts } from '../text/counts.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';

interface Item extends QuickPickItem {
  readonly run?: () => unknown;
}

/** Lists where Outlay looks, with what it finds there, and the ways out. */
export async function showWhereItLooks(model: SpendModel): Promise<void> {
  const { spend } = model;
  const run = (command: string): (() => unknown) => {
    return () => commands.executeCommand(command);
  };
  const items: Item[] = [
    ...places(spend),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: `$(folder-opened) ${l10n.t('Choose a Folder…')}`, run: chooseFolder },
    { label: `$(refresh) ${l10n.t('Look Again')}`, run: run(commandIds.rescan) },
    {
      label: `$(question) ${l10n.t('Why No Costs Are Shown')}`,
      run: () => commands.executeCommand(commandIds.help, 'costs'),
    },
  ];
  if (findsNothing(spend) && !spend.demo) {
    items.push({ label: `$(beaker) ${l10n.t('Open Demo')}`, run: run(commandIds.openDemo) });
  }
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Where Outlay Looks'),
    placeHolder: findsNothing(spend)
      ? l10n.t('Transcripts appear as soon as Claude Code runs on this machine')
      : l10n.t('Claude Code’s transcripts on this machine'),
  });
  await picked?.run?.();
}

function places({ roots, settings }: Spend): Item[] {
  const format = formatOf(settings);
  if (roots.length === 0) return [{ label: l10n.t('No folder of Claude Code is known') }];
  return roots.map(({ path, exists, transcripts: count }) => ({
    label: plainUiText(path),
    description: exists ? transcripts(count, format) : l10n.t('no "projects" folder in it yet'),
  }));
}

async function chooseFolder(): Promise<void> {
  const folders = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: l10n.t('Read transcripts here'),
    title: l10n.t('Claude Code’s configuration folder (the one that contains "projects")'),
  });
  const folder = folders?.[0];
  if (folder === undefined) return;
  await workspace
    .getConfiguration('outlay')
    .update('roots', [folder.fsPath], ConfigurationTarget.Global);
}
