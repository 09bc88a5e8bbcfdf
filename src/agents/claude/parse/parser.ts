import {
  type CostState,
  type EventKind,
  type MessageLine,
  mainAgent,
  oddTime,
  type RejectReason,
  type TranscriptBatch,
  unnamedAgent,
} from '../../../model/records.ts';
import { emptyAgentMetadata, emptyBatch } from '../../batch.ts';
import { eachLine } from '../../lineReader.ts';
import { isOddTime, readTime, timeAt } from '../../timestamp.ts';
import { isFalse, isTrue, skipSpace, stringAt } from '../scan/jsonScanner.ts';
import { lineScanner } from '../scan/lineScanner.ts';
import { ScannedRecord } from '../scan/scannedRecord.ts';
import { type AssistantRecord, parsedAssistant } from './assistantRecord.ts';
import { agentTypeOf, errorCode } from './attribution.ts';
import { recordsIn } from './brokenLine.ts';
import { ByteCache, bounded } from './byteCache.ts';
import { clientTotal } from './costState.ts';
import { messageLine } from './messageLine.ts';
import { isOtherJson, longestParsed, parseObject, parseRecord } from './parseRecord.ts';
import type { ParserState } from './parserState.ts';
import { RecordCollector } from './recordCollector.ts';
import {
  AGENT,
  COMPACT,
  DATA_TYPE,
  META,
  PROMPT,
  type RecordHead,
  SESSION,
  SIDECHAIN,
  SUBTYPE,
  TIME,
  TYPE,
  UUID,
} from './recordFields.ts';
import { scannedAssistant } from './scannedAssistant.ts';
import { TitleCollector } from './titles.ts';
import { type ToolCall, ToolMemory } from './toolCalls.ts';
import { isJsonObject, text } from './usage.ts';
import { type UserRecord, userRecord } from './userRecord.ts';

/** What the path of a transcript says about its records. */
export interface TranscriptLocation {
  /** Names the file for records that have no identity of their own. */
  readonly path: string;
  /** Session the folder or file name says; records usually carry their own. */
  readonly sessionId: string;
  /** Subagent the file name says, or '' for a main file. */
  readonly agentId: string;
  /** Workflow folder (`wf_…`) the file stands in, or ''. */
  readonly workflow: string;
}

/*
 * What one line needs while it is read, and what remembers the last value of a field: a line is read in
 * one go, so one of each serves all parsers of a thread. A hundred thousand files need no more.
 */
let ownScanned: ScannedRecord | undefined;
const types = new ByteCache();
const sessions = new ByteCache();
const agents = new ByteCache();

/** Whole records read of one line that holds several; unclean ends leave two or three. */
const mostRecords = 10_000;

const noNames: readonly string[] = [];

/** A longer pause means an idle user, not a slow response. */
const longestResponseMs = 3_600_000;

/**
 * Turns the lines of one transcript into records. Feed it chunks that end behind a newline, in
 * order; take the batch and the state whenever they are to be kept. How the file is cut into
 * chunks makes no difference to what comes out.
 */
export class TranscriptParser {
  readonly #place: TranscriptLocation;
  readonly state: ParserState;
  readonly #tools: ToolMemory;
  readonly #scanned: ScannedRecord;
  #batch: TranscriptBatch = emptyBatch();
  readonly #records = new RecordCollector();
  #titles = new TitleCollector();
  /** Whether the time of the record just read is out of reason. */
  #oddTime = false;
  #held = 0;
  /** Types said of agents in this batch: each is stated once. */
  #agentTypes = new Set<string>();

  /** @param scanned another scanner than the thread's, for tests */
  constructor(place: TranscriptLocation, state: ParserState, scanned?: ScannedRecord) {
    ownScanned ??= new ScannedRecord(lineScanner());
    this.#scanned = scanned ?? ownScanned;
    this.#place = place;
    this.state = { ...state };
    this.#tools = new ToolMemory(state.tools);
  }

  /** Reads the lines in [start, stop) of `buf`; the byte at `start` is byte `offset` of the file. */
  feed(buf: Buffer, start: number, stop: number, offset: number): void {
    eachLine(buf, start, stop, (from, end) => {
      this.state.line++;
      this.#line(buf, from, end, offset + (from - start));
    });
  }

  /** Counts a line that was too long to hold and passes over it. */
  skipLongLine(offset: number): void {
    this.state.line++;
    this.#batch.lines++;
    this.#reject('too long', offset);
  }

  /** Records and refused lines since `take` was called last: they are what reading takes memory for. */
  get held(): number {
    return this.#held;
  }

