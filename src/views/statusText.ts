import { formatPercent, type Level } from '../model/level.ts';
import { formatUsd } from '../model/money.ts';
import type { Overview } from '../reports/overview.ts';
import type { Settings } from './settings.ts';
import type { Spend } from './spendModel.ts';

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
  ok: '$(credit-card)',
  info: '$(info)',
  warning: '$(warning)',
  critical: '$(error)',
  stop: '$(circle-slash)',
};

/** The item's text for what is known: states first, then figures, level as icon and word. */
export function statusText(spend: Spend, locale: string): StatusText {
  const { indexer, overview, settings } = spend;
  const problem = storeProblem(spend);
  if (problem !== '') {
    return {
      text:
        overview === undefined
          ? '$(error) Outlay: store unavailable'
          : `$(error) ${figures(spend, locale)}`,
      label: `Outlay: the store is unavailable. ${problem}`,
      level: 'error',
      command: 'outlay.showLog',
    };
  }
  const figure = figures(spend, locale);
  if (indexer.kind === 'paused') {
    return plain(`$(debug-pause) ${figure} paused`, `Claude spend today ${figure}, paused`);
  }
  if (indexer.kind === 'indexing') {
    const share = formatPercent(indexer.total === 0 ? 1 : indexer.done / indexer.total);
    return plain(
      `$(sync~spin) ${figure} · reading ${share}`,
      `Claude spend today ${figure} so far; ${share} of the transcripts read`,
    );
  }
  if (findsNothing(spend)) {
    return {
      text: '$(credit-card) No transcripts',
      label: 'Outlay found no Claude Code transcripts. Activate to see where it looked.',
      level: 'ok',
      command: 'outlay.explainNoTranscripts',
    };
  }
  return withLevel(figure, overview, settings, locale);
}

/** Why the store cannot be used, by the indexer's word or our own; '' when it can. */
export function storeProblem({ indexer, readProblem }: Spend): string {
  return indexer.kind === 'unavailable' ? indexer.reason : readProblem;
}

function plain(text: string, label: string): StatusText {
  return { text, label, level: 'ok', command: 'outlay.showMenu' };
}

/** Everything was looked through and there is not a single transcript, now or in the store. */
export function findsNothing(spend: Spend): boolean {
  const { roots, overview, indexer } = spend;
  const looked = (indexer.kind === 'watching' || indexer.kind === 'following') && roots.length > 0;
  return (
    looked && overview?.hasData !== true && roots.every(({ transcripts }) => transcripts === 0)
  );
}

function withLevel(
  figure: string,
  overview: Overview | undefined,
  settings: Settings,
  locale: string,
): StatusText {
  const budget = overview?.dailyBudget;
  const level = budget?.level ?? 'ok';
  const unpriced = overview?.unpricedToday.reduce((sum, { messages }) => sum + messages, 0) ?? 0;
  const parts = [figure];
  const spoken = [`Claude spend today ${figure}`];
  if (budget !== undefined && settings.show.includes('budget')) {
    const share = formatPercent(budget.share);
    parts.push(level === 'ok' ? share : `${share} ${level}`);
    spoken.push(`${share} of the daily budget of ${formatUsd(budget.limit, { locale })}, ${level}`);
  }
  if (unpriced > 0) {
    const word = `${unpriced} unpriced`;
    parts.push(`$(question) ${word}`);
    spoken.push(`${unpriced} messages have no price`);
  }
  return {
    text: `${levelIcons[level]} ${parts.join(' · ')}`,
    label: spoken.join(', '),
    level,
    command: 'outlay.showMenu',
  };
}

/** The chosen figures; "…" until one is known. */
function figures(spend: Spend, locale: string): string {
  const { overview, remembered, settings } = spend;
  const worth = settings.billing === 'subscription' ? 'worth ' : '';
  const money = (nano: number): string => worth + formatUsd(nano, { locale });
  if (overview === undefined) return remembered === undefined ? '…' : money(remembered);
  const parts: string[] = [];
  for (const name of settings.show) {
    if (name === 'today') parts.push(money(overview.today.total));
    if (name === 'month') parts.push(`month ${money(overview.month.total)}`);
    if (name === 'lastHour') parts.push(`hour ${money(overview.lastHour.total)}`);
    if (name === 'session' && overview.session !== undefined) {
      parts.push(`session ${money(overview.session.total)}`);
    }
  }
  return parts.length === 0 ? money(overview.today.total) : parts.join(' · ');
}
