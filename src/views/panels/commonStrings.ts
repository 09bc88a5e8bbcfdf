import { l10n } from 'vscode';
import type { Banner } from '../../protocol/banner.ts';
import type { CommonStrings, NothingToShow } from '../../protocol/shared.ts';

/** Texts of the parts all panels share; `{0}` is filled in by the page. */
export function commonStrings(): CommonStrings {
  return {
    live: l10n.t('live'),
    updated: l10n.t('updated {0}'),
    showTable: l10n.t('Show as Table'),
    showChart: l10n.t('Show as Chart'),
    copyCsv: l10n.t('Copy as CSV'),
    saveCsv: l10n.t('Save as CSV'),
    savePng: l10n.t('Save as Picture'),
    exportMenu: l10n.t('Export “{0}”'),
    sortedUp: l10n.t('smallest first'),
    sortedDown: l10n.t('largest first'),
    filterRows: l10n.t('Filter rows'),
    rowsOf: l10n.t('{0} of {1} rows'),
    noRows: l10n.t('No rows match the filter.'),
    other: l10n.t('Other'),
    total: l10n.t('Total'),
    soFar: l10n.t('so far'),
    share: l10n.t('Share'),
    cost: l10n.t('Cost'),
    time: l10n.t('Time'),
    apply: l10n.t('Apply'),
    otherVersions: l10n.t('{0} other {1}'),
    moreModels: l10n.t('{0} other models'),
    versions: l10n.t('{0} versions'),
    openFamily: l10n.t('Show the versions of {0}'),
    closeFamily: l10n.t('Show {0} as one'),
  };
}

/** What stands above a panel that shows the demo. */
export function demoBanner(): Banner {
  return {
    name: l10n.t('Demo.'),
    text: l10n.t('Made-up sessions; one of them is growing. Your own stay as they are.'),
    button: l10n.t('Close Demo'),
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
