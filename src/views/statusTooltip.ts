import { formatPercent } from '../model/level.ts';
import { formatUsd } from '../model/money.ts';
import { formatTokens, totalTokens } from '../model/tokens.ts';
import type { Figure, Overview } from '../reports/overview.ts';
import { formatOf } from './format.ts';
import { escapeMarkdown } from './markdown.ts';
import type { Spend } from './spendModel.ts';
import { findsNothing, storeProblem } from './statusText.ts';

export interface TooltipContext {
  readonly locale: string;
  readonly now: number;
  /** Day the price catalogue was last checked, and its age in days. */
  readonly catalogueDate: string;
  readonly catalogueDays: number;
  /** Name of the remote this window works on, '' on this machine itself. */
  readonly remote: string;
}

/** Commands a link in the tooltip may run. */
export const tooltipCommands = [
  'outlay.rescan',
  'outlay.pause',
  'outlay.resume',
  'outlay.showLog',
  'outlay.setPrice',
  'outlay.setDailyBudget',
  'outlay.openSettings',
  'outlay.explainNoTranscripts',
  'outlay.showDiagnostics',
] as const;

/** The rich tooltip: the figures, what they are not, and what can be done. */
export function tooltipMarkdown(spend: Spend, context: TooltipContext): string {
  const { overview, settings } = spend;
  const lines: string[] = [stateLine(spend)];
  if (overview !== undefined && !findsNothing(spend)) {
    lines.push(figureTable(spend, overview, context));
    lines.push(...notes(overview, context));
  }
  const worth =
    settings.billing === 'subscription'
      ? 'Worth at list price; a subscription pays no token price. '
      : '';
  const old =
    context.catalogueDays > settings.warnAfterDays
      ? ` $(warning) These prices are ${context.catalogueDays} days old: update Outlay.`
      : '';
  const place = context.remote === '' ? '' : ` Counted on ${escapeMarkdown(context.remote)}.`;
  lines.push(`${worth}Estimate at list prices of ${context.catalogueDate}.${old}${place}`);
  lines.push(links(spend));
  return lines.filter((line) => line !== '').join('\n\n');
}

