import { l10n } from 'vscode';
import { restName } from '../../panels/parts/stackedSpend.ts';
import { backgroundKey, none } from '../../query/dimensions.ts';
import { agentName } from '../text/agentName.ts';
import { oneLine, projectName } from '../text/names.ts';

/** What a dashboard distinguish by name. */
export type BarKind = 'agent' | 'model' | 'project' | 'branch' | 'product';

/** What a person reads for a key of the figures. */
export function nameOf(key: string, kind: BarKind): string {
  if (key === backgroundKey) return l10n.t('Claude Code overhead');
  if (key === restName) return l10n.t('Other');
  if (key === none) return l10n.t('none');
  if (kind === 'project') return projectName(key);
  if (kind === 'agent') return agentName(key);
  return oneLine(kind === 'model' ? key.replace(/^claude-/, '') : key);
}
