import type { Usage } from '../../../model/tokens.ts';
import { isArray, isObject, isTrue, type Spans } from '../scan/jsonScanner.ts';
import type { ScannedRecord } from '../scan/scannedRecord.ts';
import { slotOf } from '../scan/shapes.ts';
import type { AssistantRecord } from './assistantRecord.ts';
import { attributionFields, attributionOf, errorCode } from './attribution.ts';
import { ByteCache } from './byteCache.ts';
import { mostCalls, type ToolCall, toolCall } from './toolCalls.ts';
import { completeUsage, usageOfCounts } from './usage.ts';

/** A text in a record: its slot, and what remembers its last value, which most often is the next one too. */
interface TextField {
  readonly slot: number;
  readonly cache: ByteCache;
}

const textField = (path: string): TextField => ({ slot: slotOf(path), cache: new ByteCache() });

const REQUEST = textField('requestId');
const REQUEST_SESSION = textField('requestSessionId');
const CACHE_REQUESTED = textField('promptCacheRequested');
const REQUESTED_MODEL = textField('requestedModel');
const BRANCH = textField('gitBranch');
const CWD = textField('cwd');
const VERSION = textField('version');
const ENTRYPOINT = textField('entrypoint');
const EFFORT = textField('effort');
const TURN_EFFORT = textField('perTurnEffort');
const MESSAGE = slotOf('message');
const ID = textField('message.id');
const MODEL = textField('message.model');
const STOP = textField('message.stop_reason');
const texts = [
  ...[REQUEST, REQUEST_SESSION, CACHE_REQUESTED, REQUESTED_MODEL, BRANCH, CWD, VERSION, ENTRYPOINT],
  ...[EFFORT, TURN_EFFORT, ID, MODEL, STOP],
];

const IS_API_ERROR = slotOf('isApiErrorMessage');
/** What an error's code is told by. */
const errorSlots = ['apiErrorStatus', 'status', 'error'].map((key) => ({ key, slot: slotOf(key) }));
const ATTRIBUTION = slotOf('*');
const namedSlots = attributionFields.map((key) => ({ key, slot: slotOf(key) }));

const USAGE = slotOf('message.usage');
const INPUT = slotOf('message.usage.input_tokens');
const OUTPUT = slotOf('message.usage.output_tokens');
const WRITTEN = slotOf('message.usage.cache_creation_input_tokens');
const CACHE_READ = slotOf('message.usage.cache_read_input_tokens');
const SPEED = textField('message.usage.speed');
const GEO = textField('message.usage.inference_geo');
const TIER = textField('message.usage.service_tier');
const CREATION = slotOf('message.usage.cache_creation');
const FIVE_MINUTES = slotOf('message.usage.cache_creation.ephemeral_5m_input_tokens');
const ONE_HOUR = slotOf('message.usage.cache_creation.ephemeral_1h_input_tokens');
const SERVER = slotOf('message.usage.server_tool_use');
const SEARCHES = slotOf('message.usage.server_tool_use.web_search_requests');
const ITERATIONS = slotOf('message.usage.iterations');
const ITERATION = slotOf('message.usage.iterations[]');
const ITERATION_TYPE = slotOf('message.usage.iterations[].type');
const ITERATION_MODEL = slotOf('message.usage.iterations[].model');

const CONTENT = slotOf('message.content');
const BLOCK_TYPE = slotOf('message.content[].type');
const BLOCK_ID = textField('message.content[].id');
const BLOCK_NAME = textField('message.content[].name');
const BLOCK_INPUT = slotOf('message.content[].input');
const SUBAGENT = textField('message.content[].input.subagent_type');

/** Bytes of a text that no bound cuts; a record with a longer one is parsed. */
const longestText = 400;

/** Bytes of a list of iterations that can be one turn's. */
const longestTurn = 2000;

/** Digits of a count that is read here: fewer than a number holds, and no more than a count may have. */
const mostDigits = 12;

/**
 * An assistant's record as `parsedAssistant` gives it of the whole, made of the values the scan noted.
 * Undefined where these alone do not tell, so that the record has to be parsed.
 */
