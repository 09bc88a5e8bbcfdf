import { l10n } from 'vscode';
import { worstHere } from '../../budgets/budgetShares.ts';
import type { Overview } from '../../budgets/overview.ts';
import { alarmText, isAlarming } from '../budgets/alarm.ts';
import { budgetId } from '../budgets/words.ts';
import type { CommandId } from '../core/commandIds.ts';
import type { Spend } from '../core/spend.ts';
import { findsNothing, storeProblem } from '../core/storeState.ts';
import { withoutPrice } from '../text/counts.ts';
import { type Format, formatOf } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { oneLine } from '../text/names.ts';
import { figureTable } from './figureTable.ts';

/** What a tooltip says besides the figures. */
export interface TooltipContext {
  /** UTC milliseconds. */
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
  'outlay.openBudgets',
  'outlay.raiseBudgetToday',
  'outlay.openSettings',
  'outlay.explainNoTranscripts',
  'outlay.showDiagnostics',
  'outlay.openSession',
  'outlay.help',
  'outlay.openDemo',
  'outlay.closeDemo',
] as const satisfies readonly CommandId[];
type LinkCommand = (typeof tooltipCommands)[number];

/** The rich tooltip: the figures, what they are not, and what can be done. */
export function tooltipMarkdown(spend: Spend, context: TooltipContext): string {
  const { overview } = spend;
  const format = formatOf(spend.settings);
  const lines: string[] = [demoLine(spend), alarmLine(spend, format), stateLine(spend, format)];
  if (overview !== undefined && !findsNothing(spend)) {
    lines.push(figureTable(spend, overview, context.now));
    lines.push(notes(overview, format));
  }
  if (!findsNothing(spend)) lines.push(footer(spend, context, format));
  lines.push(links(spend));
  return lines.filter((line) => line !== '').join('\n\n');
}

/** A link that runs a command, with the text it gets as its argument. */
function link(label: string, command: LinkCommand, argument?: string): string {
  const query = argument === undefined ? '' : `?${encoded(JSON.stringify([argument]))}`;
  return `[${label}](command:${command}${query})`;
}

/** Inside the round brackets of a link, and more than addresses need: Markdown must see nothing. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~_]/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function demoLine({ demo }: Spend): string {
  if (!demo) return '';
  const words = l10n.t('**Demo.** These sessions are made up.');
  return `$(beaker) ${words} ${link(l10n.t('Close the demo'), 'outlay.closeDemo')}`;
}

/** The budget that is nearly used up, or is: which one, and why it says so. */
function alarmLine({ overview, settings }: Spend, format: Format): string {
  const budget = overview && worstHere(overview);
  if (overview === undefined || budget === undefined || !isAlarming(budget)) return '';
  const context = { format, now: overview.at, zone: settings.zone };
  return `$(warning) **${escapeMarkdown(alarmText(budget, context))}**`;
}

function stateLine(spend: Spend, format: Format): string {
  const { indexer, settings } = spend;
  const problem = storeProblem(spend);
  if (problem !== '') {
    return `$(error) ${l10n.t('**Store unavailable.** {0}', escapeMarkdown(problem))}`;
  }
  if (indexer.kind === 'paused') {
    return `$(debug-pause) ${l10n.t('**Paused.** New transcripts are not read until you resume.')}`;
  }
  if (indexer.kind === 'indexing') {
    const done = megabytes(indexer.done, format);
    const total = megabytes(indexer.total, format);
    return `$(sync~spin) ${l10n.t('**Reading transcripts:** {0} of {1} MB, newest first.', done, total)}`;
  }
  if (findsNothing(spend)) {
    const places = escapeMarkdown(spend.roots.map(({ path }) => path).join(', '));
    return l10n.t('**No transcripts found.** {0} has none yet.', places);
  }
  const title =
    settings.billing === 'subscription'
      ? l10n.t('**Claude Code’s work at list price**')
      : l10n.t('**Claude Code spend**');
  const scope =
    settings.scope === 'workspace'
      ? l10n.t('this workspace')
      : l10n.t('everything on this machine');
  return `${title} · ${scope}`;
}

function megabytes(bytes: number, format: Format): string {
  return format.number(bytes / 1e6, bytes < 1e7 ? 1 : 0);
}

