import type { ReportContext } from '../../query/context.ts';
import { backgroundRowsOf } from '../../store/query/background.ts';
import { messageCosts } from '../../store/query/messageCosts.ts';
import { type RollupGap, relatedSessions, rollupGaps } from '../../store/query/proof/related.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { saturated } from '../../store/schema/saturate.ts';
import {
  Comparison,
  type VerifiedMessage,
  type VerifiedState,
  verifiedStates,
  wrongStates,
} from './compare.ts';
import { LineIndex, type LinePlace } from './lineIndex.ts';
import { recount } from './recount.ts';

/** A message with the line it was counted from, where that was looked for and found. */
export interface PlacedMessage extends VerifiedMessage {
  readonly place: LinePlace | undefined;
}

/** What of a session as a whole is not right. */
export interface SumGap {
  readonly sid: string;
  /**
   * `messages`, `total`: the session's sums are not those of its messages. `client`: Claude Code's own total
   * stands otherwise in the transcript. `overhead`: what that total has beyond the messages.
   */
  readonly sum: 'messages' | 'total' | 'client' | 'overhead';
  readonly stored: number;
  readonly found: number;
}

/** How many messages are in a state, and what the store counts for them, in nano-dollars. */
export interface StateSum {
  readonly messages: number;
  readonly nano: number;
}

/** The messages of a session that agree, and all of them. */
export interface VerifiedSession {
  readonly summary: SessionSummary;
  readonly states: Readonly<Record<VerifiedState, StateSum>>;
  readonly wrong: boolean;
}

/** What a verification came to. */
export interface Verification {
  readonly states: Readonly<Record<VerifiedState, StateSum>>;
  readonly sessions: readonly VerifiedSession[];
  /** Those that do not agree; all where they were asked for. */
  readonly messages: readonly PlacedMessage[];
  readonly sums: readonly SumGap[];
  readonly rollups: readonly RollupGap[];
  readonly transcripts: { readonly read: number; readonly gone: number };
  readonly unreadable: readonly string[];
  /** The store has prices of another book than the one in force. */
  readonly otherPrices: boolean;
}

/** What to look at. */
export interface VerifyQuestion {
  /** One session with those it shares messages with; undefined: all. */
  readonly session: SessionSummary | undefined;
  /** List what agrees too. */
  readonly all: boolean;
}

/** Holds the store against its transcripts, read anew. */
export function verifyStore(context: ReportContext, question: VerifyQuestion): Verification {
  const { session } = question;
  if (session === undefined) return holdAgainst(context, question, undefined);
  const near = holdAgainst(context, question, relatedSessions(context.db, session.id));
  // Records may stand in a file that has another session's name: then all are looked through.
  const { gone } = near.states;
  const isWhole =
    near.states['not-in-transcript'].messages === 0 &&
    (gone.messages === 0 || near.transcripts.gone > 0);
  return isWhole ? near : holdAgainst(context, question, undefined);
}