function stateLine(spend: Spend): string {
  const { indexer, settings } = spend;
  const scope = settings.scope === 'workspace' ? 'this workspace' : 'everything on this machine';
  const problem = storeProblem(spend);
  if (problem !== '') return `$(error) **Store unavailable.** ${escapeMarkdown(problem)}`;
  switch (indexer.kind) {
    case 'paused':
      return '$(debug-pause) **Paused.** New transcripts are not read until you resume.';
    case 'indexing':
      return `$(sync~spin) **Reading transcripts:** ${megabytes(indexer.done)} of ${megabytes(indexer.total)} MB, newest first.`;
    default:
      return findsNothing(spend)
        ? `**No transcripts found.** ${escapeMarkdown(spend.roots.map(({ path }) => path).join(', '))} has none yet.`
        : `**Claude Code spend** · ${scope}`;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

function figureTable(spend: Spend, overview: Overview, context: TooltipContext): string {
  const { locale } = context;
  const usd = (nano: number): string => formatUsd(nano, { locale });
  const rows: [string, string, string][] = [];
  const period = (name: string, figure: Figure, more = ''): void => {
    const tokens = formatTokens(totalTokens(figure.sums));
    const detail = `${figure.sums.messages} messages · ${tokens} tokens${more}`;
    rows.push([name, usd(figure.total), detail]);
  };
  const budget = (limit: number, share: number): string =>
    ` · ${formatPercent(share)} of ${usd(limit)}`;
  const { dailyBudget: daily, monthlyBudget: monthly, session } = overview;
  period(
    'Today',
    overview.today,
    daily && spend.settings.scope === 'all' ? budget(daily.limit, daily.share) : '',
  );
  period('Week', overview.week);
  period(
    'Month',
    overview.month,
    monthly && spend.settings.scope === 'all' ? budget(monthly.limit, monthly.share) : '',
  );
  const hour = overview.lastHour.total;
  rows.push(['Last hour', usd(hour), hour === 0 ? '' : `${usd(hour * 24)} a day at that rate`]);
  if (session !== undefined) {
    const { summary, live } = session;
    const name = summary.title === null ? summary.sid.slice(0, 8) : escapeMarkdown(summary.title);
    const state = live ? 'live' : formatOf(spend.settings).age(context.now - summary.writtenAt);
    rows.push(['Session', usd(session.total), `${name} · ${state}`]);
  }
  if (overview.cacheShare !== undefined) {
    rows.push([
      'Cache',
      formatPercent(overview.cacheShare),
      'of today’s prompt tokens were read from the cache',
    ]);
  }
  const body = rows.map(
    ([name, figure, detail]) => `| ${name}&nbsp;&nbsp; | **${figure}** | &nbsp;&nbsp;${detail} |`,
  );
  return ['| | | |', '|:--|--:|:--|', ...body].join('\n');
}

/** What the figures do not tell by themselves. */
function notes(overview: Overview, context: TooltipContext): string[] {
  const usd = (nano: number): string => formatUsd(nano, { locale: context.locale });
  const { today, unpricedToday, session } = overview;
  const found: string[] = [];
  if (today.background > 0) {
    found.push(
      `$(circle-outline) Background ${usd(today.background)} today: Claude Code’s own total has it, no message explains it (titles, compaction, permission checks).`,
    );
  }
  for (const { model, messages } of unpricedToday.slice(0, 3)) {
    const argument = encodeURIComponent(JSON.stringify([model]));
    const name = escapeMarkdown(model);
    const count = `${messages} ${messages === 1 ? 'message' : 'messages'}`;
    found.push(
      `$(question) Unpriced: ${count} of ${name}, not in the figures. [Set a price for ${name}…](command:outlay.setPrice?${argument})`,
    );
  }
  if (today.sums.lower > 0) {
    found.push(
      `$(arrow-up) At least: ${today.sums.lower} of today’s messages never recorded their final output count.`,
    );
  }
  if (today.sums.client > 0) {
    found.push(
      `$(info) ${today.sums.client} of today’s messages are priced from Claude Code’s own totals.`,
    );
  }
  if (overview.rejectedLines > 0) {
    const lines = overview.rejectedLines === 1 ? 'line' : 'lines';
    found.push(
      `$(warning) ${overview.rejectedLines} ${lines} of transcripts could not be used. [Which?](command:outlay.showDiagnostics)`,
    );
  }
  if (session !== undefined) found.push(reconciliation(session, usd));
  return [found.filter((line) => line !== '').join('  \n')];
}

function reconciliation(
  session: NonNullable<Overview['session']>,
  usd: (nano: number) => string,
): string {
  const { nano, background, clientUsd, unconfirmed, irreconcilable } = session.summary;
  if (clientUsd === null)
    return '$(circle-outline) Session: Claude Code has not written its own total yet.';
  const says = usd(Math.round(clientUsd * 1e9));
  if (irreconcilable) {
    return `$(info) Session: Claude Code says ${says}, which cannot be reconciled: it goes on from another session’s total that was never written.`;
  }
  const open = unconfirmed > 0 ? `, ${usd(unconfirmed)} not yet confirmed` : '';
  return `$(pass) Session: messages ${usd(nano)} + background ${usd(background)}; Claude Code says ${says}${open}.`;
}

function links(spend: Spend): string {
  const list: [string, string][] = [];
  const { indexer } = spend;
  if (findsNothing(spend)) list.push(['Where does Outlay look?', 'outlay.explainNoTranscripts']);
  if (indexer.kind === 'paused') list.push(['Resume', 'outlay.resume']);
  else if (indexer.kind !== 'unavailable') list.push(['Pause', 'outlay.pause']);
  list.push(['Rescan', 'outlay.rescan']);
  if (spend.overview?.dailyBudget === undefined)
    list.push(['Set a daily budget…', 'outlay.setDailyBudget']);
  list.push(['Settings', 'outlay.openSettings'], ['Log', 'outlay.showLog']);
  return list.map(([label, command]) => `[${label}](command:${command})`).join(' · ');
}
