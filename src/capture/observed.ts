import type { CallApi, CallUsage } from '../model/capture/callRecord.ts';
import { isObject } from '../model/objects.ts';

/** What has been seen of an answer so far. */
export interface Observed {
  id: string;
  model: string;
  tier: string;
  stop: string;
  usage: CallUsage | undefined;
  /** UTC milliseconds when it was made, where it says so; 0 for now. */
  madeAt: number;
  /** It has come to its end, and said what it used. */
  complete: boolean;
  /** The end of it is still to be fetched. */
  pending: boolean;
  /** What it says it failed with; '' for nothing. */
  failed: string;
  readonly tools: Set<string>;
}

export function nothingObserved(): Observed {
  return {
    id: '',
    model: '',
    tier: '',
    stop: '',
    usage: undefined,
    madeAt: 0,
    complete: false,
    pending: false,
    failed: '',
    tools: new Set(),
  };
}

type Json = Readonly<Record<string, unknown>>;

const mostTools = 32;
/** Entries and levels of a usage object that are kept. */
const mostEntries = 1000;
const deepest = 4;

/** A word of an API: an id, a tier, a name. Anything else might be somebody's text. */
export function word(value: unknown): string {
  return typeof value === 'string' && /^[\w.:@/+-]{1,200}$/.test(value) ? value : '';
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Texts of a usage object that decide a price, or which model a part is of. */
const usageTexts = new Set(['service_tier', 'inference_geo', 'speed', 'type', 'model']);

/** A usage object's counts, and its few texts that decide a price; undefined for anything else. */
export function usageOf(value: unknown, depth = 0): CallUsage | undefined {
  if (!isObject(value) || depth > deepest) return undefined;
  const kept: { [key: string]: CallUsage[string] } = {};
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'number') kept[key] = field;
    else if (typeof field === 'string') {
      if (usageTexts.has(key) && word(field) !== '') kept[key] = field;
    } else if (Array.isArray(field)) {
      kept[key] = field
        .slice(0, mostEntries)
        .map((each) => usageOf(each, depth + 1))
        .filter((each) => each !== undefined);
    } else {
      const inner = usageOf(field, depth + 1);
      if (inner !== undefined) kept[key] = inner;
    }
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** Takes in a whole answer. */
export function observeAnswer(seen: Observed, api: CallApi, value: unknown): void {
  const answer = object(value);
  observeHead(seen, answer);
  switch (api) {
    case 'anthropic.messages':
      seen.stop = word(answer.stop_reason) || seen.stop;
      for (const block of list(answer.content)) noteBlock(seen, block);
      break;
    case 'openai.chat':
    case 'openai.completions':
      for (const choice of list(answer.choices)) noteChoice(seen, choice, 'message');
      break;
    case 'openai.responses':
      observeResponse(seen, answer);
      return;
    case 'openai.embeddings':
  }
  seen.complete = seen.usage !== undefined;
}

/** Takes in an event of a stream. */
export function observeEvent(seen: Observed, api: CallApi, value: unknown): void {
  const event = object(value);
  if (api === 'anthropic.messages') observeMessageEvent(seen, event);
  else if (api === 'openai.responses') observeResponseEvent(seen, event);
  else {
    observeHead(seen, event);
    for (const choice of list(event.choices)) noteChoice(seen, choice, 'delta');
    seen.complete = seen.usage !== undefined;
  }
}

function observeHead(seen: Observed, answer: Json): void {
  // Each of thousands of chunks repeats them.
  if (answer.id !== seen.id) seen.id = word(answer.id) || seen.id;
  if (answer.model !== seen.model) seen.model = word(answer.model) || seen.model;
  seen.tier = word(answer.service_tier) || seen.tier;
  const usage = usageOf(answer.usage);
  if (usage !== undefined) seen.usage = { ...seen.usage, ...usage };
}

function observeMessageEvent(seen: Observed, event: Json): void {
  switch (event.type) {
    case 'message_start':
      observeHead(seen, object(event.message));
      return;
    case 'content_block_start':
      noteBlock(seen, event.content_block);
      return;
    case 'message_delta': {
      // Counts of the whole message so far, those it does not repeat as they were.
      const { usage: _usage, ...delta } = object(event.delta);
      observeHead(seen, { usage: event.usage });
      seen.stop = word(delta.stop_reason) || seen.stop;
      seen.complete = seen.stop !== '' && seen.usage !== undefined;
      return;
    }
    default:
  }
}

function observeResponseEvent(seen: Observed, event: Json): void {
  if (typeof event.type !== 'string' || !isObject(event.response)) return;
  if (/^response\.(?:created|queued|in_progress|completed|incomplete|failed)$/.test(event.type)) {
    observeResponse(seen, event.response);
  }
}

function observeResponse(seen: Observed, response: Json): void {
  observeHead(seen, response);
  const made = response.completed_at ?? response.created_at;
  if (typeof made === 'number' && made > 0) seen.madeAt = Math.floor(made * 1000);
  const status = word(response.status);
  // A compaction has no status: it is there when it is answered.
  const isOver =
    status === '' ? seen.usage !== undefined : !/^(?:queued|in_progress)$/.test(status);
  seen.pending = !isOver;
  if (!isOver) return;
  seen.stop = word(object(response.incomplete_details).reason) || status || seen.stop;
  if (status === 'failed') seen.failed = word(object(response.error).code) || 'error';
  for (const item of list(response.output)) {
    const { type, name } = object(item);
    if (typeof type === 'string' && type.endsWith('_call')) noteTool(seen, name ?? type);
  }
  seen.complete = seen.usage !== undefined;
}

function noteBlock(seen: Observed, value: unknown): void {
  const { type, name } = object(value);
  if (typeof type === 'string' && type.endsWith('tool_use')) noteTool(seen, name);
}

function noteChoice(seen: Observed, value: unknown, part: 'message' | 'delta'): void {
  const choice = object(value);
  seen.stop = word(choice.finish_reason) || seen.stop;
  for (const call of list(object(choice[part]).tool_calls)) {
    noteTool(seen, object(object(call).function).name ?? object(object(call).custom).name);
  }
}

function noteTool(seen: Observed, name: unknown): void {
  if (seen.tools.size < mostTools && word(name) !== '') seen.tools.add(word(name));
}
