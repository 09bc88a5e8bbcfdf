import type {
  MessageLine,
  RejectReason,
  SessionRecords,
  TitleKind,
  TranscriptBatch,
} from '../../model/records.ts';
import { emptyAgentMetadata, emptyBatch, emptySessionRecords } from '../batch.ts';
import { eachLine, type LineParser } from '../lineReader.ts';
import { oneLine } from '../titleLine.ts';
import { type CodexRequest, codexMessage } from './codexMessage.ts';
import {
  type Counts,
  isEqual,
  isNothing,
  isWhole,
  minus,
  noCounts,
  plus,
  reasoningOf,
  usageOf,
} from './counts.ts';
import { type RolloutLine, rolloutLine, type ThreadMeta } from './rolloutLine.ts';
import { freshRollout, type RolloutState, type ThreadPlace } from './rolloutState.ts';
import { type CounterEvent, isSame, type ThreadHistories } from './threadHistories.ts';
import { madeAt } from './threadIds.ts';

type LineOf<K extends RolloutLine['kind']> = Extract<RolloutLine, { kind: K }>;

/** Turns remembered: a usage record comes soon after the turn's context. */
const rememberedTurns = 32;

/** Copied lines are written at once when a file is begun. */
const copiedWithinMs = 1_000;

/** Tools named of one response. */
const mostTools = 50;

/**
 * Turns the lines of one rollout into records. A request is a usage record, or in turns that have none
 * a counter that differs from the one before it. A fork or subagent may begin with a copy of its parent's
 * lines, whose requests belong to the thread that made them: they are marked as copies, with the ids
 * they have in that thread's own rollout.
 */
export class RolloutParser implements LineParser {
  readonly state: RolloutState;
  readonly #histories: ThreadHistories;
  readonly #path: string;
  #batch: TranscriptBatch = emptyBatch();
  #sessions = new Map<string, SessionRecords>();
  /** Told of each counter, in order: what a fork's copies are compared with. */
  readonly #onCounter: ((event: CounterEvent) => void) | undefined;

  /**
   * @param path the rollout's, and `fallback` the name of its thread where no line says it
   * @param histories other rollouts of the same configuration directory
   */
  constructor(
    { path, fallback }: { readonly path: string; readonly fallback: string },
    state: RolloutState | undefined,
    histories: ThreadHistories,
    onCounter?: (event: CounterEvent) => void,
  ) {
    this.#path = path;
    this.#histories = histories;
    this.#onCounter = onCounter;
    this.state = state === undefined ? freshRollout() : { ...state };
    this.#fallback = { thread: fallback, session: fallback, agent: '' };
  }

  readonly #fallback: ThreadPlace;

  get held(): number {
    return this.#batch.messages.length + this.#batch.events.length;
  }

  feed(buf: Buffer, start: number, stop: number, offset: number): void {
    eachLine(buf, start, stop, (from, end) => {
      this.state.line++;
      this.#line(buf, from, end, offset + (from - start));
    });
  }

  skipLongLine(offset: number): void {
    this.state.line++;
    this.#batch.lines++;
    this.#reject('too long', offset);
  }

  take(): TranscriptBatch {
    const batch = this.#batch;
    for (const records of this.#sessions.values()) batch.sessions.push(records);
    this.#batch = emptyBatch();
    this.#sessions = new Map();
    return batch;
  }

  #line(buf: Buffer, start: number, stop: number, offset: number): void {
    if (buf.subarray(start, stop).every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09))
      return;
    this.#batch.lines++;
    const line = rolloutLine(buf, start, stop);
    if (line === undefined) this.#reject('not JSON', offset);
    if (!line) return;
    if (line.at > this.state.lastAt) this.state.lastAt = line.at;
    this.#take(line, offset);
    if (this.#own !== this.#fallback && !Number.isNaN(line.at)) this.#trace(this.#own, line.at);
  }

