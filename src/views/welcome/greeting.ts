import { l10n } from 'vscode';
import type { Format } from '../text/format.ts';

/** The first sentence on a machine: what was found, and what it comes to. Amounts are as shown. */
export function greeting(sessions: number, month: number, whole: number, format: Format): string {
  if (month > 0) {
    const money = format.brief(month);
    return sessions === 1
      ? l10n.t('Outlay found 1 session: {0} this month.', money)
      : l10n.t('Outlay found {0} sessions: {1} this month.', format.count(sessions), money);
  }
  const money = format.brief(whole);
  return sessions === 1
    ? l10n.t('Outlay found 1 session: {0}, and nothing this month.', money)
    : l10n.t(
        'Outlay found {0} sessions: {1} in all, and nothing this month.',
        format.count(sessions),
        money,
      );
}
