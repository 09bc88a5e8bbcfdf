import { l10n } from 'vscode';
import type { DashboardInputs } from './inputs.ts';

type Asked = Pick<DashboardInputs, 'question' | 'figures' | 'format'>;

/** What the period is called as a heading. */
export function periodLabel({ question, figures, format }: Asked): string {
  switch (question.period) {
    case 'today':
      return l10n.t('Today');
    case '7d':
      return l10n.t('Last 7 days');
    case '30d':
      return l10n.t('Last 30 days');
    case 'month':
      return l10n.t('This month');
    case 'all':
      return l10n.t('All time');
    case 'custom': {
      const { span } = figures;
      return span === undefined ? '' : format.days(span.from, span.to - 1);
    }
  }
}
