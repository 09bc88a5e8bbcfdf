import { compareInTime } from '../../model/messageNumber.ts';
import { type Usage, usageKeys } from '../../model/tokens.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import type { ReportContext } from '../../query/context.ts';
import {
  type MessageCost,
  messageCosts,
  sessionsOfMessage,
} from '../../store/query/messageCosts.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { numberedMessages } from './findMessage.ts';
import { piecesOf, sumOf } from './pieces.ts';
import type { CheckedFile, Recount } from './recount.ts';

/**
 * How the store's message stands to what its transcripts say now.
 *
 * - `agrees`: every count, the price row and the amount are the same, and the arithmetic holds.
 * - `differs`: something is not the same.
 * - `not-in-store`: the transcripts have it, the store does not.
 * - `not-in-transcript`: its transcript is there and has it no more.
 * - `gone`: its transcript is gone; its arithmetic holds.
 * - `newer`: its transcript has grown since it was read.
 * - `summed-up`: retention has summed it up.
 */
export const verifiedStates = [
  'agrees',
  'differs',
  'not-in-store',
  'not-in-transcript',
  'gone',
  'newer',
  'summed-up',
] as const;
export type VerifiedState = (typeof verifiedStates)[number];

/** States that are wrong: the others are right, or cannot be told. */
export const wrongStates: readonly VerifiedState[] = [
  'differs',
  'not-in-store',
  'not-in-transcript',
];

/** What two of a message are compared by. */
export type ComparedField =
  | keyof Usage
  | 'time'
  | 'model'
  | 'priceRow'
  | 'nano'
  | 'declined'
  | 'agent'
  | 'session'
  | 'arithmetic';

export interface Difference {
  readonly field: ComparedField;
  /** As the store has it. */
  readonly stored: string | number;
  /** As the transcripts, or the price list, have it. */
  readonly found: string | number;
}

export interface VerifiedMessage {
  readonly sid: string;
  /** Its number in the session; undefined where the store does not count it. */
  readonly number: number | undefined;
  /** The store's, else the transcripts'. */
  readonly message: MessageCost;
  readonly state: VerifiedState;
  readonly differences: readonly Difference[];
}

/** A message of one side without its counterpart. */
interface Alone {
  readonly sid: string;
  readonly number: number | undefined;
  readonly message: MessageCost;
}

/** What became of the transcripts of each session: gone, grown, or as they were. */
class Traces {
  readonly #bySession = new Map<string, CheckedFile[]>();

  constructor(files: readonly CheckedFile[]) {
    for (const file of files) {
      for (const sid of file.sessions) {
        const known = this.#bySession.get(sid);
        if (known === undefined) this.#bySession.set(sid, [file]);
        else known.push(file);
      }
    }
  }

  /** Whether a transcript of the session has more than the store has read. */
  hasGrown(sid: string): boolean {
    return this.#of(sid).some(({ state }) => state === 'grown');
  }

  /** Whether some transcript of the session cannot be read any more. */
  hasGone(sid: string): boolean {
    return this.#of(sid).some(isLost);
  }

  /** Whether this very transcript of the session cannot be read any more. */
  isLost(sid: string, agentId: string): boolean {
    return this.#of(sid).some((file) => file.agentId === agentId && isLost(file));
  }

  /** Whether the transcript a message stood in is gone, as far as can be told. */
  isGone(sid: string, agentId: string): boolean {
    const own = this.#of(sid).filter((file) => file.agentId === agentId);
    // Early versions wrote subagents into the session's own file.
    const candidates = own.length > 0 ? own : this.#of(sid);
    return candidates.length === 0 || candidates.some(isLost);
  }

  #of(sid: string): readonly CheckedFile[] {
    return this.#bySession.get(sid) ?? [];
  }
}

function isLost({ state }: CheckedFile): boolean {
  return state === 'gone' || state === 'unreadable';
}

/** The comparison of the store with a recount, session by session. */
export class Comparison {
  readonly #context: ReportContext;
  readonly #recount: Recount;
  readonly #traces: Traces;
  readonly #summedUpBefore: number;
  readonly #onlyStored: Alone[] = [];
  readonly #onlyFound: Alone[] = [];

  constructor(context: ReportContext, recount: Recount) {
    this.#context = context;
    this.#recount = recount;
    this.#traces = new Traces(recount.files);
    this.#summedUpBefore = downsampledUpTo(context.db).messages;
  }

  /** Whether transcripts of a session are gone, have grown or cannot be read: its sums cannot be judged. */
  isPartial(sid: string): boolean {
    return this.#traces.hasGone(sid) || this.#traces.hasGrown(sid);
  }

  /** Whether retention may have summed up messages of a session. */
  mayBeSummedUp({ startedAt }: SessionSummary): boolean {
    return startedAt < this.#summedUpBefore;
  }

