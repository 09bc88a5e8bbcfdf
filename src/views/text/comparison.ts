import { l10n } from 'vscode';
import { leastYardstick } from '../../query/forecast/usualDay.ts';
import type { Format } from './format.ts';

/** So much of a difference is none. */
const slight = 0.05;

/** From so many times on, times are said instead of percent. */
const manyTimes = 3;

/** How an amount stands against another: to be put before what the other one is. */
export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'same' }
  | { readonly kind: 'times' | 'above' | 'below'; readonly text: string };

/** What an amount is against another: "none" where the other is nothing. */
export function changeOf(amount: number, other: number, format: Format): Change {
  if (other < leastYardstick) return { kind: 'none' };
  const times = amount / other;
  if (Math.abs(times - 1) < slight) return { kind: 'same' };
  if (times >= manyTimes) {
    return { kind: 'times', text: l10n.t('{0}×', format.number(times, times < 10 ? 1 : 0)) };
  }
  const kind = times > 1 ? 'above' : 'below';
  return { kind, text: format.share(Math.abs(times - 1)) };
}

/** An amount against a stretch of time that has a name: "▲ 15% above Oct 1–24". */
export function againstText(amount: number, other: number, name: string, format: Format): string {
  const change = changeOf(amount, other, format);
  switch (change.kind) {
    case 'none':
      return l10n.t('nothing in {0}', name);
    case 'same':
      return l10n.t('as in {0}', name);
    case 'times':
      return l10n.t('▲ {0} as much as in {1}', change.text, name);
    case 'above':
      return l10n.t('▲ {0} above {1}', change.text, name);
    case 'below':
      return l10n.t('▼ {0} below {1}', change.text, name);
  }
}

/** The same against what is usual by this time of such a day: "▲ 70% above a usual Tuesday". */
export function againstUsualText(
  amount: number,
  usual: number,
  weekday: string,
  format: Format,
): string {
  const change = changeOf(amount, usual, format);
  switch (change.kind) {
    case 'none':
      return l10n.t('nothing by now on a usual {0}', weekday);
    case 'same':
      return l10n.t('as on a usual {0}', weekday);
    case 'times':
      return l10n.t('▲ {0} a usual {1}', change.text, weekday);
    case 'above':
      return l10n.t('▲ {0} above a usual {1}', change.text, weekday);
    case 'below':
      return l10n.t('▼ {0} below a usual {1}', change.text, weekday);
  }
}
