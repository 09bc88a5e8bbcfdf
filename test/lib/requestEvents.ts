import fc from 'fast-check';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { noUsage } from '../../src/model/tokens.ts';
import type { Verdict } from './oracle.ts';
import type { Random } from './random.ts';

/** An event with what does not matter left at its usual value. */
export function requestEvent(
  event: Pick<RequestEvent, 'sessionId' | 'at'> & Partial<RequestEvent>,
): RequestEvent {
  return {
    requestId: '',
    sequence: 1,
    model: 'claude-opus-5-5',
    source: 'sdk',
    agentId: '',
    promptId: '',
    nano: 0,
    usage: noUsage,
    durationMs: null,
    firstTokenMs: null,
    attempts: 1,
    failed: false,
    status: 0,
    ...event,
  };
}

const id = fc.string({ unit: 'binary', maxLength: 40 });
const count = fc.nat(2_000_000);
const maybe = fc.option(count, { nil: null });

/** Any event as Claude Code may send it. */
export const anyRequestEvent: fc.Arbitrary<RequestEvent> = fc
  .record({
    sessionId: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    requestId: id,
    at: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2036, 0, 1) - 1 }),
    sequence: count,
    model: id,
    source: id,
    agentId: id,
    promptId: id,
    nano: fc.nat(9_000_000_000),
    usage: fc.record({
      input: count,
      output: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      cacheRead: count,
      webSearches: fc.constant(0),
    }),
    durationMs: maybe,
    firstTokenMs: maybe,
    attempts: fc.integer({ min: 1, max: 12 }),
    failed: fc.boolean(),
    status: fc.integer({ min: 400, max: 599 }),
  })
  .map((event) =>
    event.failed
      ? { ...event, nano: 0, usage: noUsage }
      : { ...event, usage: { ...event.usage }, status: 0 },
  );

const sources = ['sdk', 'compact', 'generate_session_title', 'web_search_tool', 'made_up'];

/**
 * What telemetry may tell of a world: of most messages, at their price or another, with their id or
 * without; and of requests nobody else knows, some of sessions nobody knows either.
 */
export function tellOf(verdict: Verdict, dice: Random): RequestEvent[] {
  const told: RequestEvent[] = [];
  const tell = (event: Pick<RequestEvent, 'sessionId' | 'at' | 'nano'> & Partial<RequestEvent>) =>
    told.push(requestEvent({ ...event, sequence: told.length }));
  const times: number[] = [];
  for (const [key, { session, at, nano = 0 }] of verdict.messages) {
    times.push(at);
    if (dice.oneIn(4)) continue;
    const known = key.split(' ')[1] ?? '';
    const unknown = known === '' ? `only-told-${told.length}` : '';
    const requestId = dice.oneIn(3) ? unknown : known;
    const beyond = dice.pick([0, 0, 0, 1, 70_000, -50_000]);
    const amount = Math.max(0, nano + beyond);
    const source = dice.pick(sources);
    // Two may cost the same, and one of them have no message.
    for (let times = dice.oneIn(6) ? 2 : 1; times > 0; times--) {
      tell({ sessionId: session, requestId, at: at + dice.below(3000), nano: amount, source });
    }
  }
  for (const sessionId of [...verdict.sessions.keys(), 'nobody']) {
    for (let i = dice.below(4); i > 0; i--) {
      const requestId = dice.oneIn(4) ? '' : `hidden-${sessionId}-${i}`;
      const at =
        (times.length > 0 ? dice.pick(times) : Date.UTC(2026, 10, 20)) + dice.below(90_000);
      const nano = dice.pick([0, 1_000_000, 250_000_000]) + dice.below(50_000_000);
      const model = dice.pick(['claude-opus-5-5', 'made-up-model']);
      tell({ sessionId, requestId, at, nano, model, source: dice.pick(sources) });
    }
    if (dice.oneIn(3)) {
      tell({ sessionId, at: Date.UTC(2026, 10, 20), nano: 0, failed: true, status: 529 });
    }
  }
  return told;
}
