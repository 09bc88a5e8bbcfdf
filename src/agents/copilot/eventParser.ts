import {
  countSources,
  type RejectReason,
  type SessionRecords,
  type TranscriptBatch,
} from '../../model/records.ts';
import { emptyAgentMetadata, emptyBatch, emptySessionRecords } from '../batch.ts';
import { type Json, object, parseObject, text, tokenCount } from '../json.ts';
import { eachLine, type LineParser } from '../lineReader.ts';
import { readTime } from '../timestamp.ts';
import { oneLine } from '../titleLine.ts';
import {
  type CopilotCounts,
  type CopilotSpend,
  copilotMessage,
  creditsIn,
  isNothing,
  readCounts,
} from './copilotMessage.ts';

/** What a reader must remember between two chunks of one log. Plain data, kept in the store. */
export interface EventState {
  /** Lines behind, so that the next one is number `line + 1`. */
  line: number;
  /** Latest time of any line so far; 0 when none is dated. */
  lastAt: number;
  session: string;
  /** A line has said which session it is. */
  started: boolean;
  version: string;
  cwd: string;
  branch: string;
  model: string;
  effort: string;
  /** What the lines belong to: the latest prompt. */
  prompt: string;
  named: boolean;
  /** Answers since the session began, and since it was resumed last: a request each. */
  answered: number;
  resumed: number;
  /** Sums that were written so far. */
  sums: number;
  /** Of each model what was counted of the first sum, and of the later ones that were added to it. */
  counted: Readonly<Record<string, CountedSums>>;
}

interface CountedSums {
  readonly first: ModelSum;
  readonly later: ModelSum;
}

/** A sum of requests at one model. */
interface ModelSum extends Omit<CopilotCounts, 'odd'> {
  readonly requests: number;
  readonly nanoCredits: number;
}

const noSum: ModelSum = {
  ...{ input: 0, output: 0, read: 0, written: 0, reasoning: 0 },
  ...{ requests: 0, nanoCredits: 0 },
};
const noSums: CountedSums = { first: noSum, later: noSum };

export function freshEvents(session: string): EventState {
  return {
    line: 0,
    lastAt: 0,
    session,
    started: false,
    version: '',
    cwd: '',
    branch: '',
    model: '',
    effort: '',
    prompt: '',
    named: false,
    answered: 0,
    resumed: 0,
    sums: 0,
    counted: {},
  };
}

const fields = {
  input: ['inputTokens', 'input'],
  output: ['outputTokens', 'output'],
  read: ['cacheReadTokens', 'cachedInput'],
  written: ['cacheWriteTokens'],
  reasoning: ['reasoningTokens'],
} as const;

/** Models of one sum, and tools of one request. */
const mostNames = 50;

/** Lines without one of these say nothing that is counted, named or told apart by. */
const wanted =
  /"type":\s*"(?:session\.(?:start|resume|shutdown|usage_record|compaction_complete|model_change|error)|assistant\.message|user\.message|subagent\.started|abort)"/;

/**
 * Turns the lines of a session's log into records. A request is a usage record (1.0.102 and later) or a
 * compaction; older clients sum up when they end, by model: since the process began, or since the session did.
 * The database beside it has the same once more: which of them counts is the store's choice (`countSources`).
 */
export class EventParser implements LineParser {
  readonly state: EventState;
  #batch: TranscriptBatch = emptyBatch();
  #records: SessionRecords | undefined;

  /** @param session the log's name, for where no line says its session */
  constructor(session: string, state: EventState | undefined) {
    this.state = state === undefined ? freshEvents(session) : { ...state };
  }

  get held(): number {
    return this.#batch.messages.length + this.#batch.events.length;
  }

  feed(buf: Buffer, start: number, stop: number, offset: number): void {
    eachLine(buf, start, stop, (from, end) => {
      this.state.line++;
      this.#line(buf.toString('utf8', from, end), offset + (from - start));
    });
  }

  skipLongLine(offset: number): void {
    this.state.line++;
    this.#batch.lines++;
    this.#reject('too long', offset);
  }

