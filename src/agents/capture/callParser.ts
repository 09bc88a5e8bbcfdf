import type { RejectReason, SessionRecords, TranscriptBatch } from '../../model/records.ts';
import { emptyAgentMetadata, emptyBatch, emptySessionRecords } from '../batch.ts';
import { parseObject } from '../json.ts';
import { eachLine, type LineParser } from '../lineReader.ts';
import { isOddTime } from '../timestamp.ts';
import { oneLine } from '../titleLine.ts';
import { type ReadCall, readCall } from './callMessage.ts';

/** What must be remembered of a file to read on. */
export interface CallFileState {
  line: number;
  /** Latest time of a call before it; 0 for none. */
  lastAt: number;
}

/** Turns lines of calls into records: each stands for itself. */
export class CallParser implements LineParser {
  readonly state: CallFileState;
  #batch: TranscriptBatch = emptyBatch();
  readonly #session: string;
  #records: SessionRecords | undefined;
  #agents = new Set<string>();

  /** @param session the run of a program whose calls they are */
  constructor(session: string, state?: CallFileState) {
    this.#session = session;
    this.state = state === undefined ? { line: 0, lastAt: 0 } : { ...state };
  }

  get held(): number {
    return this.#batch.messages.length + this.#batch.events.length;
  }

  feed(buf: Buffer, start: number, stop: number, offset: number): void {
    eachLine(buf, start, stop, (from, end) => {
      this.state.line++;
      const line = buf.toString('utf8', from, end).trim();
      if (line !== '') this.#line(line, offset + (from - start));
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
    this.#agents = new Set();
    return batch;
  }

  #line(line: string, offset: number): void {
    this.#batch.lines++;
    const object = parseObject(line);
    if (object === undefined) {
      this.#reject('not JSON', offset);
      return;
    }
    const call = readCall(object, this.#session);
    if (call === undefined) this.#reject('no type', offset);
    else if (Number.isNaN(call.at) || isOddTime(call.at, this.state.lastAt)) {
      this.#reject('no time', offset);
    } else this.#call(call, offset);
  }

  #call(call: ReadCall, offset: number): void {
    const { at, agent: agentId, failed, id, model, message } = call;
    const sessionId = this.#session;
    const { state } = this;
    state.lastAt = Math.max(state.lastAt, at);
    this.#trace(call, offset);
    if (agentId !== '' && !this.#agents.has(agentId)) {
      this.#agents.add(agentId);
      this.#batch.agents.push({ ...emptyAgentMetadata, sessionId, agentId, type: agentId });
    }
    if (message !== undefined) this.#batch.messages.push(message);
    if (failed === '') return;
    const kind = failed === 'aborted' ? 'interrupted' : 'api-error';
    const key = `call:${id}`;
    const event = { key, kind, sessionId, agentId, at, code: failed, count: 1 } as const;
    this.#batch.events.push(model === '' ? event : { ...event, model });
  }

  #trace({ at, cwd, program }: ReadCall, offset: number): void {
    const sessionId = this.#session;
    if (this.#records === undefined) {
      const text = oneLine(program);
      if (text !== '') this.#batch.titles.push({ sessionId, kind: 'ai', at, offset, text });
    }
    this.#records ??= emptySessionRecords(sessionId);
    const records = this.#records;
    records.firstAt = Math.min(records.firstAt, at);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, at);
    if (cwd === '' || at > records.cwdAt) return;
    records.cwd = cwd;
    records.cwdAt = at;
    records.cwdSidechain = false;
  }

  #reject(reason: RejectReason, offset: number): void {
    const { line, lastAt: at } = this.state;
    const sessionId = this.#session;
    this.#batch.rejected.push({ reason, line, offset, at, sessionId });
  }
}
