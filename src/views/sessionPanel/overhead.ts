import { l10n } from 'vscode';
import type { RequestKind } from '../../model/requests/requestKind.ts';
import { isTold } from '../../store/query/requests/backgroundItems.ts';
import type { SessionInputs } from './inputs.ts';

/** What Claude Code's overhead of a session went to, as one line; what nobody knows of it last. */
export function overheadDetail({ summary, overhead = [], format }: SessionInputs): string {
  if (overhead.length === 0) return l10n.t('title, summaries');
  const money = (nano: number): string => format.cents(nano, summary.endedAt);
  const known = overhead.reduce((sum, { nano }) => sum + nano, 0);
  const rest = summary.background - known;
  const restName = isTold(overhead) ? l10n.t('unexplained') : l10n.t('title, summaries');
  return [
    ...overhead.map(({ kind, nano }) => `${kindName(kind)}\u00a0${money(nano)}`),
    ...(rest > 0 ? [`${restName}\u00a0${money(rest)}`] : []),
  ].join(', ');
}

function kindName(kind: RequestKind): string {
  switch (kind) {
    case 'compaction':
      return l10n.t('compaction');
    case 'title':
      return l10n.t('titles');
    case 'permission':
      return l10n.t('permission checks');
    case 'webSearch':
      return l10n.t('web searches');
    case 'webFetch':
      return l10n.t('fetched pages');
    case 'sideQuestion':
      return l10n.t('side questions');
    case 'summary':
      return l10n.t('summaries');
    case 'suggestion':
      return l10n.t('suggested prompts');
    case 'memory':
      return l10n.t('memory');
    case 'hook':
      return l10n.t('hooks');
    case 'answer':
      return l10n.t('answers no transcript shows');
    case 'other':
      return l10n.t('other requests');
    case 'difference':
      return l10n.t('Claude Code’s price above ours');
    case 'inSum':
      return l10n.t('requests told of only in sum');
    case 'unfinished':
      return l10n.t('rest of answers that broke off');
  }
}
