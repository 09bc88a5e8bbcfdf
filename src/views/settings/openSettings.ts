import { commands, env, l10n, type QuickPickItem, window } from 'vscode';

const query = '@ext:outlay.outlay';

/**
 * Opens Outlay's settings. A window that works on another machine keeps those about that machine on a
 * tab of its own: which one is meant is asked there.
 */
export async function openSettings(): Promise<void> {
  if (env.remoteName === undefined) {
    await commands.executeCommand('workbench.action.openSettings', { query });
    return;
  }
  const items: (QuickPickItem & { command: string })[] = [
    {
      label: l10n.t('Figures, Budgets and Alerts'),
      description: l10n.t('the same on every machine'),
      command: 'workbench.action.openSettings',
    },
    {
      label: l10n.t('Prices, Folders, Store, Guard and Channels'),
      description: l10n.t('of the machine this window works on'),
      command: 'workbench.action.openRemoteSettings',
    },
  ];
  const picked = await window.showQuickPick(items, { title: l10n.t('Outlay: Settings') });
  if (picked !== undefined) await commands.executeCommand(picked.command, { query });
}
