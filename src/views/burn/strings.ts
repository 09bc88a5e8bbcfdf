import { l10n } from 'vscode';
import type { BurnStrings, BurnUnit } from '../../protocol/burn.ts';

/** The burn panel's own texts; `{0}` is filled in by the page. */
export function burnStrings(): BurnStrings {
  return {
    unit: l10n.t('Length of a stretch'),
    hour: l10n.t('Hour'),
    day: l10n.t('Day'),
    week: l10n.t('Week'),
    project: l10n.t('Project'),
    everything: l10n.t('All'),
    threshold: l10n.t('Threshold'),
    bucket: l10n.t('Stretch'),
    latest: l10n.t('latest'),
    budgets: l10n.t('When budgets are used'),
    budget: l10n.t('Budget'),
    limit: l10n.t('Limit'),
    used: l10n.t('Used'),
    info: l10n.t('Info'),
    warning: l10n.t('Warning'),
    critical: l10n.t('Critical'),
    stop: l10n.t('Stop'),
    setBudget: l10n.t('Set a Budget'),
    anomalies: l10n.t('Anomalies'),
    dashboard: l10n.t('Dashboard'),
  };
}

/** The latest bucket of a length, as a heading. */
export function latestName(unit: BurnUnit): string {
  switch (unit) {
    case 'hour':
      return l10n.t('Last hour');
    case 'day':
      return l10n.t('Last 24 hours');
    case 'week':
      return l10n.t('Last 7 days');
  }
}
