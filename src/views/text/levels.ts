import { l10n } from 'vscode';
import type { Level } from '../../model/level.ts';

/** A level as a person reads it; '' where all is well. */
export function levelWord(level: Level): string {
  switch (level) {
    case 'ok':
      return '';
    case 'info':
      return l10n.t('info');
    case 'warning':
      return l10n.t('warning');
    case 'critical':
      return l10n.t('critical');
    case 'stop':
      return l10n.t('stop');
  }
}