  /** What both sides have of a session, as it was in the store and is in the recount. */
  *session(
    stored: SessionSummary | undefined,
    found: SessionSummary | undefined,
  ): Generator<VerifiedMessage> {
    const sid = (stored ?? found)!.sid;
    const numbers = stored === undefined ? new Map() : numberedMessages(this.#context, stored);
    const fresh = found === undefined ? [] : messageCosts(this.#recount.db, found.id);
    const byKey = new Map(fresh.map((message) => [message.key, message]));
    for (const [message, number] of numbers as Map<MessageCost, number>) {
      const other = byKey.get(message.key);
      byKey.delete(message.key);
      if (other === undefined) this.#onlyStored.push({ sid, number, message });
      else yield this.#both({ sid, number, message }, other);
    }
    for (const message of byKey.values()) {
      this.#onlyFound.push({ sid, number: undefined, message });
    }
  }

  /** What was left alone in its session: counted for another one, or on one side only. */
  *rest(): Generator<VerifiedMessage> {
    const byId = Map.groupBy(this.#onlyFound, ({ message }) => message.messageId);
    const left = new Set(this.#onlyFound);
    for (const alone of this.#onlyStored) {
      const candidates = (byId.get(alone.message.messageId) ?? []).filter((one) => left.has(one));
      const same =
        candidates.find(({ message }) => message.requestId === alone.message.requestId) ??
        candidates.find(
          ({ message }) => compareInTime(message, { ...alone.message, key: message.key }) === 0,
        ) ??
        candidates[0];
      if (same === undefined) {
        yield this.#storedOnly(alone);
        continue;
      }
      left.delete(same);
      yield this.#both(alone, same.message, same.sid);
    }
    for (const alone of left) yield { ...alone, state: this.#foundOnly(alone), differences: [] };
  }

  #both(alone: Alone, other: MessageCost, sid = alone.sid): VerifiedMessage {
    const { message } = alone;
    const wrongSum = arithmetic(this.#context.book, message);
    const different = differences(message, other);
    if (sid !== alone.sid) {
      different.push({ field: 'session', stored: alone.sid, found: sid });
    }
    if (different.length === 0) {
      return { ...alone, state: wrongSum.length > 0 ? 'differs' : 'agrees', differences: wrongSum };
    }
    const state = this.#excuse(alone, different, sid);
    const all = [...different, ...wrongSum];
    if (state === undefined || wrongSum.length > 0) {
      return { ...alone, state: 'differs', differences: all };
    }
    return { ...alone, state, differences: [] };
  }

  /** Why a difference says nothing against the store: copies that are gone, or lines it has not read. */
  #excuse(
    { sid, message }: Alone,
    different: readonly Difference[],
    other: string,
  ): VerifiedState | undefined {
    const sids = [sid, other];
    const isMoney = different.every(({ field }) => ['nano', 'priceRow', 'model'].includes(field));
    const isShare = message.pricedBy === 'client';
    // Money alone follows from what both sides know, but for a share of the session's total.
    if (isMoney && !isShare) return undefined;
    if (sids.some((one) => this.#traces.hasGrown(one))) return 'newer';
    if (isMoney) return this.#traces.hasGone(sid) ? 'gone' : undefined;
    return this.#mayHaveLostCopy(sid, other, message) ? 'gone' : undefined;
  }

  /** Whether a copy that said more of a message may have stood in a transcript that is gone. */
  #mayHaveLostCopy(sid: string, other: string, message: MessageCost): boolean {
    if (['', message.agentId].some((agentId) => this.#traces.isLost(sid, agentId))) return true;
    const elsewhere = [other, ...sessionsOfMessage(this.#context.db, message)];
    return elsewhere.some((one) => one !== sid && this.#traces.hasGone(one));
  }

  #storedOnly(alone: Alone): VerifiedMessage {
    const { sid, message } = alone;
    const wrongSum = arithmetic(this.#context.book, message);
    const gone = this.#traces.isGone(sid, message.agentId);
    const state = wrongSum.length > 0 ? 'differs' : gone ? 'gone' : 'not-in-transcript';
    return { ...alone, state, differences: wrongSum };
  }

  #foundOnly({ sid, message }: Alone): VerifiedState {
    if (message.at < this.#summedUpBefore) return 'summed-up';
    return this.#traces.hasGrown(sid) ? 'newer' : 'not-in-store';
  }
}

/** What is not the same of a message in the store and anew. */
function differences(stored: MessageCost, found: MessageCost): Difference[] {
  const fields: [ComparedField, string | number, string | number][] = [
    ...usageKeys.map((key): [ComparedField, number, number] => [
      key,
      stored.usage[key],
      found.usage[key],
    ]),
    ['time', stored.at, found.at],
    ['model', stored.model, found.model],
    ['priceRow', rowOf(stored), rowOf(found)],
    ['nano', stored.nano, found.nano],
    ['declined', stored.declined, found.declined],
    ['agent', stored.agentId, found.agentId],
  ];
  return fields
    .filter(([, before, now]) => before !== now)
    .map(([field, before, now]) => ({ field, stored: before, found: now }));
}

function rowOf({ row, bandRow, pricedBy }: MessageCost): string {
  if (pricedBy === 'client') return 'client';
  return bandRow === '' ? row : `${row} + ${bandRow}`;
}

/** A message's amount against its tokens at the price list, in exact decimals; nothing where it holds. */
function arithmetic(book: RateBook, message: MessageCost): Difference[] {
  if (message.pricedBy === 'client') return [];
  const { nano } = sumOf(piecesOf(book, message));
  return nano === message.nano ? [] : [{ field: 'arithmetic', stored: message.nano, found: nano }];
}
