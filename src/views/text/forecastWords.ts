import { l10n } from 'vscode';
import type { PeriodForecast } from '../../query/forecast/forecast.ts';
import type { Format } from './format.ts';

/** Where a period ends: "on track for $121 ($112–$134)". */
export function onTrackText(
  { nano, band }: Pick<PeriodForecast, 'nano' | 'band'>,
  format: Format,
  now: number,
): string {
  const about = (amount: number): string => format.aboutMoney(amount, now);
  if (band === undefined) return l10n.t('on track for {0}', about(nano));
  return l10n.t(
    'on track for {0} ({1})',
    about(nano),
    format.aboutMoneyRange(band.low, band.high, now),
  );
}

/** Where its end lies: "$112–$134 in 19 of 20 cases"; '' where nothing can be said. */
export function rangeText(
  { band }: Pick<PeriodForecast, 'band'>,
  format: Format,
  now: number,
): string {
  if (band === undefined) return '';
  return l10n.t('{0} in 19 of 20 cases', format.aboutMoneyRange(band.low, band.high, now));
}