export function scannedAssistant(
  buf: Buffer,
  scanned: ScannedRecord,
  workflow: string,
): AssistantRecord | undefined {
  if (scanned.flags !== 0 || !isObject(buf, scanned.start(MESSAGE))) return undefined;
  for (const { slot } of texts) if (isLong(scanned, slot)) return undefined;
  const model = textAt(buf, scanned, MODEL);
  const usage = usageAt(buf, scanned, model);
  const tools = usage === undefined ? undefined : toolsAt(buf, scanned);
  if (usage === undefined || tools === undefined) return undefined;
  return {
    messageId: textAt(buf, scanned, ID),
    requestId: textAt(buf, scanned, REQUEST),
    requestSessionId: textAt(buf, scanned, REQUEST_SESSION),
    model,
    usage,
    stopReason: textAt(buf, scanned, STOP),
    tools,
    cacheRequested: textAt(buf, scanned, CACHE_REQUESTED),
    requestedModel: textAt(buf, scanned, REQUESTED_MODEL),
    branch: textAt(buf, scanned, BRANCH),
    cwd: textAt(buf, scanned, CWD),
    version: textAt(buf, scanned, VERSION),
    entrypoint: textAt(buf, scanned, ENTRYPOINT),
    effort: textAt(buf, scanned, TURN_EFFORT) || textAt(buf, scanned, EFFORT),
    attribution: attributionAt(buf, scanned, workflow),
    error: errorAt(buf, scanned),
    isApiError: isTrue(buf, scanned.start(IS_API_ERROR)),
  };
}

function isLong(spans: Spans, slot: number): boolean {
  return spans.end(slot) - spans.start(slot) > longestText;
}

/** A text, '' where there is none. */
function textAt(buf: Buffer, spans: Spans, { slot, cache }: TextField): string {
  const start = spans.start(slot);
  return start < 0 ? '' : cache.read(buf, start, spans.end(slot));
}

/** A count, 0 where there is none; NaN where it is none that is written in the usual way. */
function countAt(buf: Buffer, spans: Spans, slot: number): number {
  const start = spans.start(slot);
  if (start < 0 || buf[start] === 0x6e) return 0;
  const end = spans.end(slot);
  if (end - start > mostDigits) return Number.NaN;
  let sum = 0;
  for (let i = start; i < end; i++) {
    const digit = buf[i]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    sum = sum * 10 + digit;
  }
  return sum;
}

function usageAt(
  buf: Buffer,
  scanned: ScannedRecord,
  model: string,
): AssistantRecord['usage'] | undefined {
  const start = scanned.start(USAGE);
  if (start < 0 || buf[start] === 0x6e) return 'none';
  if (!isObject(buf, start)) return 'unreadable';
  if (isLong(scanned, SPEED.slot) || isLong(scanned, GEO.slot) || isLong(scanned, TIER.slot)) {
    return undefined;
  }
  const isSplit = isObject(buf, scanned.start(CREATION));
  const hasServer = isObject(buf, scanned.start(SERVER));
  const counts = {
    input: countAt(buf, scanned, INPUT),
    output: countAt(buf, scanned, OUTPUT),
    written: countAt(buf, scanned, WRITTEN),
    fiveMinutes: isSplit ? countAt(buf, scanned, FIVE_MINUTES) : 0,
    oneHour: isSplit ? countAt(buf, scanned, ONE_HOUR) : 0,
    cacheRead: countAt(buf, scanned, CACHE_READ),
    webSearches: hasServer ? countAt(buf, scanned, SEARCHES) : 0,
  };
  const usage: Usage = usageOfCounts(counts);
  const { input, output, cacheWrite5m, cacheRead, webSearches } = usage;
  // One that could not be read makes the sum NaN as well.
  if (Number.isNaN(input + output + cacheWrite5m + cacheRead + webSearches)) return undefined;
  return completeUsage(usage, false, iterationsAt(buf, scanned), model, {
    speed: textAt(buf, scanned, SPEED),
    geo: textAt(buf, scanned, GEO),
    tier: textAt(buf, scanned, TIER),
    isSplit,
  });
}

