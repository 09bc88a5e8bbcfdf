import { l10n } from 'vscode';
import type { BurnStrings } from '../../protocol/burn.ts';

/** The burn panel's own texts; `{0}` is filled in by the page. */
export function burnStrings(): BurnStrings {
  return {
    period: l10n.t('Period'),
    today: l10n.t('Today'),
    week: l10n.t('7 days'),
    month: l10n.t('Month'),
    project: l10n.t('Project'),
    everything: l10n.t('All'),
    step: l10n.t('When'),
    usual: l10n.t('Usual'),
    usualLine: l10n.t('usual'),
    usualStep: l10n.t('— usual'),
    running: l10n.t('Running total'),
    now: l10n.t('Now'),
    onTrack: l10n.t('On track'),
    budgetLine: l10n.t('Budget'),
    budgetHint: l10n.t('at the pace of the last 7 days'),
    budget: l10n.t('Budget'),
    used: l10n.t('Used'),
    left: l10n.t('Left'),
    likely: l10n.t('Likely at the end'),
    usedUp: l10n.t('Outlook'),
    anomalies: l10n.t('Anomalies'),
    dashboard: l10n.t('Dashboard'),
  };
}
