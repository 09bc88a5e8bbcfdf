import { nanoToUsd } from '../../model/money.ts';
import { crypto } from '../../platform/lazyBuiltins.ts';
import { markUnsafe } from '../../text/plainText.ts';
import type { ExportRow } from '../rows.ts';
import { attributeNames as names } from './names.ts';
import type { ProviderOf } from './provider.ts';
import { tokensOf } from './usageMetrics.ts';

const longestText = 1000;

export type AttributeValue = string | number | boolean | readonly string[];

/** A row of an export as a span or a log record says it. */
export interface MessageRecord {
  /** 16 bytes in hexadecimal: of the prompt, else of the session. */
  readonly traceId: string;
  /** 8 bytes in hexadecimal: of the row. The same row has the same one whenever it is sent. */
  readonly spanId: string;
  /** Of a part: the span of its message. */
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: ExportRow['kind'];
  /** UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Code of the API error, or ''. */
  readonly error: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Makes records of rows, which come in the order of an export: parts behind their message. */
export class MessageRecords {
  readonly #providerOf: ProviderOf;
  #message = '';
  readonly #parts = new Map<string, number>();

  constructor(providerOf: ProviderOf) {
    this.#providerOf = providerOf;
  }

  of(row: ExportRow): MessageRecord {
    const { session, promptId, model, kind, at, durationMs, error } = row;
    const isOne = kind === 'message' || kind === 'part';
    return {
      traceId: hashed(32, 'trace', session, promptId),
      spanId: this.#spanOf(row),
      parentId: kind === 'part' ? messageSpan(row) : undefined,
      name: isOne ? bounded(`chat ${model}`) : `outlay ${kind}`,
      kind,
      from: at - (durationMs ?? 0),
      to: at,
      error: bounded(error),
      attributes: attributesOf(row, this.#providerOf),
    };
  }

  #spanOf(row: ExportRow): string {
    if (row.kind === 'message') return messageSpan(row);
    if (row.kind === 'part') {
      // Two parts may be alike: the same model was asked twice.
      const message = messageSpan(row);
      if (message !== this.#message) this.#parts.clear();
      this.#message = message;
      const part = JSON.stringify([row.model, row.priceRow]);
      const number = this.#parts.get(part) ?? 0;
      this.#parts.set(part, number + 1);
      return hashed(16, 'part', message, part, String(number));
    }
    const { kind, session, at, agent, model, branch, effort, priceRow, promptId } = row;
    const key = [agent, model, branch, effort, priceRow, promptId, row.task, row.correlation];
    return hashed(16, kind, session, String(at), ...key);
  }
}

function messageSpan({ session, agentId, messageId, requestId }: ExportRow): string {
  return hashed(16, 'message', session, agentId, messageId, requestId);
}

/** The first hexadecimal digits of a hash. All zeros mean "none" to OpenTelemetry, and do not come. */
function hashed(digits: number, ...parts: readonly string[]): string {
  const text = JSON.stringify(['outlay', ...parts]);
  return crypto().createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** What is not known is left out. */
function attributesOf(row: ExportRow, providerOf: ProviderOf): Record<string, AttributeValue> {
  const { kind, model, nano } = row;
  const { input, output, cacheRead, cacheWrite } = tokensOf(row);
  const isOne = kind === 'message' || kind === 'part';
  const all: Record<string, AttributeValue | null> = {
    [names.operation]: isOne ? 'chat' : null,
    [names.provider]: model === '' ? null : providerOf(model),
    [names.requestModel]: model,
    [names.responseModel]: model,
    [names.responseId]: row.messageId,
    [names.finishReasons]: row.stopReason === '' ? null : [bounded(row.stopReason)],
    [names.conversation]: row.session,
    [names.agentName]: row.agent,
    [names.agentId]: row.agentId,
    ...(kind !== 'background' && {
      [names.inputTokens]: input,
      [names.outputTokens]: output,
      [names.cacheReadTokens]: cacheRead,
      [names.cacheWriteTokens]: cacheWrite,
      [names.cacheCreationTokens]: cacheWrite,
      [names.cacheWrite1hTokens]: row.cacheWrite1h,
      [names.webSearches]: row.webSearches,
    }),
    [names.errorType]: row.error,
    [names.branch]: row.branch,
    [names.costUsd]: nano === null ? null : nanoToUsd(nano),
    [names.costNano]: nano,
    [names.kind]: kind,
    [names.messages]: row.messages,
    [names.tier]: row.tier,
    [names.project]: row.project,
    [names.account]: row.account,
    [names.title]: row.title,
    [names.task]: row.task,
    [names.tags]: row.tags.length === 0 ? null : row.tags.map(bounded),
    [names.prompt]: row.promptId,
    [names.request]: row.requestId,
    [names.effort]: row.effort,
    [names.priceRow]: row.priceRow,
    [names.pricedBy]: row.pricedBy,
    [names.lowerBound]: row.lower > 0 ? true : null,
    [names.recovered]: row.recovered ? true : null,
  };
  const known: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value === null || value === '') continue;
    known[name] = typeof value === 'string' ? bounded(value) : value;
  }
  return known;
}

/** Nobody vouches for names of branches and tags: what a terminal would act upon is shown as its number. */
function bounded(text: string): string {
  return markUnsafe(text.slice(0, longestText));
}
