import { formatAbout, formatAboutRange, nanoToUsd } from '../../model/money.ts';
import type { Forecasts, PeriodForecast } from '../../query/forecast/forecast.ts';

/** Where today and this month lead, in a sentence; none where nothing was spent, or too little is known. */
export function forecastSentences({ day, month, evident }: Forecasts): string[] {
  if (!evident || month.spent <= 0) return [];
  const ends = [
    ...(day.spent > 0 ? [`${onTrack(day)} today`] : []),
    `${onTrack(month)} this month`,
  ];
  return [`On track for ${ends.join(' and ')}.`];
}

function onTrack({ nano, band }: PeriodForecast): string {
  const about = formatAbout(nano);
  return band === undefined ? about : `${about} (${formatAboutRange(band.low, band.high)})`;
}

/** The same for programs. */
export function forecastJson({ day, week, month, rate, days }: Forecasts): object {
  const usd = (nano: number): number => nanoToUsd(Math.round(nano));
  const end = ({ span, spent, nano, band }: PeriodForecast): object => ({
    until: new Date(span.to).toISOString(),
    spent_usd: usd(spent),
    projected_usd: usd(nano),
    low_usd: band === undefined ? null : usd(band.low),
    high_usd: band === undefined ? null : usd(band.high),
  });
  return {
    rate_usd_per_day: usd(rate),
    days,
    today: end(day),
    week: end(week),
    month: end(month),
  };
}
