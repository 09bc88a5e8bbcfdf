import { usdToNano } from '../model/money.ts';
import type { RequestEvent } from '../model/requests/requestEvent.ts';
import { noUsage } from '../model/tokens.ts';
import { isSoundTime, mostUsd, textOf } from './bounds.ts';
import type { LogRecord, Scalar } from './logRecord.ts';

/** Requests found in an export. */
export interface FoundEvents {
  readonly events: readonly RequestEvent[];
  /** Records about requests that say too little to be used. */
  readonly unusable: number;
}

/** The requests among records of telemetry. Everything else, prompts included, is dropped here. */
export function requestEvents(records: readonly LogRecord[]): FoundEvents {
  const events: RequestEvent[] = [];
  let unusable = 0;
  for (const record of records) {
    const name = nameOf(record);
    if (name !== 'api_request' && name !== 'api_error') continue;
    const event = eventOf(record, name === 'api_error');
    if (event === undefined) unusable++;
    else events.push(event);
  }
  return { events, unusable };
}

function nameOf({ body, attributes }: LogRecord): string {
  const name = attributes.get('event.name');
  return (typeof name === 'string' ? name : body).replace(/^claude_code\./, '');
}

function eventOf(record: LogRecord, failed: boolean): RequestEvent | undefined {
  const { attributes } = record;
  const text = (name: string): string => textOf(attributes.get(name));
  const count = (name: string): number => countOf(attributes.get(name)) ?? 0;
  const sessionId = text('session.id');
  const at = timeOf(record);
  const nano = failed ? 0 : costOf(attributes);
  if (sessionId === '' || at === undefined || nano === undefined) return undefined;
  const written = count('cache_creation_tokens');
  const write1h = Math.min(count('cache_creation_1h_tokens'), written);
  return {
    sessionId,
    requestId: text('request_id'),
    at,
    sequence: count('event.sequence'),
    model: text('model'),
    source: text('query_source'),
    agentId: text('agent_id'),
    promptId: text('prompt.id'),
    nano,
    usage: {
      ...noUsage,
      input: count('input_tokens'),
      output: count('output_tokens'),
      // What does not say how long it is kept is kept for five minutes.
      cacheWrite5m: written - write1h,
      cacheWrite1h: write1h,
      cacheRead: count('cache_read_tokens'),
    },
    durationMs: countOf(attributes.get('duration_ms')) ?? null,
    firstTokenMs: countOf(attributes.get('ttft_ms')) ?? null,
    attempts: Math.max(1, count('attempt')),
    failed,
    status: failed ? count('status_code') : 0,
  };
}

/** What it cost by the client; undefined where that is no amount. */
function costOf(attributes: LogRecord['attributes']): number | undefined {
  const usd = numberOf(attributes.get('cost_usd'));
  const micros = numberOf(attributes.get('cost_usd_micros'));
  const cost = usd ?? (micros === undefined ? undefined : micros / 1e6);
  return cost !== undefined && cost >= 0 && cost <= mostUsd ? usdToNano(cost) : undefined;
}

/** The event's own time; that of its record where it has none. */
function timeOf({ at, attributes }: LogRecord): number | undefined {
  const own = attributes.get('event.timestamp');
  const told = typeof own === 'string' ? Date.parse(own) : Number.NaN;
  const ms = Number.isNaN(told) ? at : told;
  return isSoundTime(ms) ? ms : undefined;
}

/** A whole number from 0 on, as a number or as digits. */
function countOf(value: Scalar | undefined): number | undefined {
  const number = numberOf(value);
  if (number === undefined || number < 0) return undefined;
  const whole = Math.round(number);
  return Number.isSafeInteger(whole) ? whole : undefined;
}

function numberOf(value: Scalar | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
