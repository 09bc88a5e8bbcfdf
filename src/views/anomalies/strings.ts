import { l10n } from 'vscode';
import type { AnomaliesStrings } from '../../protocol/anomalies.ts';

/** The own texts of the panel of anomalies; `{0}` is filled in by the page. */
export function anomaliesStrings(): AnomaliesStrings {
  return {
    compare: l10n.t('Compare'),
    session: l10n.t('Sessions'),
    message: l10n.t('Messages'),
    day: l10n.t('Days'),
    period: l10n.t('Period'),
    sevenDays: l10n.t('7 days'),
    thirtyDays: l10n.t('30 days'),
    ninetyDays: l10n.t('90 days'),
    all: l10n.t('All time'),
    scale: l10n.t('Scale'),
    linear: l10n.t('Linear'),
    logarithmic: l10n.t('Logarithmic'),
    project: l10n.t('Project'),
    everything: l10n.t('All'),
    median: l10n.t('usual {0}'),
    threshold: l10n.t('up to {0}'),
    lowest: l10n.t('from {0}'),
    kind: l10n.t('Kind'),
    usual: l10n.t('usual'),
    outlier: l10n.t('stands out'),
    low: l10n.t('Low'),
    high: l10n.t('High'),
    burn: l10n.t('Burn Rate'),
    dashboard: l10n.t('Dashboard'),
  };
}
