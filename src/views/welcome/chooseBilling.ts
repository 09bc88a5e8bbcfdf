import { ConfigurationTarget, l10n, type QuickPickItem, window, workspace } from 'vscode';

interface Way extends QuickPickItem {
  readonly billing: 'api' | 'subscription';
}

/** Asks how Claude Code is paid for, and sets `outlay.billing` by the answer. */
export async function chooseBilling(): Promise<void> {
  const settings = workspace.getConfiguration('outlay');
  const now = settings.get('billing');
  const ways: Way[] = [
    {
      billing: 'subscription',
      label: l10n.t('Pro, Max, Team or Enterprise Plan'),
      detail: l10n.t(
        'Your plan’s windows come first; dollars show what the same work costs at list price.',
      ),
    },
    {
      billing: 'api',
      label: l10n.t('API Key, Pay per Token'),
      detail: l10n.t('Figures are estimates of your bill at list price.'),
    },
  ];
  const items = ways.map((way) =>
    way.billing === now ? { ...way, description: l10n.t('as it is now') } : way,
  );
  const picked = await window.showQuickPick(items, {
    title: l10n.t('How do you pay for Claude Code?'),
  });
  if (picked === undefined) return;
  await settings.update('billing', picked.billing, ConfigurationTarget.Global);
}
