import { l10n } from 'vscode';
import type { OfficialShare, OfficialShares, WindowName } from '../../dataFolder/clientReports.ts';
import { windowNames } from '../../dataFolder/clientReports.ts';
import type { Format } from './format.ts';

/** What Claude Code said of a plan's window or a spend limit, in words. */
export interface OfficialRow {
  readonly window: WindowName;
  readonly name: string;
  readonly figure: string;
  /** When it begins anew, and how old the figure is. */
  readonly detail: string;
  /** 0 … 1, and above. */
  readonly share: number;
}

/** The rows of what is known, the window of five hours first. Nothing here is our own figure. */
export function officialRows(
  shares: OfficialShares | undefined,
  now: number,
  format: Format,
): OfficialRow[] {
  if (shares === undefined) return [];
  return windowNames.flatMap((window) => {
    const share = shares.windows[window];
    return share === undefined ? [] : [rowOf(window, share, shares.at, now, format)];
  });
}

function rowOf(
  window: WindowName,
  { share, resetsAt, usedUsd, limitUsd }: OfficialShare,
  at: number,
  now: number,
  format: Format,
): OfficialRow {
  const detail: string[] = [];
  if (usedUsd !== undefined && limitUsd !== undefined) {
    const dollars = (usd: number): string => format.dollars(Math.round(usd * 1e9));
    detail.push(l10n.t('{0} of {1}', dollars(usedUsd), dollars(limitUsd)));
  }
  if (resetsAt !== undefined) {
    const today = format.day(resetsAt) === format.day(now);
    const when = today ? format.time(resetsAt) : format.dateTime(resetsAt);
    detail.push(l10n.t('starts again at {0}', when));
  }
  detail.push(l10n.t('reported by Claude Code {0}', format.age(now - at)));
  return {
    window,
    name: nameOf(window),
    figure: format.percent(share),
    detail: detail.join(' · '),
    share,
  };
}

function nameOf(window: WindowName): string {
  switch (window) {
    case 'five_hour':
      return l10n.t('Plan, 5 hours');
    case 'seven_day':
      return l10n.t('Plan, week');
    case 'spend_limit':
      return l10n.t('Spend limit');
  }
}
