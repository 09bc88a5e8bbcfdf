import fc from 'fast-check';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { noUsage } from '../../src/model/tokens.ts';

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
