import { l10n } from 'vscode';
import { tokenClassNames as names, unsplitName } from '../../model/tokenClassNames.ts';

/** What a token class is called in the editor's language, by its name in reports. */
export function classLabel(name: string): string {
  switch (name) {
    case names.input:
      return l10n.t('Input');
    case names.output:
      return l10n.t('Output');
    case names.cacheWrite5m:
      return l10n.t('Cache write, 5 min');
    case names.cacheWrite1h:
      return l10n.t('Cache write, 1 h');
    case names.cacheRead:
      return l10n.t('Cache read');
    case names.webSearches:
      return l10n.t('Web search');
    case unsplitName:
      return l10n.t('Not attributed');
    default:
      return name;
  }
}
