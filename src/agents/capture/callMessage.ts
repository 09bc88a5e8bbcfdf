import {
  type CallApi,
  callApis,
  callVersion,
  longestLabel,
} from '../../model/capture/callRecord.ts';
import { cut } from '../../model/cut.ts';
import { emptyMessage, type MessageLine, unnamedModel } from '../../model/records.ts';
import { noUsage } from '../../model/tokens.ts';
import { type ReadUsage, readUsage } from '../claude/parse/usage.ts';
import { type Counts, reasoningOf, usageOf } from '../codex/counts.ts';
import { type Json, object, text, tokenCount } from '../json.ts';

/** A call as it was read: who made it, and what of it counts. */
export interface ReadCall {
  readonly at: number;
  readonly agent: string;
  readonly cwd: string;
  /** Name of the program. */
  readonly program: string;
  /** What it failed with; '' for one that was answered. */
  readonly failed: string;
  readonly id: string;
  /** The model as it is priced; '' where neither the answer nor the call named one. */
  readonly model: string;
  /** Absent for a call that failed before anything was used. */
  readonly message?: MessageLine;
}

/** Longest text that is kept of what is no label. */
const longestWord = 300;

/** A call of a run. Lines of a version this does not know, and of anything else, are none. */
export function readCall(line: Json, session: string): ReadCall | undefined {
  const api = callApis.find((name) => name === line.api);
  const id = wordIn(line.id);
  if (line.v !== callVersion || api === undefined || id === '') return undefined;
  const call = {
    at: typeof line.at === 'number' && Number.isFinite(line.at) ? Math.floor(line.at) : Number.NaN,
    agent: label(line.agent),
    cwd: cut(text(line.cwd), 4096),
    program: label(line.program),
    failed: /^\w{1,60}$/.test(text(line.failed)) ? text(line.failed) : '',
    id,
    model: modelIn(line),
  };
  const isAnswered = call.failed === '' || line.partial === true || line.usage !== undefined;
  return isAnswered ? { ...call, message: messageOf(line, api, session, call) } : call;
}

function messageOf(line: Json, api: CallApi, session: string, call: ReadCall): MessageLine {
  const { id, agent, at, cwd } = call;
  const read = usageIn(object(line.usage), api, wordIn(line.model) || unnamedModel);
  const { usage, parts, iterations, incomplete, cacheSplit, speed, geo, reasoning } = read;
  const task = label(line.task);
  const ms = line.ms;
  return {
    ...emptyMessage,
    messageId: id,
    // One call, whatever two lines say of it.
    requestId: id,
    sessionId: session,
    agentId: agent,
    at,
    model: call.model || unnamedModel,
    usage,
    parts,
    iterations,
    incomplete,
    cacheSplit,
    speed,
    geo,
    tier: tierOf(wordIn(line.tier) || read.tier),
    stopReason: line.partial === true ? '' : wordIn(line.stop) || 'end',
    tools: Array.isArray(line.tools) ? line.tools.slice(0, 32).map(wordIn).filter(Boolean) : [],
    promptId: label(line.correlation),
    cwd,
    entrypoint: 'outlay/capture',
    effort: wordIn(line.effort),
    attribution: task === '' ? {} : { task },
    durationMs: typeof ms === 'number' && ms >= 0 && ms < 1e9 ? Math.round(ms) : null,
    error: call.failed,
    ...(reasoning > 0 && { reasoning }),
  };
}

/** The model of a call. Whether a local one costs nothing there the price list says, by what it knows of the model. */
function modelIn(line: Json): string {
  const model = wordIn(line.model);
  if (line.local !== true) return model;
  return `local/${model || unnamedModel}`;
}

const nothing: CallUsage = {
  usage: noUsage,
  parts: [],
  iterations: [],
  incomplete: false,
  speed: '',
  geo: '',
  tier: '',
  cacheSplit: true,
  reasoning: 0,
};

/** A usage, and how much of its output went into reasoning. */
type CallUsage = ReadUsage & { readonly reasoning: number };

function usageIn(raw: Json, api: CallApi, model: string): CallUsage {
  if (api !== 'anthropic.messages') return openAiUsage(raw);
  const read = readUsage(raw, model);
  if (read === 'nothing') return nothing;
  return read === 'unreadable' ? { ...nothing, incomplete: true } : { ...nothing, ...read };
}

/**
 * A usage of OpenAI's APIs: cached and written tokens are inside input, reasoning is inside output. Where others speak
 * the same API (Google, xAI) it stands beside output, and only the total has it.
 */
function openAiUsage(raw: Json): CallUsage {
  let odd = false;
  const count = (...values: unknown[]): number => {
    const value = values.find((each) => each !== undefined && each !== null);
    if (value === undefined) return 0;
    const read = tokenCount(value);
    odd ||= read === undefined;
    return read ?? 0;
  };
  const details = object(raw.prompt_tokens_details ?? raw.input_tokens_details);
  const spoken = object(raw.completion_tokens_details ?? raw.output_tokens_details);
  const input = count(raw.prompt_tokens, raw.input_tokens);
  const output = count(raw.completion_tokens, raw.output_tokens);
  const beside = Math.max(0, count(raw.total_tokens) - input - output);
  const counts: Counts = [
    input,
    count(details.cached_tokens),
    count(details.cache_write_tokens),
    output + beside,
    beside || count(spoken.reasoning_tokens),
  ];
  return {
    ...nothing,
    usage: usageOf(counts),
    reasoning: reasoningOf(counts),
    incomplete: odd,
  };
}

/** What stands for the usual tier is no tier. */
function tierOf(written: string): string {
  return written === 'default' || written === 'auto' ? '' : written;
}

function wordIn(value: unknown): string {
  return cut(text(value), longestWord);
}

function label(value: unknown): string {
  return cut(text(value), longestLabel);
}
