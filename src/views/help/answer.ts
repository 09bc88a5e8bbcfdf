import { l10n } from 'vscode';
import { list, messages } from '../text/counts.ts';
import type { Format } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { oneLine } from '../text/names.ts';

/** A fact and its name; the value is Markdown. */
export type Row = readonly [name: string, value: string];

/** What an answer consists of, in the order a person reads it. */
export interface Answer {
  readonly title: string;
  /** What this window's facts point to, most likely first. */
  readonly likely: readonly string[];
  /** Said when the facts point to nothing. */
  readonly nothing: string;
  readonly facts: readonly Row[];
  /** What Outlay cannot see for itself. */
  readonly others: readonly string[];
}

/** The answer as Markdown. */
export function answerMarkdown({ title, likely, nothing, facts, others }: Answer): string {
  const [first = nothing, ...more] = likely;
  return [
    `# ${title}`,
    `**${l10n.t('Most likely:')}** ${first}`,
    ...(more.length > 0 ? [`**${l10n.t('Also possible:')}**`, list(more)] : []),
    `## ${l10n.t('What Outlay sees in this window')}`,
    table(facts),
    `## ${l10n.t('What Outlay cannot see')}`,
    list(others),
  ].join('\n\n');
}

/** Two columns without a header. */
export function table(rows: readonly Row[]): string {
  return ['| | |', '|:--|:--|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}

/** How many days ago something was. */
export function daysAgo(days: number): string {
  if (days === 0) return l10n.t('today');
  return days === 1 ? l10n.t('1 day ago') : l10n.t('{0} days ago', String(days));
}

/** Models with the number of their messages, the first few. */
export function models(
  list: readonly { readonly model: string; readonly messages: number }[],
  format: Format,
): string {
  return list
    .slice(0, 5)
    .map(
      ({ model, messages: count }) =>
        `${escapeMarkdown(oneLine(model, 60))} (${messages(count, format)})`,
    )
    .join(', ');
}

/** Names one after the other, safe in Markdown. */
export function names(texts: readonly string[]): string {
  return texts.map(escapeMarkdown).join(', ');
}
