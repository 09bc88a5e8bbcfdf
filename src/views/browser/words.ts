import { l10n } from 'vscode';
import type { DataPanelName } from '../../protocol/panels.ts';

/** What the pages of `outlay serve` are called; a session's is reached from the others. */
export function pageTitles(): Readonly<Record<DataPanelName, string>> {
  return {
    dashboard: l10n.t('Dashboard'),
    budgets: l10n.t('Budgets'),
    burn: l10n.t('Burn Rate'),
    anomalies: l10n.t('Anomalies'),
  };
}

/** What the pages are, where an app is installed. */
export function appDescription(): string {
  return l10n.t('What Claude Code costs');
}

/** Texts of what only a browser needs; `{0}` is filled in by the page. */
export function browserWords(): Readonly<Record<string, string>> {
  return {
    token: l10n.t('Paste the token of `outlay serve`, or open the address it printed.'),
    open: l10n.t('Open'),
    lost: l10n.t('The server does not answer. It is tried again.'),
    elsewhere: l10n.t('This is done in the editor, or in a terminal: {0}'),
    copied: l10n.t('Copied.'),
    noText: l10n.t('Words of transcripts are shown in the editor only.'),
  };
}
