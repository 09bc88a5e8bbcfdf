import { l10n } from 'vscode';
import type { DashboardFigures } from '../../panels/dashboard.ts';
import type { DashboardQuestion } from '../../protocol/dashboard.ts';
import type { Format } from '../text/format.ts';

/** What the period is called in a heading or a sentence. */
export function periodName(
  { period }: DashboardQuestion,
  format: Format,
  { span }: Pick<DashboardFigures, 'span'>,
): string {
  switch (period) {
    case 'today':
      return l10n.t('today');
    case '7d':
      return l10n.t('last 7 days');
    case '30d':
      return l10n.t('last 30 days');
    case 'month':
      return l10n.t('this month');
    case 'all':
      return l10n.t('all time');
    case 'custom':
      return span === undefined ? '' : format.dayRange(span.from, span.to - 1);
  }
}