  #take(line: RolloutLine, offset: number): void {
    const { state } = this;
    switch (line.kind) {
      case 'meta':
        this.#meta(line);
        return;
      case 'context':
        state.model = line.model || state.model;
        state.turn = line.turn || state.turn;
        state.effort = line.effort;
        state.cwd = line.cwd || state.cwd;
        if (line.turn !== '')
          state.turnModels = remember(state.turnModels, [line.turn, line.model]);
        return;
      case 'turn':
        state.turn = line.turn || state.turn;
        return;
      case 'settings':
        state.tier = line.tier;
        return;
      case 'record':
        this.#record(line, offset);
        return;
      case 'reset':
        state.counter = noCounts;
        return;
      case 'count':
        this.#count(line, offset);
        return;
      case 'tool':
        if (state.tools.length < mostTools) state.tools = [...state.tools, line.name];
        return;
      case 'prompt':
        this.#prompt(line, offset);
        return;
      case 'name':
        this.#name(line, offset);
        return;
      case 'compaction':
      case 'error':
        this.#event(line, offset);
        return;
      case 'other':
    }
  }

  get #own(): ThreadPlace {
    return this.state.threads[0] ?? this.#fallback;
  }

  get #hasHistory(): boolean {
    return this.state.threads.length > 1 || this.state.parent !== '';
  }

  #meta(meta: ThreadMeta & { readonly at: number }): void {
    const { state } = this;
    if (meta.thread === '') return;
    if (state.threads.length > 0) {
      if (state.threads.some(({ thread }) => thread === meta.thread)) return;
      // Before 0.105 no field names the parent: its own first line stands second.
      if (state.parent === '' && state.threads.length === 1) state.parent = meta.thread;
      state.threads = [...state.threads, this.#placeOf(meta)];
      return;
    }
    state.threads = [this.#placeOf(meta)];
    state.parent = meta.parent;
    state.firstAt = Number.isNaN(meta.at) ? 0 : meta.at;
    state.cwd = meta.cwd;
    state.branch = meta.branch;
    state.version = meta.version;
    state.originator = meta.originator;
    state.provider = meta.provider;
    if (meta.subagent === '') return;
    const { session, agent } = this.#own;
    this.#batch.agents.push({
      ...emptyAgentMetadata,
      sessionId: session,
      agentId: agent,
      type: meta.subagent,
      parentAgentId: meta.parent === session ? '' : meta.parent,
      depth: meta.depth,
    });
  }

  #placeOf({ thread, parent, root, subagent }: ThreadMeta): ThreadPlace {
    if (subagent === '' || (parent === '' && (root === '' || root === thread))) {
      return { thread, session: thread, agent: '' };
    }
    const session = root !== '' && root !== thread ? root : this.#histories.sessionOf(parent);
    return { thread, session, agent: thread };
  }

  #record(line: LineOf<'record'>, offset: number): void {
    const { state } = this;
    const { counts } = line.usage;
    const total = line.total.counts;
    if (!isNothing(total)) state.counter = total;
    if (line.turn !== '' && !state.recorded.includes(line.turn)) {
      state.recorded = [...state.recorded, line.turn].slice(-rememberedTurns);
    }
    const owner = line.thread === '' ? this.#own : this.#placeOfThread(line.thread);
    this.#request(line, offset, {
      id: line.response || [line.turn, ...counts, ...total].join('.'),
      counts,
      countedBy: 'request',
      owner,
      copied: owner.thread !== this.#own.thread,
      turn: line.turn,
      model: modelOf(state.turnModels, line.turn) || state.model,
      odd: line.usage.odd,
    });
  }

  #placeOfThread(thread: string): ThreadPlace {
    return (
      this.state.threads.find((known) => known.thread === thread) ?? {
        thread,
        session: thread,
        agent: '',
      }
    );
  }

  #count(line: LineOf<'count'>, offset: number): void {
    const { state } = this;
    const last = line.last?.counts ?? noCounts;
    const before = state.counter;
    const total = line.total?.counts ?? plus(before ?? noCounts, last);
    const origin = this.#originOf({ last, total: line.total?.counts });
    state.counted++;
    const id = this.#counterId(origin, total);
    this.#onCounter?.({ last, total: line.total?.counts, id, owner: origin.owner });
    // A counter that has not moved was written again.
    if (before !== null && isEqual(total, before)) return;
    state.counter = total;
    if (!origin.copied && state.recorded.includes(state.turn)) return;
    const { counts, countedBy, lost } = spent({
      last: line.last === undefined ? undefined : last,
      total,
      before,
      hasHistory: this.#hasHistory,
    });
    const model = line.model || state.model;
    const odd = line.total?.odd === true || line.last?.odd === true;
    const request = { owner: origin.owner, copied: origin.copied, turn: state.turn, model, odd };
    // Lines before this one were lost: what they counted stands as one sum.
    if (lost !== undefined) {
      const sum = { id: `${id}/lost`, counts: lost, countedBy: 'counter of several' } as const;
      this.#request(line, offset, { ...request, ...sum });
    }
    this.#request(line, offset, { ...request, id, counts, countedBy });
  }

  /** Whose counter it is: the own thread's, or that of the one it is copied from. */
  #originOf(event: Pick<CounterEvent, 'last' | 'total'>): Origin {
    const { state } = this;
    const own = this.#own;
    if (!this.#hasHistory) return { owner: own, copied: false };
    const isOlder = this.#isTurnOlder();
    if (isOlder === undefined) {
      const counters = state.copying ? this.#histories.counters(state.parent) : undefined;
      const known = counters?.[state.counted];
      state.copying &&= counters === undefined ? this.#isLikeACopy() : isKnown(known, event);
      if (!state.copying) return { owner: own, copied: false };
      const owner = known?.owner ?? this.#placeOfThread(state.parent || own.thread);
      return { owner, copied: true, known };
    }
    return isOlder
      ? { owner: this.#threadAt(madeAt(state.turn)!), copied: true }
      : { owner: own, copied: false };
  }

  /** Whether the turn was begun before the thread; undefined where their ids do not tell. */
  #isTurnOlder(): boolean | undefined {
    const [ownAt, turnAt] = [madeAt(this.#own.thread), madeAt(this.state.turn)];
    return ownAt === undefined || turnAt === undefined ? undefined : turnAt < ownAt;
  }

  /** Where the parent is gone, a copy is told by another fork of it, or by when it was written. */
  #isLikeACopy(): boolean {
    const { state } = this;
    if (state.counted < this.#histories.sharedStart(this.#path, state.parent)) return true;
    return state.firstAt > 0 && state.lastAt - state.firstAt < copiedWithinMs;
  }

  /** The thread of this file's history that ran at a moment: the one begun last before it. */
  #threadAt(at: number): ThreadPlace {
    const { threads, parent } = this.state;
    const before = threads
      .slice(1)
      .filter(({ thread }) => (madeAt(thread) ?? Number.POSITIVE_INFINITY) <= at)
      .sort((a, b) => madeAt(b.thread)! - madeAt(a.thread)!);
    return before[0] ?? this.#placeOfThread(parent || threads[1]!.thread);
  }

  #counterId({ owner, known }: Origin, total: Counts): string {
    if (known !== undefined) return known.id;
    const { turn } = this.state;
    const scope = madeAt(turn) === undefined ? owner.thread : turn;
    return [scope, ...total].join('.');
  }

  #request({ at }: { readonly at: number }, offset: number, request: Request): void {
    const { state } = this;
    if (isNothing(request.counts)) return;
    const turnAt = madeAt(request.turn);
    const time = request.copied && turnAt !== undefined ? turnAt : this.#timeOf(at);
    if (time === 0) {
      this.#reject('no time', offset);
      return;
    }
    const { owner, copied, countedBy } = request;
    if (copied) this.#trace(owner, time);
    // What stands before a count is the request's own, not of those whose lines were lost.
    const isSeveral = countedBy === 'counter of several';
    const message: MessageLine = codexMessage({
      id: request.id,
      place: owner,
      copied,
      at: time,
      model: request.model,
      usage: usageOf(request.counts),
      reasoning: reasoningOf(request.counts),
      incomplete: request.odd,
      countedBy,
      tier: state.tier,
      effort: state.effort,
      turn: request.turn,
      tools: copied || isSeveral ? [] : [...new Set(state.tools)],
      state,
    });
    this.#batch.messages.push(message);
    if (!isSeveral) state.tools = [];
  }

  /** A line's time; of one without, that of the line before it, or of the thread's id. */
  #timeOf(at: number): number {
    if (!Number.isNaN(at)) return at;
    return this.state.lastAt || madeAt(this.#own.thread) || 0;
  }

  #prompt({ text, at }: LineOf<'prompt'>, offset: number): void {
    if (this.state.named || this.#isInCopy()) return;
    if (this.#title('prompt', text, at, offset)) this.state.named = true;
  }

  #isInCopy(): boolean {
    return this.#hasHistory && (this.#isTurnOlder() ?? this.state.copying);
  }

  #name({ thread, text, at }: LineOf<'name'>, offset: number): void {
    if (thread === '' || thread === this.#own.thread) this.#title('custom', text, at, offset);
  }

  /** Names the session, by its main thread only; false where nothing in the words does. */
  #title(kind: TitleKind, words: string, at: number, offset: number): boolean {
    const { session: sessionId, agent } = this.#own;
    const text = oneLine(words);
    if (text === '' || agent !== '') return false;
    this.#batch.titles.push({ sessionId, kind, at: this.#timeOf(at), offset, text });
    return true;
  }

  #event({ kind, at }: LineOf<'compaction' | 'error'>, offset: number): void {
    if (this.#isInCopy()) return;
    const { thread, session, agent } = this.#own;
    const { model } = this.state;
    this.#batch.events.push({
      key: `${thread}.${offset}`,
      kind: kind === 'error' ? 'api-error' : 'compaction',
      sessionId: session,
      agentId: agent,
      at: this.#timeOf(at),
      code: '',
      count: 1,
      ...(kind === 'error' && model !== '' && { model }),
    });
  }

  #trace(place: ThreadPlace, at: number): void {
    const { state } = this;
    let records = this.#sessions.get(place.session);
    if (records === undefined) {
      records = emptySessionRecords(place.session);
      this.#sessions.set(place.session, records);
    }
    records.firstAt = Math.min(records.firstAt, at);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, at);
    if (place.session !== this.#own.session) return;
    if (state.cwd !== '' && at <= records.cwdAt) {
      records.cwd = state.cwd;
      records.cwdAt = at;
      records.cwdSidechain = place.agent !== '';
    }
    if (state.branch !== '') {
      records.branch = state.branch;
      records.branchAt = at;
    }
    if (state.version !== '') {
      records.version = state.version;
      records.versionAt = at;
      records.entrypoint = state.originator;
    }
  }

  #reject(reason: RejectReason, offset: number): void {
    const { line, lastAt } = this.state;
    this.#batch.rejected.push({ reason, line, offset, at: lastAt, sessionId: this.#own.session });
  }
}

