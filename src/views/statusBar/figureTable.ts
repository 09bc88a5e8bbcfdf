import { l10n } from 'vscode';
import type { BudgetShare, OtherShare, ProjectShare } from '../../budgets/budgetShares.ts';
import type { Figure, Overview } from '../../budgets/overview.ts';
import { appendAll } from '../../model/lists.ts';
import { totalTokens } from '../../model/tokens.ts';
import { budgetAmount, budgetTitle } from '../budgets/budgetLabels.ts';
import type { Spend } from '../core/spendModel.ts';
import { type Format, formatOf } from '../text/format.ts';
import { levelWord } from '../text/levels.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { titleText } from '../text/names.ts';
import { officialRows } from '../text/officialShares.ts';

/** The figures of the tooltip as a Markdown table: name, figure, what it is made of. */
export function figureTable(spend: Spend, overview: Overview, now: number): string {
  const format = formatOf(spend.settings);
  const row = (name: string, figure: string, detail: string): string =>
    `| ${name}&nbsp;&nbsp; | **${figure}** | &nbsp;&nbsp;${detail} |`;
  const rows = ['| | | |', '|:--|--:|:--|'];
  const period = (name: string, figure: Figure, share?: BudgetShare): void => {
    const detail = [usageText(figure, format)];
    // A share of the budget beside a figure that counts less than the budget does would mislead.
    if (share !== undefined && spend.settings.scope === 'all') {
      detail.push(budgetText(share, overview.at, format));
    }
    rows.push(row(name, format.brief(figure.shown), detail.join(' · ')));
  };
  const official = officialRows(spend.official, now, format).map(({ name, figure, detail }) =>
    row(name, figure, detail),
  );
  const subscribes = spend.settings.billing === 'subscription';
  // A plan's windows are what a subscriber runs out of; they are the client's own figures.
  if (subscribes) appendAll(rows, official);
  period(l10n.t('Today'), overview.today, overview.dailyBudget);
  period(l10n.t('Week'), overview.week);
  period(l10n.t('Month'), overview.month, overview.monthlyBudget);
  const { lastHour, session, cacheShare } = overview;
  const rate =
    lastHour.shown === 0 ? '' : l10n.t('{0} a day at that rate', format.shown(lastHour.shown * 24));
  rows.push(row(l10n.t('Last hour'), format.brief(lastHour.shown), rate));
  if (session !== undefined) {
    const { summary, live } = session;
    const state = live ? l10n.t('live') : format.age(now - summary.endedAt);
    const detail = `${escapeMarkdown(titleText(summary))} · ${state}`;
    rows.push(row(l10n.t('Session'), format.brief(session.shown), detail));
  }
  if (cacheShare !== undefined) {
    const words = l10n.t('of today’s prompt tokens were read from the cache');
    rows.push(row(l10n.t('Cache'), format.percent(cacheShare), words));
  }
  for (const project of overview.projectBudgets) {
    const words = projectText(project, overview.at, format);
    if (words !== '') rows.push(row(l10n.t('Project'), escapeMarkdown(project.name), words));
  }
  for (const other of overview.otherBudgets) {
    const title = escapeMarkdown(budgetTitle(other.budget, ''));
    rows.push(row(l10n.t('Budget'), title, otherWords(other, format)));
  }
  if (!subscribes) appendAll(rows, official);
  return rows.join('\n');
}

function otherWords({ budget, limit, share, level }: OtherShare, format: Format): string {
  const words = l10n.t(
    '{0} of {1}',
    format.percent(share),
    budgetAmount(budget.unit, limit, format),
  );
  const word = levelWord(level);
  return word === '' ? words : `${words}, ${word}`;
}

/** A project's own budgets: so much of the day's, so much of the month's. */
function projectText({ daily, monthly }: ProjectShare, at: number, format: Format): string {
  const parts: string[] = [];
  const add = (words: string, { level }: BudgetShare): void => {
    const word = levelWord(level);
    parts.push(word === '' ? words : `${words}, ${word}`);
  };
  if (daily !== undefined) {
    const limit = format.money(daily.limit, at);
    add(l10n.t('{0} of {1} today', format.percent(daily.share), limit), daily);
  }
  if (monthly !== undefined) {
    const limit = format.money(monthly.limit, at);
    add(l10n.t('{0} of {1} this month', format.percent(monthly.share), limit), monthly);
  }
  return parts.join(' · ');
}

function usageText({ sums }: Figure, format: Format): string {
  const tokens = format.tokens(totalTokens(sums));
  return sums.messages === 1
    ? l10n.t('1 message · {0} tokens', tokens)
    : l10n.t('{0} messages · {1} tokens', format.count(sums.messages), tokens);
}

function budgetText({ share, limit }: BudgetShare, at: number, format: Format): string {
  return l10n.t('{0} of {1}', format.percent(share), format.money(limit, at));
}
