import { l10n } from 'vscode';
import { classNames, unsplitName } from '../../query/groupBy.ts';

/** What a token class is called in the editor's language, by its name in reports. */
export function classLabel(name: string): string {
  switch (name) {
    case classNames.input:
      return l10n.t('Input');
    case classNames.output:
      return l10n.t('Output');
    case classNames.cacheWrite5m:
      return l10n.t('Cache write, 5 min');
    case classNames.cacheWrite1h:
      return l10n.t('Cache write, 1 h');
    case classNames.cacheRead:
      return l10n.t('Cache read');
    case classNames.webSearches:
      return l10n.t('Web search');
    case unsplitName:
      return l10n.t('Not split');
    default:
      return name;
  }
}