interface Origin {
  readonly owner: ThreadPlace;
  readonly copied: boolean;
  /** The same counter in the owner's rollout, where that was asked. */
  readonly known?: CounterEvent | undefined;
}

interface Request {
  readonly id: string;
  readonly counts: Counts;
  readonly owner: ThreadPlace;
  readonly copied: boolean;
  readonly turn: string;
  readonly model: string;
  readonly odd: boolean;
  readonly countedBy: CodexRequest['countedBy'];
}

/** What was spent between two counters: by a request, and by those before it whose own lines were lost. */
interface Spent {
  readonly counts: Counts;
  readonly countedBy: 'request' | 'counter';
  readonly lost?: Counts;
}

/**
 * What was spent between two counters. `last` is the latest request by the client's own word: it is
 * taken wherever it agrees, and the rest is what was lost before it. Where it says nothing, the counter does.
 */
function spent({
  last,
  total,
  before,
  hasHistory,
}: {
  readonly last: Counts | undefined;
  readonly total: Counts;
  readonly before: Counts | null;
  readonly hasHistory: boolean;
}): Spent {
  const byRequest = (counts: Counts): Spent => ({ counts, countedBy: 'request' });
  // The counter of a fork begins with its parent's.
  if (before === null && hasHistory && last !== undefined) return byRequest(last);
  const earlier = before ?? noCounts;
  const moved = minus(total, earlier);
  if (last !== undefined && !isNothing(last)) {
    const base = minus(total, last);
    if (isEqual(base, earlier) || isNothing(base)) return byRequest(last);
    const lost = minus(moved, last);
    if (isWhole(moved) && isWhole(lost) && !isNothing(lost)) return { ...byRequest(last), lost };
  }
  if (!isWhole(moved)) return byRequest(last ?? total);
  // Who writes no `last` at all logs each request by its counter.
  return { counts: moved, countedBy: last === undefined ? 'request' : 'counter' };
}

function isKnown(
  known: CounterEvent | undefined,
  event: Pick<CounterEvent, 'last' | 'total'>,
): boolean {
  return known !== undefined && isSame(known, event);
}

function remember<T>(
  list: readonly (readonly [string, T])[],
  entry: readonly [string, T],
): readonly (readonly [string, T])[] {
  return [...list.filter(([name]) => name !== entry[0]), entry].slice(-rememberedTurns);
}

function modelOf(list: RolloutState['turnModels'], turn: string): string {
  return list.find(([name]) => name === turn)?.[1] ?? '';
}
