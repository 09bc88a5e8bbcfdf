import { l10n } from 'vscode';
import { oneLine } from './names.ts';

/** What an agent is called: `main` is the main thread, all others have their type. */
export function agentName(type: string, longest?: number): string {
  return type === 'main' ? l10n.t('Main thread') : oneLine(type, longest);
}