/** The iterations, undefined where there are none or a lone one that repeats the whole. */
function iterationsAt(buf: Buffer, scanned: ScannedRecord): unknown {
  const start = scanned.start(ITERATIONS);
  if (!isArray(buf, start) || isLoneTurn(buf, scanned)) return undefined;
  return JSON.parse(buf.toString('utf8', start, scanned.end(ITERATIONS)));
}

const loneTurn = Buffer.from('"message"');

/** Whether there is one iteration, of type `message` and of no model of its own: it repeats the whole. */
function isLoneTurn(buf: Buffer, scanned: ScannedRecord): boolean {
  let items = 0;
  scanned.eachValue(ITERATION, () => {
    items++;
  });
  const length = scanned.end(ITERATIONS) - scanned.start(ITERATIONS);
  if (items !== 1 || length > longestTurn || scanned.start(ITERATION_MODEL) >= 0) return false;
  return isText(buf, scanned, ITERATION_TYPE, loneTurn);
}

/** Whether a slot's value is a text, given with its quotes, as it is written. */
function isText(buf: Buffer, spans: Spans, slot: number, text: Buffer): boolean {
  const [start, end] = [spans.start(slot), spans.end(slot)];
  return start >= 0 && end - start === text.length && text.compare(buf, start, end) === 0;
}

const toolUse = Buffer.from('"tool_use"');

const noTools: readonly ToolCall[] = [];

/** The tools called in the message's content; undefined where they have to be parsed. */
function toolsAt(buf: Buffer, scanned: ScannedRecord): readonly ToolCall[] | undefined {
  if (!isArray(buf, scanned.start(CONTENT))) return noTools;
  let calls: ToolCall[] | undefined;
  let isReadable = true;
  scanned.eachBlock((block) => {
    if (!isText(buf, block, BLOCK_TYPE, toolUse)) return;
    if (isLong(block, BLOCK_ID.slot) || isLong(block, BLOCK_NAME.slot)) isReadable = false;
    if (isLong(block, SUBAGENT.slot)) isReadable = false;
    const asked = isObject(buf, block.start(BLOCK_INPUT)) ? textAt(buf, block, SUBAGENT) : '';
    const call = toolCall(textAt(buf, block, BLOCK_ID), textAt(buf, block, BLOCK_NAME), asked);
    calls ??= [];
    if (call !== undefined && calls.length < mostCalls) calls.push(call);
  });
  return isReadable ? (calls ?? noTools) : undefined;
}

function attributionAt(
  buf: Buffer,
  scanned: ScannedRecord,
  workflow: string,
): AssistantRecord['attribution'] {
  let record: Record<string, unknown> | undefined;
  for (const { key, slot } of namedSlots) {
    const start = scanned.start(slot);
    if (start < 0) continue;
    record ??= {};
    record[key] = JSON.parse(buf.toString('utf8', start, scanned.end(slot)));
  }
  if (scanned.start(ATTRIBUTION) >= 0) {
    const fields: Record<string, unknown> = record ?? {};
    scanned.eachValue(ATTRIBUTION, (start, end) => {
      Object.assign(fields, JSON.parse(`{${buf.toString('utf8', start, end)}}`));
    });
    record = fields;
  }
  return attributionOf(record ?? nothing, workflow);
}

const nothing: Record<string, unknown> = {};

function errorAt(buf: Buffer, scanned: ScannedRecord): string {
  let record: Record<string, unknown> | undefined;
  for (const { key, slot } of errorSlots) {
    const start = scanned.start(slot);
    if (start < 0) continue;
    record ??= {};
    record[key] = JSON.parse(buf.toString('utf8', start, scanned.end(slot)));
  }
  if (isTrue(buf, scanned.start(IS_API_ERROR))) {
    record ??= {};
    record.isApiErrorMessage = true;
  }
  return record === undefined ? '' : errorCode(record);
}