  take(): TranscriptBatch {
    const batch = this.#batch;
    if (this.#records !== undefined) batch.sessions.push(this.#records);
    this.#batch = emptyBatch();
    this.#records = undefined;
    return batch;
  }

  #line(line: string, offset: number): void {
    if (line.trim() === '') return;
    this.#batch.lines++;
    const isWhole = /\}\s*$/.test(line);
    if (isWhole && !wanted.test(line.slice(0, 4096)) && !wanted.test(line)) return;
    const record = parseObject(line);
    if (record === undefined) {
      this.#reject('not JSON', offset);
      return;
    }
    const at = readTime(record.timestamp);
    if (at > this.state.lastAt) this.state.lastAt = at;
    this.#take(record, object(record.data), offset);
    if (!Number.isNaN(at)) this.#trace(at);
  }

  #take(record: Json, data: Json, offset: number): void {
    const { state } = this;
    switch (record.type) {
      case 'session.start':
        if (!state.started) state.session = text(data.sessionId) || state.session;
        state.started = true;
        state.version = text(data.copilotVersion) || state.version;
        this.#begin(data);
        return;
      case 'session.resume':
        state.resumed = 0;
        this.#begin(data);
        return;
      case 'session.model_change':
        // A subagent's own line names its agent.
        if (text(record.agentId) === '') state.model = text(data.newModel) || state.model;
        return;
      case 'assistant.message':
        state.answered++;
        state.resumed++;
        if (text(record.agentId) === '') state.model = text(data.model) || state.model;
        return;
      case 'user.message':
        if (text(record.agentId) === '') this.#prompt(record, data, offset);
        return;
      case 'subagent.started':
        this.#agent(record, data);
        return;
      case 'session.usage_record':
        this.#usage(record, object(data.usage), offset);
        return;
      case 'session.compaction_complete':
        this.#compaction(record, data, offset);
        return;
      case 'session.shutdown':
        this.#sums(object(data.modelMetrics), offset);
        return;
      case 'session.error':
        this.#event('api-error', record, offset);
        return;
      case 'abort':
        this.#event('interrupted', record, offset);
    }
  }

  #begin(data: Json): void {
    const { state } = this;
    const context = object(data.context);
    state.cwd = text(context.cwd) || state.cwd;
    state.branch = text(context.branch) || state.branch;
    state.model = text(data.selectedModel) || state.model;
    state.effort = text(data.reasoningEffort);
  }

  #prompt(record: Json, data: Json, offset: number): void {
    const { state } = this;
    state.prompt = text(data.interactionId) || text(record.id) || state.prompt;
    const words = oneLine(text(data.content));
    if (state.named || words === '') return;
    state.named = true;
    const { session: sessionId, lastAt: at } = state;
    this.#batch.titles.push({ sessionId, kind: 'prompt', at, offset, text: words });
  }

  #agent(record: Json, data: Json): void {
    const agentId = text(record.agentId);
    if (agentId === '') return;
    this.#batch.agents.push({
      ...emptyAgentMetadata,
      sessionId: this.state.session,
      agentId,
      type: text(data.agentType) || text(data.agentName),
      toolUseId: text(data.toolCallId),
      model: text(data.model),
    });
  }

  #usage(record: Json, usage: Json, offset: number): void {
    this.#spend(record, offset, {
      id: text(usage.apiCallId) || this.#idOf(record, offset),
      model: text(usage.model),
      counts: readCounts(usage, fields),
      countedFrom: countSources.record,
      tools: Object.keys(object(usage.toolCounts)).slice(0, mostNames),
      durationMs: tokenCount(usage.duration) ?? null,
      nanoCredits: creditsIn(object(usage.copilotUsage).totalNanoAiu),
    });
  }

  #compaction(record: Json, data: Json, offset: number): void {
    this.#event('compaction', record, offset);
    const usage = object(data.compactionTokensUsed);
    this.#spend(record, offset, {
      id: `${this.#idOf(record, offset)}/compaction`,
      model: text(usage.model) || this.state.model,
      counts: readCounts(usage, fields),
      countedFrom: countSources.beside,
      nanoCredits: creditsIn(object(usage.copilotUsage).totalNanoAiu),
    });
  }

  /**
   * A client's sum at its end. Of the session or of the process? That of the session names as many requests
   * as it has answers, and takes the place of the sums before it; that of the process is one more.
   */
  #sums(metrics: Json, offset: number): void {
    const { state } = this;
    const read = Object.entries(metrics)
      .slice(0, mostNames)
      .map(([model, metric]) => [model, sumOf(object(metric))] as const);
    if (read.length === 0) return;
    const requests = read.reduce((sum, [, { requests: count }]) => sum + count, 0);
    const isWhole =
      Math.abs(requests - state.answered) < Math.abs(requests - state.resumed) &&
      read.every(([model, sum]) => isAtLeast(sum, this.#countedOf(model)));
    const place = isWhole ? 0 : state.sums;
    state.sums++;
    for (const [model, sum] of read) {
      const { first, later } = this.#countedOf(model);
      // What was added to the first sum stays; the first takes all else that the new one says.
      const own = isWhole ? plus(sum, later, -1) : plus(sum, noSum);
      const counted = place === 0 ? { first: own, later } : { first, later: plus(later, own) };
      state.counted = { ...state.counted, [model]: counted };
      this.#spend({}, offset, {
        id: [state.session, 'sum', model, ...(place === 0 ? [] : [place])].join('/'),
        model,
        counts: { ...own, odd: sum.odd },
        countedFrom: countSources.sum,
        requests: Math.max(0, own.requests),
        nanoCredits: creditsIn(own.nanoCredits),
      });
    }
  }

  #countedOf(model: string): CountedSums {
    return Object.hasOwn(this.state.counted, model) ? this.state.counted[model]! : noSums;
  }

  #spend(
    record: Json,
    offset: number,
    spend: Pick<CopilotSpend, 'id' | 'model' | 'counts' | 'countedFrom'> & Partial<CopilotSpend>,
  ): void {
    const { state } = this;
    if (isNothing(spend.counts)) {
      if (spend.counts.odd) this.#reject('bad usage', offset);
      return;
    }
    const time = readTime(record.timestamp);
    const at = Number.isNaN(time) ? state.lastAt : time;
    if (at === 0) {
      this.#reject('no time', offset);
      return;
    }
    this.#batch.messages.push(
      copilotMessage({
        session: state.session,
        agent: text(record.agentId),
        at,
        requests: 1,
        prompt: state.prompt,
        tools: [],
        cwd: state.cwd,
        branch: state.branch,
        version: state.version,
        effort: state.effort,
        durationMs: null,
        nanoCredits: null,
        ...spend,
      }),
    );
  }

  #event(kind: 'compaction' | 'api-error' | 'interrupted', record: Json, offset: number): void {
    const { session: sessionId, lastAt: at } = this.state;
    if (at === 0) return;
    const agentId = text(record.agentId);
    const key = this.#idOf(record, offset);
    this.#batch.events.push({ key, kind, sessionId, agentId, at, code: '', count: 1 });
  }

  /** An event's id; in a session no two have the same. */
  #idOf(record: Json, offset: number): string {
    return `${this.state.session}/${text(record.id) || offset}`;
  }

  #trace(at: number): void {
    const { state } = this;
    if (this.#records !== undefined && this.#records.sessionId !== state.session) {
      this.#batch.sessions.push(this.#records);
      this.#records = undefined;
    }
    this.#records ??= emptySessionRecords(state.session);
    const records = this.#records;
    records.firstAt = Math.min(records.firstAt, at);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, at);
    if (state.cwd !== '' && at <= records.cwdAt) {
      records.cwd = state.cwd;
      records.cwdAt = at;
      records.cwdSidechain = false;
    }
    if (state.branch !== '') {
      records.branch = state.branch;
      records.branchAt = at;
    }
    if (state.version !== '') {
      records.version = state.version;
      records.versionAt = at;
    }
  }

  #reject(reason: RejectReason, offset: number): void {
    const { line, lastAt, session: sessionId } = this.state;
    this.#batch.rejected.push({ reason, line, offset, at: lastAt, sessionId });
  }
}

function sumOf(metric: Json): ModelSum & Pick<CopilotCounts, 'odd'> {
  const requests = tokenCount(object(metric.requests).count) ?? 0;
  const nanoCredits = tokenCount(metric.totalNanoAiu) ?? 0;
  return { ...readCounts(object(metric.usage), fields), requests, nanoCredits };
}

const sumKeys = [
  ...(['input', 'output', 'read', 'written', 'reasoning', 'requests', 'nanoCredits'] as const),
];

function plus(a: ModelSum, b: ModelSum, sign: 1 | -1 = 1): ModelSum {
  const sum = { ...noSum } as { -readonly [K in keyof ModelSum]: number };
  for (const key of sumKeys) sum[key] = a[key] + sign * b[key];
  return sum;
}

/** Whether a sum has all that was counted before it. */
function isAtLeast(sum: ModelSum, { first, later }: CountedSums): boolean {
  return sumKeys.every((key) => sum[key] >= first[key] + later[key]);
}
