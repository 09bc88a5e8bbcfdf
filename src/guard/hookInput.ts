import { isAmount, isObject } from '../model/objects.ts';
import { plainText } from '../text/plainText.ts';

/** Events of Claude Code the guard answers. */
export const guardEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'SubagentStop',
  'Stop',
  'PreModelSwitch',
] as const;
export type GuardEvent = (typeof guardEvents)[number];

export function isGuardEvent(name: string): name is GuardEvent {
  return (guardEvents as readonly string[]).includes(name);
}

/** A call of a tool, with its input as text that is the same for the same input. */
export interface ToolCall {
  readonly name: string;
  readonly id: string;
  readonly input: string;
  /** What it answered, as text; undefined where it has not. */
  readonly response: string | undefined;
}

/** What a hook is told, as far as the guard uses it. Every text is bounded, '' where there is none. */
export interface HookInput {
  readonly event: GuardEvent;
  readonly sessionId: string;
  /** The main thread's transcript. */
  readonly transcript: string;
  readonly cwd: string;
  readonly promptId: string;
  /** '' in the main thread. */
  readonly agentId: string;
  readonly prompt: string;
  /** The call that is to be made, of `PreToolUse` and `PostToolUseFailure`. */
  readonly call: ToolCall | undefined;
  /** The calls that were made, of `PostToolBatch`. */
  readonly calls: readonly ToolCall[];
  /** `startup`, `resume`, `fork` … */
  readonly source: string;
  /** Of a resume, a fork or a switch of models. */
  readonly cache: CacheFacts;
}

/** What Claude Code says of a prompt cache; undefined where it says nothing. */
export interface CacheFacts {
  readonly contextTokens: number | undefined;
  readonly expired: boolean | undefined;
  /** Dollars. */
  readonly writeUsd: number | undefined;
  readonly toModel: string;
  readonly idleSeconds: number | undefined;
}

/** A hook's input is that large at most; what tools answered may be long. */
export const longestInput = 32 * 1024 * 1024;
const longestText = 4096;

/**
 * Reads what a hook was given for an event. Whatever stands there, nothing of it is trusted: a field of
 * another kind is as if it were not there. Undefined where there is no session to be judged.
 */
export function parseHookInput(event: GuardEvent, text: string): HookInput | undefined {
  if (text.length > longestInput) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const sessionId = idOf(value.session_id);
  if (sessionId === '') return undefined;
  const calls = Array.isArray(value.tool_calls) ? value.tool_calls.filter(isObject) : [];
  const single = typeof value.tool_name === 'string' ? callOf(value) : undefined;
  return {
    event,
    sessionId,
    transcript: textOf(value.transcript_path),
    cwd: textOf(value.cwd),
    promptId: idOf(value.prompt_id),
    agentId: idOf(value.agent_id),
    prompt: typeof value.prompt === 'string' ? value.prompt : '',
    call: single,
    calls: calls.slice(0, 200).map(callOf),
    source: textOf(value.source),
    cache: {
      contextTokens: count(value.context_tokens),
      expired: cacheExpired(value),
      writeUsd: count(value.estimated_cache_write_usd),
      toModel: plainText(textOf(value.to_model)),
      idleSeconds: count(value.seconds_since_last_response),
    },
  };
}

function cacheExpired({
  prompt_cache_likely_expired: expired,
  prompt_cache_warm: warm,
}: Readonly<Record<string, unknown>>): boolean | undefined {
  if (typeof expired === 'boolean') return expired;
  return typeof warm === 'boolean' ? !warm : undefined;
}

function callOf(value: Readonly<Record<string, unknown>>): ToolCall {
  const { tool_response: response } = value;
  return {
    name: plainText(textOf(value.tool_name)).slice(0, 200),
    id: idOf(value.tool_use_id),
    input: stableText(value.tool_input),
    response: response === undefined ? undefined : stableText(response),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= longestText ? value : '';
}

/** Ids become names of files and of keys. */
function idOf(value: unknown): string {
  return typeof value === 'string' && /^[\w.:-]{1,200}$/.test(value) ? value : '';
}

function count(value: unknown): number | undefined {
  return isAmount(value) ? value : undefined;
}

/** JSON with the names of objects in order: two spellings of one value are the same text. */
export function stableText(value: unknown, depth = 0): string {
  if (Array.isArray(value)) {
    return `[${value.map((each) => stableText(each, depth + 1)).join(',')}]`;
  }
  if (!isObject(value) || depth > 40) return JSON.stringify(value) ?? 'null';
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${stableText(value[name], depth + 1)}`).join(',')}}`;
}