/** What the figures do not tell by themselves. */
function notes(overview: Overview, format: Format): string {
  const { today, unpricedToday, session } = overview;
  const found: string[] = [];
  if (today.background > 0) {
    const background = format.cents(today.background, overview.at);
    found.push(
      `$(circle-outline) ${l10n.t('Claude Code’s overhead today: {0}. It is in Claude Code’s own total, but in no message (titles, compaction, permission checks).', background)}`,
    );
  }
  for (const { model, messages } of unpricedToday.slice(0, 3)) {
    found.push(`$(question) ${unpricedNote(model, messages, format)}`);
  }
  if (today.sums.lower > 0) {
    const text =
      today.sums.lower === 1
        ? l10n.t('At least: 1 of today’s messages lacks a final or readable count.')
        : l10n.t(
            'At least: {0} of today’s messages lack a final or readable count.',
            format.count(today.sums.lower),
          );
    found.push(`$(arrow-up) ${text}`);
  }
  if (today.sums.client > 0) {
    const text =
      today.sums.client === 1
        ? l10n.t('The cost of 1 of today’s messages comes from Claude Code’s own totals.')
        : l10n.t(
            'The cost of {0} of today’s messages comes from Claude Code’s own totals.',
            format.count(today.sums.client),
          );
    found.push(`$(info) ${text}`);
  }
  if (overview.rejectedLines > 0) {
    const text =
      overview.rejectedLines === 1
        ? l10n.t('1 transcript line could not be used.')
        : l10n.t('{0} transcript lines could not be used.', format.count(overview.rejectedLines));
    found.push(`$(warning) ${text} ${link(l10n.t('Which one?'), 'outlay.showDiagnostics')}`);
  }
  if (session !== undefined) found.push(reconciliation(session, format));
  return found.filter((note) => note !== '').join('  \n');
}

function unpricedNote(model: string, messages: number, format: Format): string {
  const name = escapeMarkdown(oneLine(model, 60));
  return `${withoutPrice(messages, name, format)} ${link(l10n.t('Set a price for {0}…', name), 'outlay.setPrice', model)}`;
}

/** How the session's messages and background come to what Claude Code says itself. */
function reconciliation(session: NonNullable<Overview['session']>, format: Format): string {
  const { nano, background, clientUsd, unconfirmed, irreconcilable, endedAt } = session.summary;
  const money = (nanoUsd: number): string => format.money(nanoUsd, endedAt);
  // It has none while it runs: that is as it should be.
  if (clientUsd === null) return '';
  const says = money(Math.round(clientUsd * 1e9));
  if (irreconcilable) {
    return `$(info) ${l10n.t('Session: Claude Code says {0}, which cannot be compared: it continues another session’s total that was never written.', says)}`;
  }
  const sum = l10n.t(
    'Session: messages {0} + overhead {1}; Claude Code says {2}',
    money(nano),
    money(background),
    says,
  );
  const open = unconfirmed > 0 ? `, ${l10n.t('{0} not yet confirmed', money(unconfirmed))}` : '';
  return `$(pass) ${sum}${open}.`;
}

function footer({ settings }: Spend, context: TooltipContext, format: Format): string {
  const parts: string[] = [];
  if (settings.billing === 'subscription') {
    parts.push(l10n.t('Value at list price; a subscription has no price per token.'));
  }
  parts.push(l10n.t('Estimate at list prices of {0}.', context.catalogueDate));
  if (context.catalogueDays > settings.warnAfterDays) {
    const days = format.count(context.catalogueDays);
    parts.push(`$(warning) ${l10n.t('These prices are {0} days old. Update Outlay.', days)}`);
  }
  if (settings.currency.code !== 'USD') {
    parts.push(l10n.t('Converted to {0} at your own rates.', settings.currency.code));
  }
  if (context.remote !== '') {
    parts.push(l10n.t('Counted on {0}.', escapeMarkdown(context.remote)));
  }
  return parts.join(' ');
}

function links(spend: Spend): string {
  const list: string[] = [];
  const { indexer, overview, demo } = spend;
  if (findsNothing(spend)) {
    list.push(link(l10n.t('Where does Outlay look?'), 'outlay.explainNoTranscripts'));
    if (!demo) list.push(link(l10n.t('Open the demo'), 'outlay.openDemo'));
    list.push(link(l10n.t('Help'), 'outlay.help'));
    return list.join(' · ');
  }
  const budget = overview && worstHere(overview);
  if (budget !== undefined && isAlarming(budget) && budget.entry.origin !== 'company') {
    const raise = 'outlay.raiseBudgetToday';
    list.push(link(l10n.t('Raise until midnight…'), raise, budgetId(budget.entry)));
  }
  if (overview?.session !== undefined)
    list.push(link(l10n.t('Open session'), 'outlay.openSession'));
  if (indexer.kind === 'paused') list.push(link(l10n.t('Resume'), 'outlay.resume'));
  else if (indexer.kind !== 'unavailable') list.push(link(l10n.t('Pause'), 'outlay.pause'));
  list.push(link(l10n.t('Rescan'), 'outlay.rescan'));
  list.push(
    overview === undefined || overview.budgets.length === 0
      ? link(l10n.t('Set a daily budget…'), 'outlay.setDailyBudget')
      : link(l10n.t('Budgets'), 'outlay.openBudgets'),
  );
  list.push(
    link(l10n.t('Settings'), 'outlay.openSettings'),
    link(l10n.t('Log'), 'outlay.showLog'),
    link(l10n.t('Help'), 'outlay.help'),
  );
  return list.join(' · ');
}
