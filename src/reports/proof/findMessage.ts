import { HumanError } from '../../model/errors.ts';
import { messageNumbers, messageReference } from '../../model/messageNumber.ts';
import { count, type ReportContext } from '../../query/context.ts';
import { findSession } from '../../query/findSession.ts';
import { type MessageCost, messageCosts } from '../../store/query/messageCosts.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { clip, plainText } from '../../text/plainText.ts';

/** A message of a session with the number it goes by. */
export interface NumberedMessage {
  readonly session: SessionSummary;
  readonly number: number;
  readonly message: MessageCost;
}

/** The messages of a session by their numbers. */
export function numberedMessages(
  context: ReportContext,
  session: SessionSummary,
): Map<MessageCost, number> {
  const messages = messageCosts(context.db, session.id);
  return messageNumbers(messages, session.messages - messages.length);
}

/**
 * The message somebody names: the beginning of its session's id and, behind a slash, its number or its
 * message id or the beginning of that.
 */
export function findMessage(context: ReportContext, named: string | undefined): NumberedMessage {
  const [, prefix = '', which = ''] = /^([^/]*)\/(.+)$/s.exec(named?.trim() ?? '') ?? [];
  if (prefix === '' || which === '') throw noReference(named);
  const session = findSession(context, prefix)!;
  const numbers = numberedMessages(context, session);
  const found = [...numbers].filter(([message, number]) =>
    isNumber(which) ? number === Number(which) : message.messageId.startsWith(which),
  );
  const exact = found.filter(([{ messageId }]) => messageId === which);
  const [first, second] = exact.length > 0 ? exact : found;
  if (first === undefined) throw noMessage(session, which, numbers.size);
  if (second !== undefined) throw several(session, which, found);
  const [message, number] = first;
  return { session, number, message };
}

function isNumber(which: string): boolean {
  return /^\d{1,9}$/.test(which);
}

function noReference(named: string | undefined): HumanError {
  const what = named === undefined ? '' : `"${shown(named)}" names no message. `;
  return new HumanError(
    'usage',
    `${what}Name a session and the number of a message in it, such as 3f2a/14: "outlay session" lists both.`,
  );
}

function noMessage(session: SessionSummary, which: string, kept: number): HumanError {
  const id = session.sid.slice(0, 8);
  const summedUp = session.messages - kept;
  if (session.messages === 0) {
    return new HumanError('usage', `Session ${id} has no messages that count.`);
  }
  if (isNumber(which) && Number(which) >= 1 && Number(which) <= summedUp) {
    const range = summedUp === 1 ? 'Message 1' : `Messages 1 to ${summedUp}`;
    return new HumanError(
      'usage',
      `${range} of session ${id} were summed up by retention (outlay.retention.messageDays): only their sums are kept.`,
    );
  }
  const what = isNumber(which) ? `has no message ${which}` : `has no message "${shown(which)}"`;
  return new HumanError(
    'usage',
    `Session ${id} ${what}. It has ${count(session.messages, 'message')}, numbered from 1: "outlay session ${id}" lists them.`,
  );
}

/** The first of some messages an id begins, each as it can be named. */
const shownCandidates = 12;

function several(
  { sid }: SessionSummary,
  which: string,
  found: readonly (readonly [MessageCost, number])[],
): HumanError {
  const lines = found
    .slice(0, shownCandidates)
    .map(([, number]) => messageReference(sid, number))
    .join(', ');
  const more = found.length > shownCandidates ? ` and ${found.length - shownCandidates} more` : '';
  return new HumanError(
    'usage',
    `"${shown(which)}" begins the id of ${count(found.length, 'message')}: ${lines}${more}.`,
  );
}

function shown(text: string): string {
  return clip(plainText(text), 80);
}
