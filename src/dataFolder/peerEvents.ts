import * as z from 'zod/mini';
import type { PeerEvent } from '../analysis/peers/peers.ts';
import { HumanError } from '../model/errors.ts';
import { usdToNano } from '../model/money.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import { clip, plainText } from '../text/plainText.ts';

/** Where other tools keep what peers spent. */
export const peerNamespace = 'federation-spend';
const keyPrefix = 'fed-spend-';

/** An event with what makes it itself: the same key twice is the same event. */
export interface KeyedEvent {
  readonly key: string;
  readonly namespace: string;
  readonly event: PeerEvent;
}

const amount = z.number();
const eventShape = z.object({
  peerId: z.string().check(z.minLength(1), z.maxLength(200)),
  taskId: z.optional(z.nullable(z.string())),
  tokensUsed: amount,
  usdSpent: amount,
  ts: z.optional(z.nullable(z.union([z.number(), z.string()]))),
  success: z.optional(z.nullable(z.boolean())),
});

/** An entry of a key-value store that holds an event, as itself or as text. */
const entryShape = z.object({
  key: z.optional(z.string()),
  namespace: z.optional(z.string()),
  value: z.union([z.string(), z.looseObject({})]),
});

const accepted =
  'An event is {"peerId": "…", "taskId": "…", "tokensUsed": 1200, "usdSpent": 0.05, "ts": "2026-11-20T10:00:00Z", "success": true}; taskId, ts and success may be left out.';

/**
 * Reads one line: an event, or an entry `{key, namespace, value}` that holds one. Undefined for an
 * empty line, and for an entry of another namespace or under another kind of key, which is nobody's
 * mistake. `where` names the line in the sentence of a refusal.
 */
export function parseEvent(line: string, namespace: string, where: string): KeyedEvent | undefined {
  if (line.trim() === '') return undefined;
  const data = parsed(line);
  const entry = entryShape.safeParse(data);
  if (!entry.success) return keyed(data, undefined, namespace, where);
  const { key, namespace: own = namespace, value } = entry.data;
  if (own !== namespace || (key !== undefined && !key.startsWith(keyPrefix))) return undefined;
  return keyed(typeof value === 'string' ? parsed(value) : value, key, namespace, where);
}

function keyed(
  data: unknown,
  key: string | undefined,
  namespace: string,
  where: string,
): KeyedEvent {
  const result = eventShape.safeParse(data);
  const time = result.success ? timeOf(result.data.ts) : undefined;
  if (!result.success || time === null) {
    const issue = result.success ? undefined : result.error.issues[0];
    const field = result.success ? 'ts' : issue?.path.join('.');
    const what = field ? `${field} cannot be used` : 'it is no JSON object';
    throw new HumanError('usage', `${where} is no federation event: ${what}. ${accepted}`);
  }
  const { peerId, taskId, tokensUsed, usdSpent, success } = result.data;
  const event: PeerEvent = {
    peer: clip(plainText(peerId), 120),
    task: clip(plainText(taskId ?? ''), 120),
    tokens: Math.max(0, Math.round(tokensUsed)),
    nano: usdToNano(Math.min(Math.max(0, usdSpent), 1_000_000)),
    ...(time !== undefined && { at: time }),
    ...(typeof success === 'boolean' && { success }),
  };
  return { key: key ?? keyOf(event), namespace, event };
}

/** UTC milliseconds; undefined without a time, null for what is none. Seconds are told by their size. */
function timeOf(ts: number | string | null | undefined): number | null | undefined {
  if (ts === undefined || ts === null || ts === '') return undefined;
  const at = typeof ts === 'number' ? (ts < 1e11 ? ts * 1000 : ts) : Date.parse(ts);
  return Number.isFinite(at) && at >= 0 && at < 8.64e15 ? Math.round(at) : null;
}

/** The key of an event that came without one: the same report has the same key. */
function keyOf({ peer, task, tokens, nano, at, success }: PeerEvent): string {
  const facts = JSON.stringify([peer, task, tokens, nano, at ?? null, success ?? null]);
  return keyPrefix + crypto().createHash('sha256').update(facts).digest('hex').slice(0, 24);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
