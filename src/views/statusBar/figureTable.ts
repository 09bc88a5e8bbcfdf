import { l10n } from 'vscode';
import { type BudgetShare, wholeBudget } from '../../budgets/budgetShares.ts';
import type { Figure, Overview } from '../../budgets/overview.ts';
import { appendAll } from '../../model/lists.ts';
import { totalTokens } from '../../model/tokens.ts';
import type { PeriodForecast } from '../../query/forecast/forecast.ts';
import { budgetNames, leftOfText, leftText, ofLimitText } from '../budgets/words.ts';
import type { Spend } from '../core/spend.ts';
import { onTrackText } from '../text/forecastWords.ts';
import { type Format, formatOf } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { titleText } from '../text/names.ts';
import { officialRows } from '../text/officialShares.ts';

/** The figures of the tooltip as a Markdown table: name, figure, what it is made of. */
export function figureTable(spend: Spend, overview: Overview, now: number): string {
  const format = formatOf(spend.settings);
  const row = (name: string, figure: string, detail: string): string =>
    `| ${name.replaceAll(' ', '&nbsp;')}&nbsp;&nbsp; | **${figure.replaceAll(' ', '&nbsp;')}** | &nbsp;&nbsp;${detail} |`;
  const rows = ['| | | |', '|:--|--:|:--|'];
  const { forecasts } = overview;
  const ahead = (forecast: PeriodForecast): string =>
    forecasts.evident && forecast.spent > 0 ? onTrackText(forecast, format, now) : '';
  const period = (name: string, figure: Figure, end: string, share?: BudgetShare): void => {
    const detail = [usageText(figure, format), ...(end === '' ? [] : [end])];
    if (share !== undefined) {
      detail.push(leftOfText(share, format));
    }
    rows.push(row(name, format.brief(figure.shown), detail.join(' · ')));
  };
  const official = officialRows(spend.official, now, format).map(({ name, figure, detail }) =>
    row(name, figure, detail),
  );
  const subscribes = spend.settings.billing === 'subscription';
  // A plan's windows are what a subscriber runs out of; they are the client's own figures.
  if (subscribes) appendAll(rows, official);
  // What is left of a budget beside a figure that counts less than the budget does would mislead.
  const beside = (kind: 'day' | 'week' | 'month'): BudgetShare | undefined =>
    spend.settings.scope === 'all' ? wholeBudget(overview, kind) : undefined;
  const said = [beside('day'), beside('week'), beside('month')];
  period(l10n.t('Today'), overview.today, ahead(forecasts.day), said[0]);
  period(l10n.t('Week'), overview.week, '', said[1]);
  period(l10n.t('Month'), overview.month, ahead(forecasts.month), said[2]);
  const { lastHour, session, cacheShare } = overview;
  rows.push(row(l10n.t('Last hour'), format.brief(lastHour.shown), ''));
  if (session !== undefined) {
    const { summary, live } = session;
    const state = live ? l10n.t('live') : format.age(now - summary.endedAt);
    const detail = `${escapeMarkdown(titleText(summary))} · ${state}`;
    rows.push(row(l10n.t('Session'), format.brief(session.shown), detail));
  }
  if (cacheShare !== undefined) {
    const words = l10n.t('of today’s prompt tokens were read from the cache');
    rows.push(row(l10n.t('Cache'), format.share(cacheShare), words));
  }
  for (const [name, figure, detail] of budgetRows(overview, spend, said)) {
    rows.push(row(name, figure, detail));
  }
  if (!subscribes) appendAll(rows, official);
  return rows.join('\n');
}

/** Every other budget: its name, what is spent of it, what is left. */
function budgetRows(
  overview: Overview,
  { settings }: Spend,
  said: readonly (BudgetShare | undefined)[],
): [string, string, string][] {
  const format = formatOf(settings);
  const context = { format, now: overview.at, zone: settings.zone };
  const all = overview.budgets.map(({ entry }) => ({ entry, part: '' }));
  const names = budgetNames(all, context);
  return overview.budgets
    .map((budget, index) => ({ budget, name: names[index]! }))
    .filter(({ budget }) => !said.includes(budget))
    .slice(0, mostRows)
    .map(({ budget, name }) => [
      escapeMarkdown(name),
      ofLimitText(budget, format),
      l10n.t('budget, {0}', leftText(budget, format)),
    ]);
}

/** Budgets the tooltip lists, the worst first; the view of budgets has all. */
const mostRows = 5;

function usageText({ sums }: Figure, format: Format): string {
  const tokens = format.tokens(totalTokens(sums));
  return sums.messages === 1
    ? l10n.t('1 message · {0} tokens', tokens)
    : l10n.t('{0} messages · {1} tokens', format.count(sums.messages), tokens);
}
