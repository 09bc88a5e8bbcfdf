import {
  attributionOf,
  emptyMessage,
  type TranscriptBatch,
  unnamedModel,
} from '../../model/records.ts';
import { noUsage, type Usage } from '../../model/tokens.ts';
import type { LocatedMessage } from '../agentLog.ts';
import { emptyBatch } from '../batch.ts';
import { type Json, object, text, tokenCount } from '../json.ts';
import { type SessionInfo, SessionTraces } from './sessionBook.ts';

/** A message as OpenCode keeps it, with what of its parts says what it used. */
export interface StoredMessage {
  readonly id: string;
  readonly session: string;
  readonly data: Json;
  /** Its parts of the type `step-finish`, in order: a request each. */
  readonly steps: readonly Json[];
  readonly tools: readonly string[];
  /** Number and place of its row, or of its file among those of the session. */
  readonly line: number;
}

/** Token counts as OpenCode writes them: cached and written are beside input. */
interface StepCounts {
  readonly input: number;
  readonly output: number;
  readonly reasoning: number;
  readonly read: number;
  readonly written: number;
  /** Undefined where it is not said. */
  readonly total: number | undefined;
  readonly odd: boolean;
}

/** A time that a clock can have said, UTC milliseconds; 0 for anything else. */
export function timeIn(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < 8.64e15 ? Math.floor(value) : 0;
}

/** The requests of one message, each with where it stands. */
export function requestsOf(
  message: StoredMessage,
  infoOf: (id: string) => SessionInfo | undefined = () => undefined,
): LocatedMessage[] {
  const batch = emptyBatch();
  addMessage(batch, new SessionTraces(batch, infoOf), message);
  const { line } = message;
  return batch.messages.map((each) => ({ line, offset: line, message: each }));
}

/** Adds a message's requests to a batch. */
export function addMessage(
  batch: TranscriptBatch,
  traces: SessionTraces,
  message: StoredMessage,
): void {
  const { id, session, data, line } = message;
  batch.lines++;
  if (data.role !== 'assistant') return;
  const time = object(data.time);
  const [created, completed] = [timeIn(time.created), timeIn(time.completed)];
  const at = completed || created;
  const place = { line, offset: line, at, sessionId: session };
  const written = message.steps.length > 0 ? message.steps : [data];
  const steps = written.map((step) => readStep(object(step.tokens))).filter(isSomething);
  if (steps.length === 0) {
    addEvents(batch, traces, message, at);
    return;
  }
  if (at === 0) {
    batch.rejected.push({ ...place, reason: 'no time' });
    return;
  }
  const cwd = text(object(data.path).cwd);
  const agentType = text(data.agent) || text(data.mode);
  const owner = traces.note(session, at, cwd, agentType);
  addEvents(batch, traces, message, at);
  const model = text(data.modelID) || unnamedModel;
  const made = created === 0 ? id : `${text(data.providerID)}/${model}@${created}`;
  const seen = new Map<string, number>();
  for (const step of steps) {
    const counts = [step.input, step.output, step.reasoning, step.read, step.written].join('.');
    const before = seen.get(counts) ?? 0;
    seen.set(counts, before + 1);
    // A fork has copies under other ids: what they say stays the same.
    const key = `${made}:${counts}${before === 0 ? '' : `#${before}`}`;
    batch.messages.push({
      ...emptyMessage,
      messageId: key,
      requestId: key,
      sessionId: owner.session,
      agentId: owner.agent,
      sidechain: owner.agent !== '',
      at,
      model,
      usage: usageOf(step, model),
      incomplete: step.odd,
      // While it streams, more may come.
      stopReason: completed === 0 ? '' : 'end',
      tools: message.tools,
      promptId: text(data.parentID),
      cwd,
      attribution: attributionOf(text(data.providerID)),
      ...(step.reasoning > 0 && { reasoning: step.reasoning }),
    });
  }
}

function addEvents(
  batch: TranscriptBatch,
  traces: SessionTraces,
  { id, session, data }: StoredMessage,
  at: number,
): void {
  const error = text(object(data.error).name);
  const isCompaction = data.summary === true || text(data.agent) === 'compaction';
  if (at === 0 || (error === '' && !isCompaction)) return;
  const { session: sessionId, agent: agentId } = traces.note(session, at, '', '');
  const event = { key: id, sessionId, agentId, at, count: 1 };
  if (isCompaction) batch.events.push({ ...event, kind: 'compaction', code: '' });
  if (error === '') return;
  const model = text(data.modelID);
  const failed = model === '' ? event : { ...event, model };
  if (error === 'MessageAbortedError') {
    batch.events.push({ ...failed, kind: 'interrupted', code: '' });
  } else {
    const code = /^\w{1,60}$/.test(error) ? error : '';
    batch.events.push({ ...failed, kind: 'api-error', code });
  }
}

function readStep(tokens: Json): StepCounts {
  let odd = false;
  const count = (value: unknown): number => {
    if (value === undefined || value === null) return 0;
    const read = tokenCount(value);
    odd ||= read === undefined;
    return read ?? 0;
  };
  const cache = object(tokens.cache);
  return {
    input: count(tokens.input),
    output: count(tokens.output),
    reasoning: count(tokens.reasoning),
    read: count(cache.read),
    written: count(cache.write),
    total: tokenCount(tokens.total),
    odd,
  };
}

function isSomething({ input, output, reasoning, read, written }: StepCounts): boolean {
  return input + output + reasoning + read + written > 0;
}

function usageOf(step: StepCounts, model: string): Usage {
  const { input, output, reasoning, read: cacheRead, written: cacheWrite5m } = step;
  const spoken = isReasoningApart(step, model) ? output + reasoning : output;
  return { ...noUsage, input, cacheRead, cacheWrite5m, output: spoken };
}

/**
 * Whether reasoning stands beside output (1.4.9 and later) or inside it (up to 1.2.27): the total tells. Where
 * there is none, providers counted as their own APIs do: only Google's beside.
 */
function isReasoningApart(step: StepCounts, model: string): boolean {
  const { input, output, reasoning, read, written, total } = step;
  const inside = input + output + read + written;
  if (reasoning > 0 && total === inside + reasoning) return true;
  return total === inside ? false : /gemini/i.test(model);
}
