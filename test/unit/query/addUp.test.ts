import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TimeSpan } from '../../../src/model/calendar.ts';
import { tokenClassNames } from '../../../src/model/tokenClassNames.ts';
import { type Usage, usageKeys } from '../../../src/model/tokens.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type DimensionName, dimension, dimensionNames } from '../../../src/query/dimensions.ts';
import { type Group, groupCost, groupsOf, selectFor } from '../../../src/query/groupBy.ts';
import type { Filters } from '../../../src/query/options.ts';
import { select } from '../../../src/query/select.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { addSums } from '../../../src/store/schema/sums.ts';
import { billedOf, type Mixed, mixedNow, mixedStore, mixedWorlds } from '../../lib/mixedWorld.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { ingestPlainly } from '../../lib/schedule.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { largeWorld } from '../../lib/world.ts';

/** Worlds tried; `OUTLAY_TEST_RUNS=1000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 6);

/** What is spent under several values counts for each of them. */
const overlapping: ReadonlySet<DimensionName> = new Set(['tag', 'group']);

/** A message counts for each tool it called and each class it used. */
const counting: ReadonlySet<DimensionName> = new Set(['tool', 'class']);

const filters: readonly Filters[] = [
  {},
  { project: '/src/1' },
  { group: 'even' },
  { model: 'opus' },
  { model: 'claude-haiku-4-5' },
  { agent: 'main' },
  { agent: 'Explore' },
  { branch: 'feat*' },
  { session: '00000000' },
  { task: 'T-9' },
  { correlation: 'prompt-1' },
  { correlation: 'c-1' },
  { tag: 'feature' },
  { tag: 'sprint' },
  { tag: 'sprint', model: 'sonnet' },
];

/** Every two dimensions; those that divide rows in both orders. */
const pairs: readonly (readonly DimensionName[])[] = [
  ...dimensionNames.flatMap((name, i) => dimensionNames.slice(i + 1).map((other) => [name, other])),
  ...(['class', 'tool'] as const).map(
    (name) => [name, name === 'tool' ? 'model' : 'tool'] as const,
  ),
];

/** Filters pairs are asked with: none, and others in turn. */
const someFilters = fc
  .shuffledSubarray(filters.slice(1), { minLength: 2, maxLength: 2 })
  .map((some): readonly Filters[] => [{}, ...some]);

const spans: fc.Arbitrary<TimeSpan | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ from: fc.nat(50 * 86_400_000), length: fc.nat(50 * 86_400_000) }).map(
    ({ from, length }): TimeSpan => ({
      from: mixedNow - from,
      to: mixedNow - from + length,
    }),
  ),
);

function assertAddsUp(
  context: ReportContext,
  span: TimeSpan | undefined,
  asked: Filters,
  names: readonly DimensionName[],
): void {
  const question = { span, filters: asked, options: {} };
  const whole = select(context, question, []);
  const dimensions = names.map((name) => dimension(name, context));
  const selection = selectFor(context, question, dimensions);
  const groups = groupsOf(context, question, dimensions, selection);
  const what = `${names.join(' and ')}, ${JSON.stringify(asked)}, ${JSON.stringify(span)}`;
  const { messages: _, ...sums } = whole.sums;
  assert.deepEqual(selection.sums, whole.sums, `sums, whatever the rows come from: ${what}`);
  assert.equal(selection.total, whole.total, what);
  if (names.some((name) => overlapping.has(name))) {
    assert.ok(groups.reduce((sum, group) => sum + groupCost(group), 0) >= whole.total, what);
    return;
  }
  const rows = addSums(groups.map((group) => group.sums));
  const background = groups.reduce((sum, group) => sum + group.background, 0);
  assert.equal(background, whole.background, `background: ${what}`);
  assert.equal(rows.nano, sums.nano, `dollars: ${what}`);
  for (const key of usageKeys) assert.equal(rows[key], sums[key], `${key}: ${what}`);
  if (names.some((name) => counting.has(name))) {
    // One of two tools that share a single token has none of it.
    const bare = names.includes('tool')
      ? []
      : groups.filter(({ sums: own }) => own.messages > 0 && usesNothing(own));
    assert.deepEqual(bare, [], `messages without what they are counted for: ${what}`);
    return;
  }
  const { lost: __, ...counted } = whole.sums;
  assert.deepEqual(rows, counted, `messages: ${what}`);
}

function usesNothing(sums: Usage): boolean {
  return usageKeys.every((key) => sums[key] === 0);
}

function byKey(context: ReportContext, name: DimensionName): Map<string, Group> {
  const question = { span: undefined, filters: {}, options: {} };
  const dimensions = [dimension(name, context)];
  const selection = selectFor(context, question, dimensions);
  const groups = groupsOf(context, question, dimensions, selection);
  return new Map(groups.map((group) => [group.keys[0]!, group]));
}

describe('breakdowns', () => {
  test('every breakdown adds up to the total, whatever it is cut by', () => {
    fc.assert(
      fc.property(mixedWorlds, spans, someFilters, (world, span, some) => {
        mixedStore(world, (context) => {
          for (const asked of filters) {
            for (const name of dimensionNames) assertAddsUp(context, span, asked, [name]);
          }
          if (span !== undefined) {
            const { sums } = select(context, { span, filters: {} }, []);
            assert.deepEqual(
              context.reader.spend(span, undefined),
              sums,
              'as the status bar has it',
            );
          }
          for (const asked of some) {
            for (const names of pairs) assertAddsUp(context, span, asked, names);
          }
        });
      }),
      { numRuns: runs },
    );
  });

  test('so it does where sessions fork and side chains repeat messages', () => {
    for (const seed of [1, 2]) {
      using dir = tempDir();
      const { db } = openForWriting(':memory:');
      ingestPlainly(db, dir.path, largeWorld(seed, 200));
      const context = reportContext(db, { now: mixedNow });
      for (const asked of [{}, { model: 'opus' }]) {
        for (const names of [...dimensionNames.map((name) => [name]), ...pairs]) {
          assertAddsUp(context, undefined, asked, names);
        }
      }
      db.close();
    }
  });

  test('messages of a tool called it, and messages of a class used it', () => {
    fc.assert(
      fc.property(mixedWorlds, (world) => {
        mixedStore({ ...world, keepDays: 0 }, (context) => {
          const count = (test: (message: Mixed) => boolean): number =>
            world.messages.filter(test).length;
          const tools = byKey(context, 'tool');
          for (const tool of ['Bash', 'Read', 'Edit']) {
            const called = count((message) => message.tools.includes(tool));
            assert.equal(tools.get(tool)?.sums.messages ?? 0, called, tool);
          }
          const classes = byKey(context, 'class');
          for (const key of usageKeys) {
            const used = count((message) =>
              [message, ...billedOf(message)].some(({ usage }) => usage[key] > 0),
            );
            const { messages = 0, lower = 0 } = classes.get(tokenClassNames[key])?.sums ?? {};
            assert.equal(messages, used, key);
            assert.ok(lower <= messages, key);
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});
