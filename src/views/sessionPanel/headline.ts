import { l10n } from 'vscode';
import type { PanelMessage } from '../../protocol/session.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { capitalized } from '../text/capitalized.ts';
import type { Format } from '../text/format.ts';
import { downsampledMessages, type SessionInputs, totalOf } from './inputs.ts';

/** A message this much of a session's cost is worth a sentence. */
const telling = 0.1;

/** How much, in what time, and what stands out: a session in one or two sentences. */
export function sessionHeadline(facts: SessionInputs, live: boolean): string {
  const { summary, format } = facts;
  const { startedAt, endedAt, messages } = summary;
  const shown = format.convert(totalOf(summary), endedAt);
  const figure = format.headline(shown, { atLeast: isLowerBound(summary) });
  const time = format.duration(endedAt - startedAt);
  const count =
    messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(messages));
  const first =
    messages === 0
      ? l10n.t('{0}, and no message yet.', capitalized(figure))
      : live
        ? l10n.t('{0} so far, in {1} and {2}.', capitalized(figure), time, count)
        : l10n.t('{0} in {1} and {2}.', capitalized(figure), time, count);
  return [first, dearestSentence(facts)].filter(Boolean).join(' ');
}

/** Which message cost most, and of what, when it is a good part of the whole. */
function dearestSentence(facts: SessionInputs): string {
  const { messages, summary, format } = facts;
  // A more expensive one may be among those that were downsampled.
  if (downsampledMessages(facts) > 0) return '';
  const byTime = [...messages].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  const dearest = byTime.reduce<PanelMessage | undefined>(
    (best, message) => (best === undefined || message.nano > best.nano ? message : best),
    undefined,
  );
  const share = dearest === undefined ? 0 : dearest.nano / summary.nano;
  if (dearest === undefined || messages.length < 3 || !(share >= telling)) return '';
  const number = format.count(byTime.indexOf(dearest) + 1);
  const cost = format.money(dearest.nano, summary.endedAt);
  const missed = missedText(dearest, number, cost, format);
  if (missed !== undefined) return missed;
  const reason = mostOf(dearest, format);
  return reason === ''
    ? l10n.t('The dearest, message {0}, cost {1}.', number, cost)
    : l10n.t('The dearest, message {0}, cost {1}, most of it for {2}.', number, cost, reason);
}

/** The most expensive message in a sentence, where most of its cost is a missed cache. */
function missedText(
  { miss, nano }: PanelMessage,
  number: string,
  cost: string,
  format: Format,
): string | undefined {
  if (miss === null || miss.nano < nano / 2) return undefined;
  switch (miss.reason) {
    case 'expired':
      return l10n.t(
        'The dearest, message {0}, cost {1}: its cache had expired (gap {2}, lifetime {3}).',
        number,
        cost,
        format.duration(miss.gap),
        format.duration(miss.lifetime),
      );
    case 'model-switch':
      return l10n.t(
        'The dearest, message {0}, cost {1}: another model has a cache of its own, which was empty.',
        number,
        cost,
      );
    case 'compaction':
      return l10n.t(
        'The dearest, message {0}, cost {1}: after a compaction the cache is written anew.',
        number,
        cost,
      );
    case 'prefix-change':
      return l10n.t(
        'The dearest, message {0}, cost {1}: the beginning of its prompt had changed, so the cache did not fit.',
        number,
        cost,
      );
    case 'first-write':
      return undefined;
  }
}

/** What most of a message's cost was for. */
function mostOf({ classes, usage, nano }: PanelMessage, format: Format): string {
  if (classes === null) return '';
  const written = classes.cacheWrite5m + classes.cacheWrite1h;
  const half = nano / 2;
  if (written > half) {
    const tokens = format.tokens(usage.cacheWrite5m + usage.cacheWrite1h);
    return l10n.t('writing {0} tokens to the cache', tokens);
  }
  if (classes.cacheRead > half) {
    return l10n.t('reading {0} tokens from the cache', format.tokens(usage.cacheRead));
  }
  if (classes.output > half) return l10n.t('{0} tokens of output', format.tokens(usage.output));
  if (classes.input > half) {
    return l10n.t('{0} tokens of input that no cache held', format.tokens(usage.input));
  }
  return '';
}
