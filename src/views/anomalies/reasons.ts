import { l10n } from 'vscode';
import type { MissReason } from '../../analysis/spend/cacheMisses.ts';
import { appendAll } from '../../model/lists.ts';
import type { OutlierReason, TopClass } from '../../panels/parts/outlierReasons.ts';
import type { Format } from '../text/format.ts';
import { modelName, projectName } from '../text/names.ts';
import { classLabel } from '../text/tokenClassLabels.ts';

/** A prompt of more tokens than this is long. */
const longPrompt = 200_000;

/** What most likely made something cost what it did, in a few words. */
export function reasonText(reason: OutlierReason | undefined, format: Format): string {
  if (reason === undefined) return '';
  const parts: string[] = [];
  switch (reason.kind) {
    case 'message': {
      const { miss, promptTokens } = reason;
      if (miss !== undefined) {
        parts.push(missText(miss.reason, miss, format));
      }
      if (promptTokens > longPrompt) {
        parts.push(l10n.t('a prompt of {0} tokens', format.tokens(promptTokens)));
      }
      appendAll(parts, [...classPart(reason.topClass, format), modelName(reason.model)]);
      break;
    }
    case 'session':
      parts.push(
        reason.messages === 1
          ? l10n.t('1 message')
          : l10n.t('{0} messages', format.count(reason.messages)),
      );
      appendAll(parts, classPart(reason.topClass, format));
      if (reason.model !== '') {
        parts.push(l10n.t('mostly {0}', modelName(reason.model)));
      }
      break;
    case 'day':
      parts.push(
        reason.sessions === 1
          ? l10n.t('1 session')
          : l10n.t('{0} sessions', format.count(reason.sessions)),
      );
      if (reason.project !== '') {
        parts.push(
          l10n.t('{0} of it for {1}', format.share(reason.share), projectName(reason.project)),
        );
      }
  }
  return parts.join(' · ');
}

function classPart(topClass: TopClass | undefined, format: Format): string[] {
  if (topClass === undefined) return [];
  return [l10n.t('{0} {1}', format.share(topClass.share), classLabel(topClass.name))];
}

function missText(
  reason: MissReason,
  { gap, lifetime }: { readonly gap: number; readonly lifetime: number },
  format: Format,
): string {
  switch (reason) {
    case 'first-write':
      return l10n.t('first prompt of its thread');
    case 'expired':
      return l10n.t(
        'cache missed: expired (gap {0}, lifetime {1})',
        format.duration(gap),
        format.duration(lifetime),
      );
    case 'model-switch':
      return l10n.t('cache missed: model switch');
    case 'compaction':
      return l10n.t('cache missed: compaction');
    case 'prefix-change':
      return l10n.t('cache missed: prefix changed');
  }
}
