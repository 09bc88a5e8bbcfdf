import {
  ConfigurationTarget,
  commands,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { formatPercent } from '../model/level.ts';
import { formatUsd } from '../model/money.ts';
import { commandIds } from './commandIds.ts';
import type { SpendModel } from './spendModel.ts';

interface Action extends QuickPickItem {
  readonly command?: string;
}

/** What a click on the status bar opens: the figures once more, and what can be done. */
export async function showMenu(model: SpendModel): Promise<void> {
  const { overview, indexer } = model.spend;
  const items: Action[] = [];
  if (overview !== undefined) {
    const figures: [string, number, string][] = [
      [
        'Today',
        overview.today.total,
        overview.dailyBudget
          ? `${formatPercent(overview.dailyBudget.share)} of the daily budget`
          : '',
      ],
      ['Week', overview.week.total, ''],
      [
        'Month',
        overview.month.total,
        overview.monthlyBudget
          ? `${formatPercent(overview.monthlyBudget.share)} of the monthly budget`
          : '',
      ],
    ];
    for (const [label, total, detail] of figures) {
      items.push({ label: `${label}  ${formatUsd(total)}`, description: detail });
    }
    items.push({ label: 'Actions', kind: QuickPickItemKind.Separator });
  }
  if (indexer.kind === 'paused')
    items.push({ label: '$(debug-start) Resume', command: commandIds.resume });
  else items.push({ label: '$(debug-pause) Pause', command: commandIds.pause });
  items.push(
    { label: '$(refresh) Rescan transcripts', command: commandIds.rescan },
    { label: '$(dashboard) Set a daily budget…', command: commandIds.setDailyBudget },
  );
  if (model.unpricedModels().length > 0) {
    items.push({
      label: '$(question) Set a price for an unpriced model…',
      command: commandIds.setPrice,
    });
  }
  items.push(
    { label: '$(pulse) Diagnostics', command: commandIds.showDiagnostics },
    { label: '$(gear) Settings', command: commandIds.openSettings },
    { label: '$(output) Show log', command: commandIds.showLog },
  );
  const picked = await window.showQuickPick(items, { title: 'Outlay: Claude Code spend' });
  if (picked?.command !== undefined) await commands.executeCommand(picked.command);
}

/** Says where Outlay looked and offers the ways out. */
export async function explainNoTranscripts(model: SpendModel): Promise<void> {
  const places = model.spend.roots.map(
    ({ path, exists, transcripts }) =>
      `${path} (${exists ? `${transcripts} transcripts` : 'no projects folder yet'})`,
  );
  const choose = 'Choose a folder…';
  const rescan = 'Rescan';
  const picked = await window.showInformationMessage(
    `Outlay looked for Claude Code transcripts in ${places.join(' and ') || 'no folder'}. They appear as soon as Claude Code runs on this machine. If its configuration is elsewhere, choose that folder.`,
    choose,
    rescan,
  );
  if (picked === rescan) model.rescan();
  if (picked !== choose) return;
  const folders = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Read transcripts here',
    title: 'Claude Code’s configuration folder (the one that has "projects" in it)',
  });
  const folder = folders?.[0];
  if (folder === undefined) return;
  await workspace
    .getConfiguration('outlay')
    .update('roots', [folder.fsPath], ConfigurationTarget.Global);
}
