import { l10n } from 'vscode';
import { isOverall } from '../../analysis/budgets/budget.ts';
import { type BudgetShare, worstHere } from '../../budgets/budgetShares.ts';
import type { Overview } from '../../budgets/overview.ts';
import type { Level } from '../../model/level.ts';
import { isAlarming } from '../budgets/alarm.ts';
import { budgetNames, isUsedUp, ofLimitText } from '../budgets/words.ts';
import type { Spend } from '../core/spend.ts';
import { findsNothing, storeProblem } from '../core/storeState.ts';
import { type Format, formatOf } from '../text/format.ts';

/** What the status bar item says, before VS Code draws it. */
export interface StatusText {
  /** With icons in VS Code's `$(name)` form. */
  readonly text: string;
  /** The same for a screen reader. */
  readonly label: string;
  readonly level: Level | 'error';
  /** Internal or public command a click runs. */
  readonly command: string;
}

const levelIcons: Readonly<Record<Level, string>> = {
  ok: '$(outlay-spend)',
  info: '$(outlay-spend)',
  warning: '$(warning)',
  critical: '$(error)',
  stop: '$(circle-slash)',
};

/** The item's text for what is known: states first, then figures, level as icon and word. */
export function statusText(spend: Spend, now: number): StatusText {
  const { indexer, overview } = spend;
  const format = formatOf(spend.settings);
  const problem = storeProblem(spend);
  const figure = figures(spend, format, now);
  if (problem !== '') {
    const text = overview === undefined ? l10n.t('Outlay: store unavailable') : figure;
    return {
      text: `$(error) ${text}`,
      label: l10n.t('Outlay: the store is unavailable. {0}', problem),
      level: 'error',
      command: 'outlay.showLog',
    };
  }
  const spoken = spokenFigure(spend, figure);
  if (indexer.kind === 'paused') {
    return plain(
      `$(debug-pause) ${l10n.t('{0} paused', figure)}`,
      `${spoken}, ${l10n.t('paused')}`,
    );
  }
  if (indexer.kind === 'indexing') {
    const share = format.percent(indexer.total === 0 ? 1 : indexer.done / indexer.total);
    return plain(
      `$(sync~spin) ${figure} · ${l10n.t('reading {0}', share)}`,
      `${spoken}, ${l10n.t('{0} of the transcripts read so far', share)}`,
    );
  }
  if (findsNothing(spend)) {
    return {
      text: `$(outlay-spend) ${l10n.t('No transcripts')}`,
      label: l10n.t('Outlay found no Claude Code transcripts. Activate to see where it looked.'),
      level: 'ok',
      command: 'outlay.explainNoTranscripts',
    };
  }
  return withLevel(spend, figure, spoken, format);
}

function plain(text: string, label: string): StatusText {
  return { text, label, level: 'ok', command: 'outlay.showMenu' };
}

function spokenFigure({ demo }: Spend, figure: string): string {
  return demo
    ? l10n.t('Claude spend in the demo {0}', figure)
    : l10n.t('Claude spend today {0}', figure);
}

function withLevel(spend: Spend, figure: string, spoken: string, format: Format): StatusText {
  const { overview, settings } = spend;
  const budget = overview && worstHere(overview);
  const level = budget?.state.level ?? 'ok';
  const label = [spoken];
  let parts = [figure];
  if (overview !== undefined && budget !== undefined && settings.show.includes('budget')) {
    const said = budgetText(budget, format);
    const name = nameOf(budget, overview, spend, format);
    label.push(l10n.t('budget for {0}: {1}', name, said));
    // Below its first warning a budget asks for nothing: the hover has it.
    if (isAlarming(budget)) {
      parts = isToday(budget, spend) ? [said] : [figure, l10n.t('{0}: {1}', name, said)];
    }
  }
  const unpriced = unpricedMessages(overview);
  if (unpriced > 0) {
    parts.push(`$(question) ${l10n.t('{0} without a price', format.count(unpriced))}`);
    label.push(
      unpriced === 1
        ? l10n.t('1 message has no price')
        : l10n.t('{0} messages have no price', format.count(unpriced)),
    );
  }
  return {
    text: `${levelIcons[level]} ${parts.join(' · ')}`,
    label: label.join(', '),
    level,
    command: 'outlay.openDashboard',
  };
}

/** "$7.80 of $10", "$1.42 over $10"; and where the forecast is what alarms, that it is likely. */
function budgetText(budget: BudgetShare, format: Format): string {
  const text = ofLimitText(budget, format);
  const likely = budget.state.level === 'stop' && !isUsedUp(budget);
  return likely ? l10n.t('{0}, likely over', text) : text;
}

function nameOf(budget: BudgetShare, overview: Overview, spend: Spend, format: Format): string {
  const all = overview.budgets.map(({ entry }) => ({ entry, part: '' }));
  const context = { format, now: overview.at, zone: spend.settings.zone };
  return budgetNames(all, context)[overview.budgets.indexOf(budget)]!;
}

/** The budget of the day says today’s figure itself, where that is the one figure shown and in dollars. */
function isToday({ entry }: BudgetShare, { settings, demo }: Spend): boolean {
  const figures = settings.show.filter((name) => name !== 'budget');
  return (
    isOverall(entry.budget, 'day') &&
    !demo &&
    settings.scope === 'all' &&
    settings.currency.code === 'USD' &&
    settings.billing !== 'subscription' &&
    figures.every((name) => name === 'today')
  );
}

/** Messages of today that no figure has because their model has no price. */
export function unpricedMessages(overview: Overview | undefined): number {
  return overview?.unpricedToday.reduce((sum, { messages }) => sum + messages, 0) ?? 0;
}

/** The chosen figures; "…" until one is known. */
function figures(spend: Spend, format: Format, now: number): string {
  const figure = chosenFigures(spend, format, now);
  return spend.demo ? l10n.t('{0} demo', figure) : figure;
}

function chosenFigures(spend: Spend, format: Format, now: number): string {
  const { overview, remembered, settings } = spend;
  if (overview === undefined) {
    return remembered === undefined ? '…' : format.brief(format.convert(remembered, now));
  }
  const parts: string[] = [];
  for (const name of settings.show) {
    if (name === 'today') parts.push(format.brief(overview.today.shown));
    if (name === 'month') parts.push(l10n.t('month {0}', format.brief(overview.month.shown)));
    if (name === 'lastHour') parts.push(l10n.t('hour {0}', format.brief(overview.lastHour.shown)));
    if (name === 'session' && overview.session !== undefined) {
      parts.push(l10n.t('session {0}', format.brief(overview.session.shown)));
    }
  }
  return parts.length === 0 ? format.brief(overview.today.shown) : parts.join(' · ');
}