/** The same by the transcripts of some sessions, or by all. */
function holdAgainst(
  context: ReportContext,
  { session, all }: VerifyQuestion,
  related: ReadonlySet<string> | undefined,
): Verification {
  const { db, reader, accounts } = context;
  using fresh = recount(context, related);
  const comparison = new Comparison(context, fresh);
  const isCounted = ({ root }: SessionSummary): boolean => accounts?.includes(root) !== false;
  const stored = new Map(
    reader
      .sessions()
      .filter((one) => isCounted(one) && related?.has(one.sid) !== false)
      .map((one) => [one.sid, one]),
  );
  const found = new Map(fresh.reader.sessions().map((one) => [one.sid, one]));
  const sids = [...new Set([...stored.keys(), ...found.keys()])];
  const isAsked = (sid: string): boolean => session === undefined || sid === session.sid;
  const index = new LineIndex(fresh.files);
  const kept: PlacedMessage[] = [];
  const bySession = new Map<string, States>();
  const add = (verified: VerifiedMessage): void => {
    const { sid, state, message } = verified;
    if (!isAsked(sid)) return;
    const states = bySession.get(sid) ?? new States();
    bySession.set(sid, states);
    states.add(state, message.nano);
    if (!all && !isTold(state)) return;
    kept.push({ ...verified, place: index.find(sid, message) });
  };
  for (const sid of sids) {
    for (const verified of comparison.session(stored.get(sid), found.get(sid))) add(verified);
  }
  for (const verified of comparison.rest()) add(verified);
  const sums = sids
    .filter(isAsked)
    .flatMap((sid) => sumGaps(context, stored.get(sid), found.get(sid), comparison));
  const wrongSums = new Set(sums.map(({ sid }) => sid));
  const sessions = [...bySession].map(([sid, states]): VerifiedSession => {
    const wrong = wrongSums.has(sid) || wrongStates.some((state) => states.of(state).messages > 0);
    return { summary: (stored.get(sid) ?? found.get(sid))!, states: states.all, wrong };
  });
  const whole = new States();
  for (const { states } of sessions) whole.join(states);
  return {
    states: whole.all,
    sessions,
    messages: kept,
    sums,
    rollups: session === undefined ? rollupGaps(db) : [],
    transcripts: {
      read: fresh.files.filter(({ state }) => state === 'same' || state === 'grown').length,
      gone: fresh.files.filter(({ state }) => state === 'gone').length,
    },
    unreadable: fresh.unreadable,
    otherPrices: reader.meta('priceRevision') !== context.book.revision,
  };
}

/** Whether a message is listed although not all were asked for. */
function isTold(state: VerifiedState): boolean {
  return wrongStates.includes(state);
}

/** Running sums by state. */
class States {
  readonly #sums = new Map<VerifiedState, StateSum>();

  add(state: VerifiedState, nano: number, messages = 1): void {
    const before = this.of(state);
    this.#sums.set(state, {
      messages: before.messages + messages,
      nano: saturated(before.nano + nano),
    });
  }

  join(others: Readonly<Record<VerifiedState, StateSum>>): void {
    for (const state of verifiedStates) this.add(state, others[state].nano, others[state].messages);
  }

  of(state: VerifiedState): StateSum {
    return this.#sums.get(state) ?? { messages: 0, nano: 0 };
  }

  get all(): Record<VerifiedState, StateSum> {
    return Object.fromEntries(verifiedStates.map((state) => [state, this.of(state)])) as Record<
      VerifiedState,
      StateSum
    >;
  }
}

/** A session's own sums against its messages, and against what Claude Code wrote. */
function sumGaps(
  context: ReportContext,
  stored: SessionSummary | undefined,
  found: SessionSummary | undefined,
  comparison: Comparison,
): SumGap[] {
  if (stored === undefined) return [];
  const { sid, id } = stored;
  const messages = messageCosts(context.db, id);
  const gaps: SumGap[] = [];
  const hold = (sum: SumGap['sum'], before: number, now: number): void => {
    if (before !== now) gaps.push({ sid, sum, stored: before, found: now });
  };
  // What was summed up is in the session's sums and in no message.
  if (messages.length === stored.messages) {
    hold('total', stored.nano, saturated(messages.reduce((sum, { nano }) => sum + nano, 0)));
  } else if (messages.length > stored.messages || !comparison.mayBeSummedUp(stored)) {
    hold('messages', stored.messages, messages.length);
  }
  const background = backgroundRowsOf(context.db, id).reduce((sum, { nano }) => sum + nano, 0);
  hold('overhead', stored.background, background);
  if (found === undefined || comparison.isPartial(sid)) return gaps;
  if (stored.clientUsd !== null || found.clientUsd !== null) {
    hold('client', usdOf(stored), usdOf(found));
  }
  if (gaps.length === 0 && !comparison.mayBeSummedUp(stored)) {
    hold('overhead', stored.background, found.background);
  }
  return gaps;
}

function usdOf({ clientUsd }: SessionSummary): number {
  return Math.round((clientUsd ?? 0) * 1e9);
}
