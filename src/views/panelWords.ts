import { l10n } from 'vscode';
import type { PanelWords } from '../protocol/session.ts';
import type { CommonWords, NothingToShow } from '../protocol.ts';

/** Texts of the parts all panels share; `{0}` is filled in by the page. */
export function commonWords(): CommonWords {
  return {
    live: l10n.t('live'),
    updated: l10n.t('updated {0}'),
    showTable: l10n.t('Show as Table'),
    showChart: l10n.t('Show as Chart'),
    copyCsv: l10n.t('Copy as CSV'),
    saveCsv: l10n.t('Save as CSV'),
    savePng: l10n.t('Save as Picture'),
    exportMenu: l10n.t('Take “{0}” along'),
    sortedUp: l10n.t('smallest first'),
    sortedDown: l10n.t('largest first'),
    filterRows: l10n.t('Filter rows'),
    rowsOf: l10n.t('{0} of {1} rows'),
    noRows: l10n.t('No row fits the filter.'),
    other: l10n.t('Other'),
    total: l10n.t('Total'),
    soFar: l10n.t('so far'),
    share: l10n.t('Share'),
    cost: l10n.t('Cost'),
    time: l10n.t('Time'),
    apply: l10n.t('Apply'),
  };
}

/** What a panel says before there is anything, and what can be done. */
export function noTranscripts(): Pick<NothingToShow, 'text' | 'actions'> {
  return {
    text: l10n.t(
      'There are no transcripts of Claude Code yet. The demo shows what this panel will look like.',
    ),
    actions: [
      { label: l10n.t('Open the Demo'), action: 'openDemo' },
      { label: l10n.t('Rescan Transcripts'), action: 'rescan' },
    ],
  };
}

/**
 * The webview's own texts in the editor's language; `{0}` is filled in there. `summedUp`: messages
 * of the session are in its figures only.
 */
export function panelWords(summedUp: boolean): PanelWords {
  return {
    ...commonWords(),
    openTranscript: l10n.t('Open Transcript'),
    resume: l10n.t('Resume in Terminal'),
    copyId: l10n.t('Copy ID'),
    chartTitle: l10n.t('Cost over time'),
    chartSummary: l10n.t('Cumulative cost from {0} to {1}: {2}.'),
    tableTitle: l10n.t('Cumulative cost by thread'),
    messagesTitle: l10n.t('Messages'),
    sortBy: l10n.t('Order'),
    byCost: l10n.t('Most expensive first'),
    byTime: l10n.t('By time'),
    number: l10n.t('No.'),
    thread: l10n.t('Agent'),
    model: l10n.t('Model'),
    input: l10n.t('Input'),
    output: l10n.t('Output'),
    write5m: l10n.t('Write 5 m'),
    write1h: l10n.t('Write 1 h'),
    read: l10n.t('Read'),
    searches: l10n.t('Searches'),
    otherModels: l10n.t('Other models'),
    price: l10n.t('Price row'),
    mainThread: l10n.t('Main thread'),
    background: l10n.t('Background'),
    otherThreads: l10n.t('{0} more'),
    details: l10n.t('Details of message {0}'),
    openMessage: l10n.t('Open in Transcript'),
    showMore: l10n.t('Show {0} more ({1} left)'),
    unpriced: l10n.t('unpriced'),
    atLeast: l10n.t('at least'),
    clientPrice: l10n.t('from Claude Code’s own total'),
    tools: l10n.t('Tools: {0}'),
    arithmetic: l10n.t('{0} × {1} = {2}'),
    perMillion: l10n.t('{0} per million'),
    perThousand: l10n.t('{0} per thousand'),
    advisor: l10n.t('Advisor'),
    compaction: l10n.t('Compaction'),
    declined: l10n.t('Declined attempt'),
    declinedNote: l10n.t('{0}, may be billed beside it'),
    noMessages: summedUp
      ? l10n.t('All messages of this session are summed up.')
      : l10n.t('No message of this session has a cost.'),
  };
}