  /** What was read since the last call. */
  take(): TranscriptBatch {
    for (const records of this.#records.take()) this.#batch.sessions.push(records);
    const { titles, summaries } = this.#titles;
    const batch = { ...this.#batch, titles, summaries };
    this.#batch = emptyBatch();
    this.#titles = new TitleCollector();
    this.#agentTypes = new Set();
    this.#held = 0;
    this.state.tools = this.#tools.list();
    return batch;
  }

  #reject(reason: RejectReason | typeof oddTime, offset: number, session?: string): void {
    this.#held++;
    const { line, lastAt: at } = this.state;
    const sessionId = session ?? (this.state.sessionId || this.#place.sessionId);
    this.#batch.rejected.push({ reason, line, offset, at, sessionId });
  }

  #line(buf: Buffer, lineStart: number, lineEnd: number, offset: number): void {
    let start = lineStart;
    if (offset === 0 && buf[start] === 0xef && buf[start + 1] === 0xbb && buf[start + 2] === 0xbf) {
      start += 3;
    }
    start = skipSpace(buf, start, lineEnd);
    if (start === lineEnd) return;
    this.#batch.lines++;
    const stop = this.#scan(buf, start, lineEnd);
    if (stop > 0 && skipSpace(buf, stop, lineEnd) === lineEnd) {
      if (!this.#record(buf, start, stop, offset)) this.#reject('not JSON', offset);
      return;
    }
    if (isOtherJson(buf, start, lineEnd)) {
      this.#reject('not an object', offset);
      return;
    }
    this.#recover(buf, start, lineEnd, offset - lineStart);
  }

  /**
   * A line that is more or less than one record, as unclean ends leave them: runs of NUL bytes, several
   * records, a record cut off with the next behind it. Every whole record in it is read.
   */
  #recover(buf: Buffer, lineStart: number, lineEnd: number, shift: number): void {
    let damaged = false;
    let read = 0;
    for (const { start, stop } of recordsIn(buf, lineStart, lineEnd)) {
      if (start < 0) damaged = true;
      else if (read >= mostRecords) {
        this.#reject('too many parts', lineStart + shift);
        return;
      } else if (
        this.#scan(buf, start, stop) === stop &&
        this.#record(buf, start, stop, start + shift)
      ) {
        read++;
      } else damaged = true;
    }
    if (read === 0) this.#reject('not JSON', lineStart + shift);
    else if (damaged) this.#reject('damaged', lineStart + shift);
  }

  #scan(buf: Buffer, start: number, end: number): number {
    return this.#scanned.scan(buf, start, end);
  }

  /** Reads the record that was just scanned; false when it is no JSON after all. */
  #record(buf: Buffer, start: number, end: number, offset: number): boolean {
    const s = this.#scanned;
    const type = types.read(buf, s.start(TYPE), s.end(TYPE));
    if (type === '' || buf[s.start(TYPE)] !== 0x22) {
      this.#reject('no type', offset);
      return true;
    }
    let record: Record<string, unknown> | undefined;
    let answer: AssistantRecord | undefined;
    if (type === 'assistant' && end - start <= longestParsed) {
      answer = scannedAssistant(buf, s, this.#place.workflow);
    }
    if (answer === undefined && (type === 'assistant' || this.#isAgentProgress(buf, type))) {
      const parsed = parseRecord(buf, start, end);
      if (parsed === 'too many parts') {
        this.#reject(parsed, offset);
        return true;
      }
      if (parsed === undefined) return false;
      record = parsed;
    }
    this.#held++;
    const head = this.#head(buf, offset);
    this.state.sessionId = head.sessionId;
    this.#records.add(buf, this.#scanned, head);
    const behind = this.#batch.messages.length;
    let user: UserRecord | undefined;
    switch (type) {
      case 'assistant':
        answer ??= this.#parsed(record!, record!.message);
        if (answer !== undefined) this.#message(answer, head, false);
        break;
      case 'progress':
        if (record !== undefined) this.#progress(record, head);
        break;
      case 'user':
        user = this.#user(buf, head);
        break;
      case 'system':
        this.#system(buf, start, end, head);
        break;
      case 'cost-state':
        this.#costState(parseObject(buf, start, end), head);
        break;
      case 'pr-link':
        this.#pullRequest(parseObject(buf, start, end), head);
        break;
      default:
        if (TitleCollector.names(type)) {
          this.#titles.add(type, parseObject(buf, start, end), head, this.state.lastAt);
        }
    }
    if (head.at > this.state.lastAt) this.state.lastAt = head.at;
    // Bookmarks written by earlier versions lack this field.
    const total = this.state.openTotal ?? null;
    if (total === null || type === 'cost-state' || Number.isNaN(head.at)) return true;
    if (user?.interrupted) this.#coverInterruption(total);
    else if (!user?.hasResult && this.#batch.messages[behind]?.stopReason !== '') {
      this.state.openTotal = null;
    }
    return true;
  }

  /**
   * An interrupted run writes its total first, then the interrupted response, results of tools it has
   * called already, and the interruption marker, although the total already includes that response: the
   * total is moved behind the marker.
   */
  #coverInterruption(total: CostState): void {
    const covering = { ...total, at: this.state.lastAt };
    // The store keeps one total per file offset: the later replaces the earlier.
    this.#batch.costStates.push(covering);
    this.state.openTotal = covering;
  }

