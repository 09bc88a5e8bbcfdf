/** Markdown list. */

import { l10n } from 'vscode';
import type { Format } from './format.ts';

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** A number of messages. */
export function messages(count: number, format: Format): string {
  return count === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(count));
}

/** That messages of a model have no price; the name is as its place wants it. */
export function withoutPrice(count: number, name: string, format: Format): string {
  return count === 1
    ? l10n.t('No price: 1 message of {0}, not counted.', name)
    : l10n.t('No price: {0} messages of {1}, not counted.', format.count(count), name);
}

/** A number of transcripts. */
export function transcripts(count: number, format: Format): string {
  return count === 1 ? l10n.t('1 transcript') : l10n.t('{0} transcripts', format.count(count));
}

/** A number of runs of agents. */
export function runs(count: number, format: Format): string {
  return count === 1 ? l10n.t('1 run') : l10n.t('{0} runs', format.count(count));
}

/** A number of sessions. */
export function sessions(count: number, format: Format): string {
  return count === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', format.count(count));
}
