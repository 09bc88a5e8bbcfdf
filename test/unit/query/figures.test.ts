import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { percentile } from '../../../src/analysis/statistics/percentile.ts';
import type { TimeSpan } from '../../../src/model/calendar.ts';
import { costByClass } from '../../../src/pricing/costByClass.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { projectFolderName } from '../../../src/query/findSession.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { runRows, runTotal } from '../../../src/store/query/runs.ts';
import { type SpendKey, spendRows } from '../../../src/store/query/spendRows.ts';
import { addSums, type SpendRow } from '../../../src/store/schema/sums.ts';
import { sizeText } from '../../../src/text/byteSize.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

describe('figures of reports', () => {
  test('percentiles are values of the list, by nearest rank', () => {
    assert.equal(percentile([], 0.5), undefined);
    assert.equal(percentile([7], 0.99), 7);
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    assert.deepEqual(
      [0.5, 0.9, 0.99, 1, 0].map((share) => percentile(hundred, share)),
      [50, 90, 99, 100, 1],
    );
  });

  test('class dollars always add up to the price, bands and traits included', () => {
    const book = createPriceBook();
    const models = [
      'claude-opus-5-5',
      'claude-haiku-5-5',
      'eu.anthropic.claude-sonnet-4-6-v1:0',
      'claude-3-haiku',
    ];
    const count = fc.integer({ min: 0, max: 400_000 });
    const usage = fc.record({
      input: count,
      output: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      cacheRead: count,
      webSearches: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(
        usage,
        fc.constantFrom(...models),
        fc.constantFrom('', 'fast'),
        fc.constantFrom('', 'us'),
        (tokens, model, speed, geo) => {
          const at = Date.UTC(2026, 10, 1);
          const price = book.price(tokens, model, { speed, geo }, at);
          const classes = costByClass(book, {
            usage: tokens,
            iterations: [],
            written: model,
            traits: { speed, geo },
            at,
          })!;
          assert.equal(price.kind, 'priced');
          const sum = Object.values(classes).reduce((a, b) => a + b, 0);
          assert.equal(sum, price.kind === 'priced' && price.nanoUsd);
          assert.ok(Object.values(classes).every((nano) => nano >= 0));
        },
      ),
      { numRuns: 300 },
    );
    assert.equal(
      costByClass(book, {
        usage: { ...addSums([]), webSearches: 0 },
        iterations: [],
        written: 'model-x',
        traits: {},
        at: 0,
      }),
      undefined,
    );
  });

  test('spend of any two spans that meet adds up to the spend of both', () => {
    using dir = tempDir();
    unpackSet(clientSet, dir.path);
    const { db } = openForWriting(':memory:');
    ingestAll(db, dir.path);
    const rowsOf = (span?: TimeSpan): SpendRow[] =>
      spendRows(db, span, ['session', 'agent', 'model']);
    const all = addSums(rowsOf());
    const { first, last } = db
      .prepare('SELECT min(at) AS first, max(at) AS last FROM message')
      .get<{ first: number; last: number }>()!;
    assert.ok(all.messages > 0);
    const far = 10 * 86_400_000;
    fc.assert(
      fc.property(fc.integer({ min: first - 2_000_000, max: last + 2_000_000 }), (cut) => {
        const before = rowsOf({ from: first - far, to: cut });
        const after = rowsOf({ from: cut, to: last + far });
        assert.deepEqual(addSums([...before, ...after]), all);
        const short = rowsOf({ from: cut, to: cut + 1 });
        assert.ok(addSums(short).messages <= all.messages);
      }),
      { numRuns: 100 },
    );
    db.close();
  });

  test('rows of some models are those that a filter leaves, in any span, by any keys', () => {
    using dir = tempDir();
    unpackSet(clientSet, dir.path);
    const { db } = openForWriting(':memory:');
    ingestAll(db, dir.path);
    const [first, last] = ['min', 'max'].map(
      (name) => db.prepare(`SELECT ${name}(at) AS at FROM message`).get<{ at: number }>()!.at,
    );
    const known = [...new Set(spendRows(db, undefined, ['model']).map(({ model }) => model))];
    assert.ok(known.length > 2);
    const every: SpendKey[] = ['bucket', 'session', 'agent', 'model', 'facet', 'prompt'];
    const sumsBy = (rows: readonly SpendRow[], keys: readonly SpendKey[]) => {
      const keyOf = (row: SpendRow): string =>
        keys.map((key) => (key === 'bucket' ? row.at : row[key])).join(' ');
      return new Map(
        [...Map.groupBy(rows, keyOf)].map(([key, own]) => [key, addSums(own)] as const),
      );
    };
    const moment = fc.integer({ min: first!, max: last! });
    const chosen = fc.record({
      cut: fc.option(fc.tuple(moment, moment)),
      keys: fc.subarray(every),
      models: fc.subarray(known),
    });
    fc.assert(
      fc.property(chosen, ({ cut, keys, models }) => {
        const span = cut === null ? undefined : { from: Math.min(...cut), to: Math.max(...cut) };
        const all = spendRows(db, span, every);
        const left = all.filter(({ model }) => models.includes(model));
        assert.deepEqual(sumsBy(spendRows(db, span, keys), keys), sumsBy(all, keys));
        const some = spendRows(db, span, keys, { models }).filter(({ messages }) => messages > 0);
        assert.deepEqual(sumsBy(some, keys), sumsBy(left, keys));
      }),
      { numRuns: 100 },
    );
    const runs = new Set(
      spendRows(db, undefined, every)
        .filter(({ model }) => model === known[0])
        .map(({ agent, prompt }) => `${agent} ${prompt}`),
    );
    assert.equal(runTotal(db, undefined, { models: [known[0]!] }), runs.size);
    const counted = runRows(db, undefined, ['session', 'agent'], { models: [known[0]!] });
    assert.equal(
      counted.reduce((sum, row) => sum + row.runs, 0),
      runs.size,
    );
    db.close();
  });

  test('folder names as Claude Code makes them', () => {
    assert.equal(projectFolderName('/src/my.app').name, '-src-my-app');
    assert.equal(projectFolderName('D:\\project\\Subcloudy').name, 'D--project-Subcloudy');
    assert.equal(projectFolderName('/söl/ä').name, '-s-l--');
    const long = projectFolderName(`/${'a'.repeat(300)}`);
    assert.deepEqual([long.name.length, long.cut], [201, true]);
    assert.equal(projectFolderName(`/${'a'.repeat(199)}`).cut, false);
  });

  test('sizes', () => {
    assert.deepEqual([0, 999, 1000, 999_949, 999_950, 4_200_000, 7e9, 3e15].map(sizeText), [
      '0 B',
      '999 B',
      '1.0 kB',
      '999.9 kB',
      '1.0 MB',
      '4.2 MB',
      '7.0 GB',
      '3000.0 TB',
    ]);
  });
});
