import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type CachedMessage, cacheMisses } from '../../../src/analysis/spend/cacheMisses.ts';
import { noUsage, type Usage } from '../../../src/model/tokens.ts';

const minute = 60_000;

/** A message so many minutes after the first. */
function message(at: number, usage: Partial<Usage>, model = 'claude-opus-5-5'): CachedMessage {
  return { at: at * minute, model, usage: { ...noUsage, ...usage }, lifetime: 'recorded' };
}

/** One whose cache lives so many minutes, whatever class its writes are counted in; or nobody knows how long. */
function living(minutes: number | undefined, at: number, usage: Partial<Usage>): CachedMessage {
  return {
    ...message(at, usage, 'gpt-6-sol'),
    lifetime: minutes === undefined ? undefined : minutes * minute,
  };
}

const first = message(0, { cacheWrite5m: 10_000 });
const firstMiss = { index: 0, reason: 'first-write', tokens: 0, gap: 0, lifetime: 0 };

const cases: readonly {
  name: string;
  thread: readonly CachedMessage[];
  compactions?: readonly number[];
  misses: readonly object[];
}[] = [
  {
    name: 'what is read back is no miss, however long the thread',
    thread: [
      first,
      message(3, { cacheRead: 10_000, cacheWrite5m: 500 }),
      message(7, { cacheRead: 10_500 }),
    ],
    misses: [firstMiss],
  },
  {
    name: 'a gap longer than five minutes',
    thread: [first, message(7, { cacheWrite5m: 10_200 })],
    misses: [
      firstMiss,
      { index: 1, reason: 'expired', tokens: 10_000, gap: 7 * minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'the same gap under an hour’s lifetime is another prefix',
    thread: [message(0, { cacheWrite1h: 10_000 }), message(7, { cacheWrite1h: 10_200 })],
    misses: [
      firstMiss,
      { index: 1, reason: 'prefix-change', tokens: 10_000, gap: 7 * minute, lifetime: 60 * minute },
    ],
  },
  {
    name: 'a gap longer than an hour',
    thread: [
      message(0, { cacheWrite1h: 10_000 }),
      message(61, { cacheWrite1h: 9_000, cacheRead: 1_000 }),
    ],
    misses: [
      firstMiss,
      { index: 1, reason: 'expired', tokens: 9_000, gap: 61 * minute, lifetime: 60 * minute },
    ],
  },
  {
    name: 'another model, though the gap was long as well',
    thread: [first, message(9, { cacheWrite5m: 10_000 }, 'claude-sonnet-5-5')],
    misses: [
      firstMiss,
      { index: 1, reason: 'model-switch', tokens: 10_000, gap: 9 * minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'a compaction that is recorded',
    thread: [first, message(2, { cacheWrite5m: 9_000 })],
    compactions: [minute],
    misses: [
      firstMiss,
      { index: 1, reason: 'compaction', tokens: 9_000, gap: 2 * minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'a prompt that shrank was compacted, recorded or not',
    thread: [first, message(2, { cacheWrite5m: 3_000, cacheRead: 1_000 })],
    misses: [
      firstMiss,
      { index: 1, reason: 'compaction', tokens: 3_000, gap: 2 * minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'a compaction before the message before is none of its business',
    thread: [message(5, { cacheWrite5m: 10_000 }), message(6, { cacheWrite5m: 10_100 })],
    compactions: [minute],
    misses: [
      firstMiss,
      { index: 1, reason: 'prefix-change', tokens: 10_000, gap: minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'half of it read back is an edited prompt, not a missed cache',
    thread: [first, message(1, { cacheRead: 5_000, cacheWrite5m: 5_000 })],
    misses: [firstMiss],
  },
  {
    name: 'who begins by reading has written before',
    thread: [message(0, { cacheRead: 9_000, cacheWrite5m: 100 })],
    misses: [],
  },
  {
    name: 'a gap longer than five minutes of a cache that lives for thirty is another prefix',
    thread: [living(30, 0, { cacheWrite5m: 10_000 }), living(30, 29, { cacheWrite5m: 10_200 })],
    misses: [
      firstMiss,
      {
        index: 1,
        reason: 'prefix-change',
        tokens: 10_000,
        gap: 29 * minute,
        lifetime: 30 * minute,
      },
    ],
  },
  {
    name: 'a gap longer than thirty minutes',
    thread: [living(30, 0, { cacheWrite5m: 10_000 }), living(30, 31, { cacheWrite5m: 10_200 })],
    misses: [
      firstMiss,
      { index: 1, reason: 'expired', tokens: 10_000, gap: 31 * minute, lifetime: 30 * minute },
    ],
  },
  {
    name: 'a lifetime nobody knows: nothing is said',
    thread: [
      living(undefined, 0, { cacheWrite5m: 10_000 }),
      living(undefined, 300, { input: 10_200 }),
    ],
    misses: [],
  },
  {
    name: 'it is the cache of the message before that lives or does not',
    thread: [
      living(undefined, 0, { cacheWrite5m: 10_000 }),
      message(9, { cacheWrite5m: 10_000 }),
      living(undefined, 10, { input: 10_200 }),
    ],
    misses: [
      { index: 2, reason: 'model-switch', tokens: 10_000, gap: minute, lifetime: 5 * minute },
    ],
  },
  {
    name: 'without caches nothing is missed',
    thread: [message(0, { input: 5 }), message(9, { input: 9 })],
    misses: [],
  },
];

describe('caches that were missed', () => {
  for (const { name, thread, compactions = [], misses } of cases) {
    test(name, () => assert.deepEqual(cacheMisses(thread, compactions), misses));
  }

  test('never more tokens than the message sent anew, nor than were cached before', () => {
    const tokens = fc.nat(200_000);
    const usage = fc.record({
      input: tokens,
      output: tokens,
      cacheWrite5m: tokens,
      cacheWrite1h: tokens,
      cacheRead: tokens,
      webSearches: fc.constant(0),
    });
    const thread = fc.array(fc.tuple(fc.nat(100), fc.constantFrom('a', 'b'), usage));
    fc.assert(
      fc.property(thread, (parts) => {
        let at = 0;
        const messages = parts.map(([gap, model, own]) => {
          at += gap * minute;
          return { at, model, usage: own, lifetime: 'recorded' as const };
        });
        for (const miss of cacheMisses(messages, [])) {
          const { usage: own } = messages[miss.index]!;
          assert.ok(miss.tokens <= own.input + own.cacheWrite5m + own.cacheWrite1h);
          const before = messages[miss.index - 1]?.usage ?? own;
          assert.ok(miss.tokens <= before.cacheRead + before.cacheWrite5m + before.cacheWrite1h);
        }
      }),
    );
  });
});