  #isAgentProgress(buf: Buffer, type: string): boolean {
    const s = this.#scanned;
    if (type !== 'progress') return false;
    return stringAt(buf, s.start(DATA_TYPE), s.end(DATA_TYPE)) === 'agent_progress';
  }

  #head(buf: Buffer, offset: number): RecordHead {
    const s = this.#scanned;
    const place = this.#place;
    const inAgentFile = place.agentId !== '';
    const flagged = isTrue(buf, s.start(SIDECHAIN));
    const sidechain = flagged || (inAgentFile && !isFalse(buf, s.start(SIDECHAIN)));
    let agentId = mainAgent;
    if (sidechain || inAgentFile) {
      agentId = agents.read(buf, s.start(AGENT), s.end(AGENT)) || place.agentId || unnamedAgent;
    }
    return {
      at: this.#soundTime(timeAt(buf, s.start(TIME), s.end(TIME))),
      uuid: s.start(UUID) < 0 ? '' : bounded(stringAt(buf, s.start(UUID), s.end(UUID)) ?? ''),
      sessionId: sessions.read(buf, s.start(SESSION), s.end(SESSION)) || place.sessionId,
      sidechain,
      agentId,
      offset,
    };
  }

  /** A record's time; NaN, as if it had none, for one no sound clock shows. */
  #soundTime(at: number): number {
    this.#oddTime = isOddTime(at, this.state.lastAt);
    return this.#oddTime ? Number.NaN : at;
  }

  #parsed(record: Record<string, unknown>, message: unknown): AssistantRecord | undefined {
    return isJsonObject(message)
      ? parsedAssistant(record, message, this.#place.workflow)
      : undefined;
  }

  /** A subagent's record copied into its parent's transcript. */
  #progress(record: Record<string, unknown>, head: RecordHead): void {
    const data = record.data;
    const inner = isJsonObject(data) ? data.message : undefined;
    if (!isJsonObject(data) || !isJsonObject(inner) || inner.type !== 'assistant') return;
    const copied = {
      ...record,
      requestId: inner.requestId,
      requestSessionId: inner.requestSessionId,
      effort: inner.effort ?? record.effort,
      perTurnEffort: inner.perTurnEffort,
      requestedModel: inner.requestedModel,
      promptCacheRequested: inner.promptCacheRequested,
    };
    const answer = this.#parsed(copied, inner.message);
    if (answer === undefined) return;
    const own = this.#soundTime(readTime(inner.timestamp));
    this.#message(
      answer,
      {
        ...head,
        at: Number.isNaN(own) ? head.at : own,
        uuid: text(inner.uuid) || head.uuid,
        sidechain: true,
        agentId: bounded(text(data.agentId)) || unnamedAgent,
      },
      true,
    );
  }

  #message(record: AssistantRecord, head: RecordHead, progress: boolean): void {
    const tools = this.#toolCalls(record.tools, head);
    const { error, usage } = record;
    if (record.model === '<synthetic>') {
      if (record.isApiError) this.#event('api-error', head, error, 1);
      return;
    }
    if (usage === 'none') return;
    if (usage === 'unreadable') {
      this.#reject('bad usage', head.offset, head.sessionId);
      return;
    }
    if (error !== '') this.#event('api-error', head, error, 1);
    // Placeholders, and answers that never came.
    if (usage === 'nothing') return;
    if (record.model === '') {
      this.#reject('no model', head.offset, head.sessionId);
      return;
    }
    const at = Number.isNaN(head.at) ? this.state.lastAt : head.at;
    if (at === 0) {
      this.#reject('no time', head.offset, head.sessionId);
      return;
    }
    if (this.#oddTime) this.#reject(oddTime, head.offset, head.sessionId);
    const line = messageLine(record, usage, head, {
      path: this.#place.path,
      at,
      progress,
      tools,
      promptId: head.sidechain ? '' : this.state.promptId,
      durationMs: progress ? null : this.#duration(at),
    });
    this.#batch.messages.push(line);
    if (!progress) this.#agentType(line);
  }

  /** States what a record says of its agent's type: there may be no meta file that does. */
  #agentType({ sessionId, agentId, attribution }: MessageLine): void {
    const type = agentTypeOf(attribution, agentId);
    if (type === '') return;
    const key = JSON.stringify([sessionId, agentId, type]);
    if (this.#agentTypes.has(key)) return;
    this.#agentTypes.add(key);
    this.#batch.agents.push({ ...emptyAgentMetadata, sessionId, agentId, type });
  }

  #duration(at: number): number | null {
    const since = at - this.state.userAt;
    return this.state.userAt > 0 && since >= 0 && since <= longestResponseMs ? since : null;
  }

  #toolCalls(calls: readonly ToolCall[], head: RecordHead): readonly string[] {
    if (calls.length === 0) return noNames;
    for (const { id, spawns } of calls) {
      if (id === '' || spawns === '') continue;
      this.#batch.spawns.push({ sessionId: head.sessionId, toolUseId: id, type: spawns });
    }
    this.#tools.add(calls);
    return calls.map(({ name }) => name);
  }

  #user(buf: Buffer, head: RecordHead): UserRecord {
    const s = this.#scanned;
    const user = userRecord(buf, this.#scanned);
    if (user.tooMany) this.#reject('too many parts', head.offset, head.sessionId);
    for (const id of user.failedTools) {
      this.#event('tool-error', head, this.#tools.nameOf(id), 1, `${head.uuid}#${id}`);
    }
    if (user.interrupted) this.#event('interrupted', head, '', 1);
    if (user.webSearches > 0) this.#event('web-search', head, '', user.webSearches);
    if (user.agentId !== '' && user.toolUseId !== '') {
      this.#batch.agents.push({
        ...emptyAgentMetadata,
        sessionId: head.sessionId,
        agentId: user.agentId,
        toolUseId: user.toolUseId,
        parentAgentId: head.agentId,
      });
    }
    const meta = isTrue(buf, s.start(META)) || isTrue(buf, s.start(COMPACT));
    if (!head.sidechain || this.#place.agentId !== '') {
      const promptId = bounded(stringAt(buf, s.start(PROMPT), s.end(PROMPT)) ?? '');
      if (promptId !== '') this.state.promptId = promptId;
      else if (user.isPrompt && !meta) this.state.promptId = head.uuid;
      if (!Number.isNaN(head.at)) this.state.userAt = head.at;
    }
    if (user.isPrompt && !meta && !head.sidechain && !Number.isNaN(head.at)) {
      this.#titles.addPrompt(user.prompt, head);
    }
    return user;
  }

  #system(buf: Buffer, start: number, end: number, head: RecordHead): void {
    const subtype = stringAt(buf, this.#scanned.start(SUBTYPE), this.#scanned.end(SUBTYPE));
    if (subtype === 'compact_boundary') {
      const metadata = parseObject(buf, start, end)?.compactMetadata;
      this.#event('compaction', head, isJsonObject(metadata) ? text(metadata.trigger) : '', 1);
    } else if (subtype === 'api_error') {
      this.#event('api-error', head, errorCode(parseObject(buf, start, end) ?? {}) || 'retry', 1);
    }
  }

  #event(kind: EventKind, head: RecordHead, code: string, count: number, key = head.uuid): void {
    const at = Number.isNaN(head.at) ? this.state.lastAt : head.at;
    this.#batch.events.push({
      key: key || `${this.#place.path}@${head.offset}`,
      kind,
      sessionId: head.sessionId,
      agentId: head.agentId,
      at,
      code: bounded(code),
      count,
    });
  }

  #costState(record: Record<string, unknown> | undefined, head: RecordHead): void {
    if (record === undefined) {
      this.#reject('not JSON', head.offset);
      return;
    }
    const total = clientTotal(record, this.state.lastAt);
    if (total === undefined) {
      this.#reject('bad total', head.offset);
      return;
    }
    const { sessionId, offset } = head;
    const state: CostState = { sessionId, offset, at: this.state.lastAt, ...total };
    this.#batch.costStates.push(state);
    this.state.openTotal = state;
  }

  #pullRequest(record: Record<string, unknown> | undefined, head: RecordHead): void {
    const url = bounded(text(record?.prUrl) || text(record?.url));
    const at = Number.isNaN(head.at) ? this.state.lastAt : head.at;
    if (url !== '') this.#batch.pullRequests.push({ sessionId: head.sessionId, at, url });
  }
}
