import { isObject } from '../../model/objects.ts';
import { type Json, object, text } from '../json.ts';
import { readTime } from '../timestamp.ts';
import { type ReadCounts, readCounts } from './counts.ts';

/** What a line of a rollout says, as far as it counts here. */
export type RolloutLine = { readonly at: number } & (
  | ({ readonly kind: 'meta' } & ThreadMeta)
  | {
      readonly kind: 'context';
      readonly turn: string;
      readonly model: string;
      readonly effort: string;
      readonly cwd: string;
    }
  | { readonly kind: 'turn'; readonly turn: string }
  | {
      readonly kind: 'record';
      readonly usage: ReadCounts;
      /** The thread's counter behind the response. */
      readonly total: ReadCounts;
      readonly response: string;
      readonly thread: string;
      readonly turn: string;
    }
  | {
      readonly kind: 'count';
      readonly last: ReadCounts | undefined;
      readonly total: ReadCounts | undefined;
      readonly model: string;
    }
  /** The counter begins again from nothing. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'settings'; readonly tier: string }
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'tool'; readonly name: string }
  | { readonly kind: 'compaction' }
  | { readonly kind: 'error' }
  | { readonly kind: 'name'; readonly thread: string; readonly text: string }
  /** Of another kind: only its time counts. */
  | { readonly kind: 'other' }
);

/** What a thread says of itself where its rollout, or a copy of its lines, begins. */
export interface ThreadMeta {
  readonly thread: string;
  /** Thread it was forked from or started by; '' for none. */
  readonly parent: string;
  /** Root of its tree of threads; '' before version 0.145. */
  readonly root: string;
  /** What kind of subagent it is; '' for a thread a person began. */
  readonly subagent: string;
  readonly depth: number | null;
  readonly version: string;
  readonly originator: string;
  /** Who answers: `openai`, or a provider the user named in their configuration. */
  readonly provider: string;
  readonly cwd: string;
  readonly branch: string;
}

/** Characters of a line by which it is told whether it has to be parsed. */
const headLength = 320;

const head =
  /^\{"timestamp":"([^"\\]{0,40})",(?:"ordinal":\d+,)?"type":"(\w+)","payload":\{"type":"(\w+)"/;

/** Events that are parsed; of all others only their time counts. */
const wantedEvents = new Set([
  'token_count',
  'task_started',
  'turn_started',
  'thread_settings_applied',
  'user_message',
  'thread_name_updated',
]);

/** Calls of tools: their names stand in the beginning of the line. */
const calls = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'web_search_call',
  'tool_search_call',
]);

/**
 * Reads the line in [start, stop). Most lines are what was said and done: those are told by their
 * beginning, and not parsed. Undefined for what is no JSON; null for what is no line of a rollout.
 */
export function rolloutLine(
  buf: Buffer,
  start: number,
  stop: number,
): RolloutLine | null | undefined {
  const beginning = buf.toString('latin1', start, Math.min(stop, start + headLength));
  const [, timestamp, type, kind] = head.exec(beginning) ?? [];
  if (kind !== undefined) {
    const at = readTime(timestamp);
    if (type === 'response_item') {
      if (!calls.has(kind)) return { kind: 'other', at };
      const name = /"name":"([^"\\]+)"/.exec(beginning)?.[1] ?? kind.replace(/_call$/, '');
      return { kind: 'tool', name, at };
    }
    if (type === 'event_msg' && !wantedEvents.has(kind)) return { kind: eventKind(kind), at };
  }
  let value: unknown;
  try {
    value = JSON.parse(buf.toString('utf8', start, stop));
  } catch {
    return undefined;
  }
  return isObject(value) ? lineOf(value) : null;
}

function eventKind(type: string): 'error' | 'compaction' | 'other' {
  if (type === 'error' || type === 'stream_error') return 'error';
  return type === 'context_compacted' ? 'compaction' : 'other';
}

function lineOf(record: Json): RolloutLine | null {
  const at = readTime(record.timestamp);
  const payload = record.payload;
  if (!isObject(payload)) {
    // Versions before 0.30 wrote bare lines, the first of them with the thread's id.
    return typeof record.id === 'string' && typeof record.timestamp === 'string'
      ? { kind: 'meta', at, ...metaOf({ id: record.id }) }
      : null;
  }
  switch (record.type) {
    case 'session_meta':
      return { kind: 'meta', at, ...metaOf(payload) };
    case 'turn_context':
      return {
        kind: 'context',
        at,
        turn: text(payload.turn_id),
        model: text(payload.model),
        effort: text(payload.effort),
        cwd: text(payload.cwd),
      };
    case 'token_usage_record':
      return {
        kind: 'record',
        at,
        usage: readCounts(object(payload.usage)),
        total: readCounts(object(payload.thread_token_usage)),
        response: text(payload.response_id),
        thread: text(payload.thread_id),
        turn: text(payload.turn_id),
      };
    case 'event_msg':
      return eventOf(payload, at);
    default:
      return { kind: 'other', at };
  }
}

function eventOf(payload: Json, at: number): RolloutLine {
  const { info } = payload;
  switch (payload.type) {
    case 'task_started':
    case 'turn_started':
      return { kind: 'turn', at, turn: text(payload.turn_id) };
    case 'thread_settings_applied':
      return { kind: 'settings', at, tier: text(object(payload.thread_settings).service_tier) };
    case 'user_message':
      return { kind: 'prompt', at, text: text(payload.message) };
    case 'thread_name_updated':
      return { kind: 'name', at, thread: text(payload.thread_id), text: text(payload.name) };
    case 'token_count':
      if (info === null || info === undefined) return { kind: 'reset', at };
      if (!isObject(info)) return { kind: 'other', at };
      return {
        kind: 'count',
        at,
        last: isObject(info.last_token_usage) ? readCounts(info.last_token_usage) : undefined,
        total: isObject(info.total_token_usage) ? readCounts(info.total_token_usage) : undefined,
        model: text(info.model) || text(payload.model),
      };
    default:
      return { kind: eventKind(text(payload.type)), at };
  }
}

function metaOf(payload: Json): ThreadMeta {
  const source = object(object(payload.source).subagent);
  const spawn = object(source.thread_spawn);
  const isSubagent = isObject(payload.source) && 'subagent' in payload.source;
  return {
    thread: text(payload.id),
    parent:
      text(payload.forked_from_id) ||
      text(payload.parent_thread_id) ||
      text(spawn.parent_thread_id),
    root: text(payload.session_id),
    subagent: isSubagent ? subagentType(object(payload.source).subagent, spawn) : '',
    depth: typeof spawn.depth === 'number' ? spawn.depth : null,
    version: text(payload.cli_version),
    originator: text(payload.originator),
    provider: text(payload.model_provider),
    cwd: text(payload.cwd),
    branch: text(object(payload.git).branch),
  };
}

/** `review`, `compact`, the role a spawned agent was given, or that it is some subagent. */
function subagentType(subagent: unknown, spawn: Json): string {
  if (typeof subagent === 'string') return subagent;
  const [kind] = Object.keys(object(subagent));
  return (
    text(spawn.agent_role) ||
    (kind === undefined || kind === 'thread_spawn'
      ? 'subagent'
      : text(object(subagent).other) || kind)
  );
}
