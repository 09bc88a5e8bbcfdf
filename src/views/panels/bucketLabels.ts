import { l10n } from 'vscode';
import type { BucketUnit } from '../../panels/parts/timeBuckets.ts';

/** What a chart of spend over time is called, by what a bar of it stands for. */
export function spendBy(unit: BucketUnit): string {
  switch (unit) {
    case 'hour':
      return l10n.t('Spend by hour');
    case 'day':
      return l10n.t('Spend by day');
    case 'week':
      return l10n.t('Spend by week');
    case 'month':
      return l10n.t('Spend by month');
  }
}
