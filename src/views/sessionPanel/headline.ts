import { l10n } from 'vscode';
import { aboveUsual } from '../../analysis/spend/pace.ts';
import type { PanelMessage, PanelSession } from '../../protocol/session.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import type { Format } from '../text/format.ts';
import {
  downsampledMessages,
  hasMissed,
  inOrder,
  lostBy,
  type SessionInputs,
  totalOf,
} from './inputs.ts';

/** From this share of a session on a message, or what missed caches cost, is what it is about. */
const telling = 0.2;

type Verdict = Pick<PanelSession, 'answer' | 'lead' | 'show'>;

/**
 * Why a session cost what it did, the first that holds: one message, missed caches, more than usual, or
 * nothing of the kind.
 */
export function sessionVerdict(facts: SessionInputs, live: boolean): Verdict {
  const { summary } = facts;
  const spent = spentText(facts, live);
  if (summary.messages === 0) return { answer: spent, lead: '', show: null };
  // A more expensive message may be among those that were downsampled.
  const ordered = downsampledMessages(facts) > 0 ? [] : inOrder(facts.messages);
  const number = new Map(ordered.map(({ key }, index) => [key, index + 1]));
  const showOf = (message: PanelMessage | undefined): Verdict['show'] =>
    message === undefined
      ? null
      : {
          key: message.key,
          label: l10n.t('Show Message {0}', facts.format.count(number.get(message.key)!)),
        };
  const total = totalOf(summary);
  const first = largest(ordered, ({ nano }) => nano);
  if (first !== undefined && ordered.length > 2 && first.nano >= telling * total) {
    return {
      answer: oneMessageText(first.nano / total, facts.format),
      lead: [reasonOf(first, facts.format), spent].filter(Boolean).join(' '),
      show: showOf(first),
    };
  }
  const lost = ordered.reduce((sum, message) => sum + lostBy(message), 0);
  if (ordered.length > 2 && lost >= telling * total) {
    return {
      answer: l10n.t('Missed caches made {0} of the cost', facts.format.share(lost / total)),
      lead: `${missesText(ordered.filter(hasMissed).length, facts.format)} ${spent}`,
      show: showOf(largest(ordered, lostBy)),
    };
  }
  return { ...usualText(facts, spent), show: ordered.length > 2 ? showOf(first) : null };
}

function largest<T>(list: readonly T[], by: (one: T) => number): T | undefined {
  return list.reduce<T | undefined>(
    (best, one) => (best === undefined || by(one) > by(best) ? one : best),
    undefined,
  );
}

/** How much, in what time. */
function spentText(facts: SessionInputs, live: boolean): string {
  const { summary, format } = facts;
  const { startedAt, endedAt, messages } = summary;
  const figure = format.brief(format.convert(totalOf(summary), endedAt));
  const amount = isLowerBound(summary) ? `≥\u2009${figure}` : figure;
  if (messages === 0) return l10n.t('{0}, and no message yet.', amount);
  const time = format.duration(endedAt - startedAt);
  if (messages === 1) {
    return live
      ? l10n.t('{0} so far, in {1} and 1 message.', amount, time)
      : l10n.t('{0} in {1} and 1 message.', amount, time);
  }
  const count = format.count(messages);
  return live
    ? l10n.t('{0} so far, in {1} and {2} messages.', amount, time, count)
    : l10n.t('{0} in {1} and {2} messages.', amount, time, count);
}

function oneMessageText(share: number, format: Format): string {
  if (share > 0.97) return l10n.t('One message made nearly all of the cost');
  if (Math.abs(share - 0.5) < 0.03) return l10n.t('One message made half of the cost');
  if (Math.abs(share - 1 / 3) < 0.03) return l10n.t('One message made a third of the cost');
  if (Math.abs(share - 0.25) < 0.02) return l10n.t('One message made a quarter of the cost');
  return l10n.t('One message made {0} of the cost', format.share(share));
}

function missesText(count: number, format: Format): string {
  return count === 1
    ? l10n.t('1 message wrote its context to the cache again.')
    : l10n.t('{0} messages wrote their context to the cache again.', format.count(count));
}

