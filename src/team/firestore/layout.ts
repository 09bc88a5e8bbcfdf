import { isDay } from '../../model/calendar.ts';
import { isAmount, isObject } from '../../model/objects.ts';
import { Double, type Fields, type ReadDocument } from './values.ts';

/** One document a call. The name and the fields are those other tools know: `trinity_costs/{call_id}`. */
export const callCollection = 'trinity_costs';
/** What the team agreed on: one document, `team`. */
export const teamPath = 'outlay_team/team';
/** Who sends: a document for each machine, with what it has sent of each day. */
export const machineCollection = 'outlay_machines';
/** Which machine sends a session's day, where several read it: a document for each UTC day. */
export const claimCollection = 'outlay_claims';

/** The version of these documents. */
export const layoutVersion = 1;

/** What a document stands for: a message, tokens of another model in one, a sum of before, or what no message explains. */
export type CallKind = 'message' | 'part' | 'sum' | 'background';

/** One call as it leaves the machine: names and figures, nothing else. */
export interface Call {
  readonly id: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly kind: CallKind;
  readonly agent: string;
  readonly model: string;
  /** Nano-dollars at list price; 0 without a price, which `unpriced` says. */
  readonly nano: number;
  readonly input: number;
  readonly output: number;
  readonly success: boolean;
  readonly localDay: string;
  readonly project: string;
  /** '' unless the team's policy lets branches out. */
  readonly branch: string;
  /** How many messages it stands for, how many of them have no final count, and no price. */
  readonly messages: number;
  readonly lower: number;
  readonly unpriced: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly cacheRead: number;
  readonly searches: number;
}

/** Whose calls, and by which price catalogue (YYYY-MM-DD). */
export interface CallOrigin {
  readonly member: string;
  readonly machine: string;
  readonly catalogue: string;
}

export function callPath(id: string): string {
  return `${callCollection}/${id}`;
}

/** The document of a call: eight fields, of which `metadata` has what Outlay knows besides. */
export function callFields(call: Call, { member, machine, catalogue }: CallOrigin): Fields {
  return {
    timestamp: new Date(call.at),
    agent: call.agent,
    model: call.model,
    // A double, as other tools expect: the dollars nearest to the nano-dollars in the metadata.
    cost_usd: new Double(call.nano / 1e9),
    input_tokens: call.input,
    output_tokens: call.output,
    success: call.success,
    metadata: {
      writer: 'outlay',
      version: layoutVersion,
      kind: call.kind,
      member,
      machine,
      day: dayOfCall(call),
      local_day: call.localDay,
      project: call.project,
      ...(call.branch !== '' && { branch: call.branch }),
      cost_nano: call.nano,
      calls: call.messages,
      lower_bound: call.lower,
      unpriced: call.unpriced,
      cache_write_5m_tokens: call.write5m,
      cache_write_1h_tokens: call.write1h,
      cache_read_tokens: call.cacheRead,
      web_searches: call.searches,
      price_catalogue: catalogue,
    },
  };
}

/** UTC day of a call. */
export function dayOfCall({ at }: Pick<Call, 'at'>): string {
  return new Date(at).toISOString().slice(0, 10);
}

/**
 * A document as it was read: one of Outlay's, or of another tool that writes the eight fields, which says nothing of
 * member, machine and project. Undefined for what cannot be counted. Nobody vouches for it: each field is checked.
 */
export function readCall({ id, fields }: ReadDocument): (Call & CallOrigin) | undefined {
  const { timestamp, cost_usd: usd } = fields;
  if (!(timestamp instanceof Date) || Number.isNaN(timestamp.getTime()) || !isAmount(usd)) {
    return undefined;
  }
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const isOurs = metadata.writer === 'outlay';
  const own = isOurs ? metadata : {};
  const nano = isOurs ? own.cost_nano : Math.round(usd * 1e9);
  if (!isAmount(nano) || !Number.isSafeInteger(nano)) return undefined;
  const day = timestamp.toISOString().slice(0, 10);
  return {
    id,
    at: timestamp.getTime(),
    kind: kinds.find((kind) => kind === own.kind) ?? 'message',
    agent: text(fields.agent),
    model: text(fields.model),
    nano,
    input: amount(fields.input_tokens),
    output: amount(fields.output_tokens),
    success: fields.success !== false,
    localDay: dayOr(own.local_day, day),
    project: text(own.project),
    branch: text(own.branch),
    messages: isOurs ? amount(own.calls) : 1,
    lower: amount(own.lower_bound),
    unpriced: amount(own.unpriced),
    write5m: amount(own.cache_write_5m_tokens),
    write1h: amount(own.cache_write_1h_tokens),
    cacheRead: amount(own.cache_read_tokens),
    searches: amount(own.web_searches),
    member: text(own.member),
    machine: text(own.machine),
    catalogue: dayOr(own.price_catalogue, ''),
  };
}

const kinds: readonly CallKind[] = ['message', 'part', 'sum', 'background'];

function dayOr(value: unknown, other: string): string {
  return typeof value === 'string' && isDay(value) ? value : other;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}

function amount(value: unknown): number {
  return isAmount(value) && Number.isSafeInteger(value) ? value : 0;
}