/** The whole session against what is usual. */
function usualText(
  { summary, usual, format }: SessionInputs,
  spent: string,
): Pick<Verdict, 'answer' | 'lead'> {
  if (usual === undefined) return { answer: spent.replace(/\.$/, ''), lead: '' };
  const times = totalOf(summary) / usual.nano;
  if (times >= aboveUsual) {
    return { answer: l10n.t('{0} your usual session', timesText(times, format)), lead: spent };
  }
  return times <= 1 / aboveUsual
    ? { answer: l10n.t('Less than your usual session'), lead: spent }
    : { answer: l10n.t('As usual'), lead: spent };
}

/** A factor: `2.1×`. */
export function timesText(times: number, format: Format): string {
  return `${format.number(times, times < 9.95 ? 1 : 0)}×`;
}

/** Why a message was expensive, in a sentence or two. */
function reasonOf(message: PanelMessage, format: Format): string {
  const { miss, nano } = message;
  if (miss === null || lostBy(message) < nano / 2) return mostOf(message, format);
  switch (miss.reason) {
    case 'expired':
      return l10n.t(
        'It came {0} after the one before. By then its cache had expired, and the whole context was written again.',
        format.duration(miss.gap),
      );
    case 'model-switch':
      return l10n.t(
        'It went to another model, which has its own cache, so the whole context was written again.',
      );
    case 'compaction':
      return l10n.t(
        'It was the first after a compaction, so its new context had to be written to the cache.',
      );
    case 'prefix-change':
      return l10n.t(
        'The beginning of its context had changed, so its cache no longer fitted and was written again.',
      );
    case 'first-write':
      return '';
  }
}

/** What most of a message's cost was for. */
function mostOf({ classes, usage, nano }: PanelMessage, format: Format): string {
  if (classes === null) return '';
  const half = nano / 2;
  if (classes.cacheWrite5m + classes.cacheWrite1h > half) {
    const tokens = format.tokens(usage.cacheWrite5m + usage.cacheWrite1h);
    return l10n.t('It wrote {0} tokens to the cache.', tokens);
  }
  if (classes.cacheRead > half) {
    return l10n.t('It read {0} tokens from the cache.', format.tokens(usage.cacheRead));
  }
  if (classes.output > half) {
    return l10n.t('It answered with {0} tokens.', format.tokens(usage.output));
  }
  if (classes.input > half) {
    return l10n.t('It sent {0} tokens that no cache held.', format.tokens(usage.input));
  }
  return '';
}

/** What would have avoided the most expensive missed cache; null where it is too little to speak of. */
export function sessionAdvice({
  messages,
  summary,
  format,
}: SessionInputs): PanelSession['advice'] {
  const worst = largest(messages, lostBy);
  const lost = messages.reduce((sum, message) => sum + lostBy(message), 0);
  if (worst?.miss == null || lost < 0.05 * totalOf(summary)) return null;
  const { reason, tokens, lifetime, nano } = worst.miss;
  const sent = format.tokens(tokens);
  const cost = format.cents(nano, summary.endedAt);
  switch (reason) {
    case 'expired':
      return {
        title: l10n.t('Before a break, finish or compact'),
        text: l10n.t(
          'After {0} the next message pays for the whole context again. Here that was {1} tokens, which cost {2} more than reading them from the cache.',
          format.duration(lifetime),
          sent,
          cost,
        ),
      };
    case 'model-switch':
      return {
        title: l10n.t('Switch models between sessions'),
        text: l10n.t(
          'Each model has its own cache. The switch wrote {0} tokens again, which cost {1} more than reading them from the cache.',
          sent,
          cost,
        ),
      };
    case 'prefix-change':
      return {
        title: l10n.t('Keep the beginning of the context unchanged'),
        text: l10n.t(
          'Instructions and tools stand at the beginning. When they change, everything after them is written again: here {0} tokens, which cost {1} more than reading them from the cache.',
          sent,
          cost,
        ),
      };
    default:
      return null;
  }
}
