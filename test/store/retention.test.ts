import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dayMs, firstMoment, type Zone } from '../../src/model/calendar.ts';
import type { RetentionLimits } from '../../src/model/retention.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { messagePages } from '../../src/store/query/messagePages.ts';
import { spendRows } from '../../src/store/query/spendRows.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import {
  downsampledUpTo,
  downsamplingForecast,
} from '../../src/store/retention/downsampleState.ts';
import { addSums } from '../../src/store/schema/sums.ts';
import { bundleChild, Life } from '../lib/crashLife.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { file, response } from '../lib/exampleRecords.ts';
import { otherBook, soleWriter } from '../lib/ingest.ts';
import { noonMs } from '../lib/parseLines.ts';
import { random } from '../lib/random.ts';
import {
  assertNoOrphans,
  assertRetentionExample,
  assertSummedUp,
  assertSumsKept,
  byDayBefore,
  longHistory,
  sumsOf,
  thinAll,
  valuesOf,
} from '../lib/retention.ts';
import { retentionCut, retentionExamples } from '../lib/retentionExamples.ts';
import { ingestPlainly, readAgain } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

/** Worlds tried per property. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 150);

/** Zones whose midnight lies in the hours a made-up world lasts. */
const zones = ['Pacific/Auckland', 'Etc/GMT-12', 'Etc/GMT-11', 'Asia/Tokyo', 'UTC'] as const;

/** Limits at the second day of a made-up world, or behind all of it. */
const limits = fc
  .record({
    zone: fc.constantFrom<Zone>(...zones),
    day: fc.constantFrom('2026-11-21', '2026-12-01'),
    months: fc.boolean(),
  })
  .map(({ zone, day, months }): RetentionLimits => {
    const messagesBefore = firstMoment(day, zone);
    return { zone, messagesBefore, daysBefore: months ? messagesBefore : 0 };
  });

/** Everything of the messages before a moment that their sums hang on, one text for each. */
function oldMessages(db: SqlDatabase, before: number): string[] {
  return db
    .prepare(
      `SELECT sid, aid, m.* FROM message m JOIN session s ON s.id = m.session
       JOIN agent a ON a.id = m.agent WHERE m.at < ?`,
    )
    .all(before)
    .map(({ id: _, session: _s, agent: _a, standing: _p, in_main: _m, ...row }) => {
      return JSON.stringify(row);
    });
}

for (const engine of engines) {
  const withStore = <T>(work: (db: SqlDatabase) => T): T => {
    const { db } = openForWriting(':memory:', { engine });
    try {
      return work(db);
    } finally {
      db.close();
    }
  };

  describe(`retention, ${engine}`, () => {
    for (const example of retentionExamples) {
      test(example.name, () => {
        using dir = tempDir();
        assertRetentionExample(example, dir.path, withStore);
      });
    }

    test('a summing up that is killed leaves what was before or what comes after', async () => {
      using dir = tempDir();
      const script = dir.at('child.cjs');
      bundleChild(script);
      const store = dir.at('outlay.db');
      const moments = [200, 120, 60, 0].map((days) => retentionCut - days * dayMs);
      const last = moments.at(-1)!;
      const limits = { zone: 'UTC', messagesBefore: last, daysBefore: last - 182 * dayMs };
      const fill = (db: SqlDatabase): void => ingestPlainly(db, dir.path, longHistory(400));
      const { db } = openForWriting(store, { engine });
      fill(db);
      const before = sumsOf(db, limits);
      db.close();
      const dice = random(20_261_124);
      for (let kills = 0; ; ) {
        const life = new Life(script, ['thinner', engine, store, ...moments.map(String)]);
        await life.atWork();
        const ended = await life.endWithin(kills < 8 ? dice.below(60) : 60_000);
        const { db: now, damage } = openForWriting(store, { engine });
        assert.equal(damage, undefined);
        assertSumsKept(sumsOf(now, limits), before);
        now.close();
        if (ended === 'done') break;
        kills++;
      }
      const { db: end } = openForWriting(store, { engine });
      const actual = dumpStore(end);
      end.close();
      const expected = withStore((plain) => {
        fill(plain);
        thinAll(soleWriter(plain), limits);
        return dumpStore(plain);
      });
      assert.equal(actual === expected, true, difference(actual, expected));
    });

    test('days of 23 and 25 hours are days, and a month is a month', () => {
      using dir = tempDir();
      const zone = 'Europe/Berlin';
      const hours = (from: string, count: number): object[] =>
        Array.from({ length: count }, (_, i) => {
          const at = Date.parse(from) + i * 3_600_000;
          return response(`${from} ${i}`, at - noonMs, { usage: { output_tokens: 1 } });
        });
      withStore((db) => {
        // The hours of both days on which the clock changes, and one each before and behind.
        const records = [...hours('2026-03-28T22:30Z', 25), ...hours('2026-10-24T21:30Z', 27)];
        ingestPlainly(db, dir.path, [file('s1.jsonl', ...records)]);
        const counts = (): unknown[] =>
          valuesOf(
            db,
            `SELECT strftime('%m-%d %H:%M', bucket * 900, 'unixepoch') || ' ' || sum(messages)
             FROM spend_bucket GROUP BY bucket ORDER BY bucket`,
          );
        const before = firstMoment('2027-01-01', zone);
        thinAll(soleWriter(db), { zone, messagesBefore: before, daysBefore: 0 });
        assert.deepEqual(counts(), [
          '03-27 23:00 1',
          '03-28 23:00 23',
          '03-29 22:00 1',
          '10-23 22:00 1',
          '10-24 22:00 25',
          '10-25 23:00 1',
        ]);
        const daysBefore = firstMoment('2026-10-25', zone);
        thinAll(soleWriter(db), { zone, messagesBefore: before, daysBefore });
        // Of October only what is before the limit: it stands where its month begins.
        assert.deepEqual(counts(), [
          '02-28 23:00 25',
          '09-30 22:00 1',
          '10-24 22:00 25',
          '10-25 23:00 1',
        ]);
      });
    });

    test('what was summed up keeps its price', () => {
      using dir = tempDir();
      withStore((db) => {
        const rows = [response('m1', 0), response('m2', retentionCut - noonMs)];
        ingestPlainly(db, dir.path, [file('s1.jsonl', ...rows)]);
        const spent = (): unknown[] =>
          valuesOf(db, 'SELECT sum(nano) FROM spend_bucket GROUP BY bucket ORDER BY bucket');
        const [old, recent] = spent() as [number, number];
        thinAll(soleWriter(db), byDayBefore(retentionCut));
        assert.equal(soleWriter(db, { book: otherBook }).reprice(), 1);
        assert.deepEqual(spent(), [old, recent * 3 + 7]);
        assert.deepEqual(valuesOf(db, 'SELECT sum(nano) FROM spend_total'), [old + recent * 3 + 7]);
      });
    });

    test('a reader counts a day where it begins, to the moment elsewhere', () => {
      using dir = tempDir();
      withStore((db) => {
        const day = dayMs / 2;
        const rows = [10, 7_200_000, day + 500, day + 900_500].map((at, i) => {
          return response(`m${i}`, at, { usage: { output_tokens: 1 } });
        });
        ingestPlainly(db, dir.path, [file('s1.jsonl', ...rows)]);
        const reader = new StoreReader(db);
        const { firstAt, lastAt } = reader.kept();
        thinAll(soleWriter(db), byDayBefore(retentionCut));
        const messages = (from: number, to: number): number =>
          reader.spend({ from: noonMs + from, to: noonMs + to }, undefined).messages;
        assert.equal(messages(-day, day + 501), 3);
        assert.equal(messages(-day, day + 500), 2);
        assert.equal(messages(1, day + 900_501), 2);
        assert.equal(messages(-day, 1), 2);
        assert.equal(messages(day + 499, day + 501), 1);
        const kept = reader.kept();
        assert.deepEqual([kept.messages, kept.firstAt, kept.lastAt], [4, firstAt, lastAt]);
        assert.deepEqual(downsampledUpTo(db), { messages: retentionCut, days: 0 });
        thinAll(soleWriter(db), byDayBefore(retentionCut + dayMs));
        assert.equal(reader.kept().lastAt, lastAt);
        assert.equal([...messagePages(db, undefined)].flat().length, 0);
      });
    });

    test('tags of time keep what was spent in them, and no sum is lost between them', () => {
      using dir = tempDir();
      withStore((db) => {
        const minutes = 60_000;
        const noon = noonMs - 10 * dayMs;
        const rows = Array.from({ length: 200 }, (_, i) => {
          return response(`m${i}`, noon - noonMs + (i - 100) * 7 * minutes, {
            usage: { output_tokens: i },
          });
        });
        ingestPlainly(db, dir.path, [file('s1.jsonl', ...rows)]);
        // From 10:07 to 11:52, and one that begins and ends in a quarter of an hour.
        const cuts = [
          noon - 113 * minutes,
          noon - 8 * minutes,
          noon + 61 * minutes,
          noon + 69 * minutes,
        ];
        const reader = new StoreReader(db);
        const between = (moments: readonly number[]): number[] => {
          const edges = [0, ...moments, Number.MAX_SAFE_INTEGER];
          return edges.slice(1).map((to, i) => {
            const span = { from: edges[i]!, to };
            const { nano } = reader.spend(span, undefined);
            assert.equal(addSums(spendRows(db, span, ['model'])).nano, nano);
            return nano;
          });
        };
        const before = between(cuts);
        const limits = { ...byDayBefore(noonMs), cuts };
        thinAll(soleWriter(db), limits);
        const after = between(cuts);
        // The shortest is too short to be told from what is before it.
        assert.deepEqual(after.toSpliced(2, 2), before.toSpliced(2, 2));
        const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
        assert.equal(after[2]! + after[3]!, before[2]! + before[3]!);
        thinAll(soleWriter(db), { ...limits, daysBefore: noonMs });
        assert.deepEqual(between(cuts), after);
        assert.equal(valuesOf(db, 'SELECT DISTINCT bucket FROM spend_bucket').length, 5);
        // A tag that is set afterwards finds each sum where it begins.
        for (const late of [1, 5 * minutes, 700 * minutes, 1000 * minutes]) {
          assert.equal(sum(between([noon - 1000 * minutes + late])), sum(before));
        }
        // What comes late is live, and told apart to the moment.
        const [m] = rows;
        const extra = {
          ...m,
          ...response('late', noon - noonMs - 110 * minutes, { usage: { output_tokens: 9 } }),
        };
        ingestPlainly(db, dir.path, [file('s1.jsonl', ...rows, extra)]);
        const all = valuesOf(db, 'SELECT sum(nano) FROM spend_total')[0];
        for (const at of [-111, -110, -109, -106].map((n) => noon + n * minutes)) {
          assert.equal(sum(between([at])), all);
        }
      });
    });

    test('what is ahead is what is then done', () => {
      using dir = tempDir();
      withStore((db) => {
        ingestPlainly(db, dir.path, longHistory(100));
        const limits = {
          zone: 'Europe/Berlin',
          messagesBefore: firstMoment('2026-11-01', 'Europe/Berlin'),
          daysBefore: firstMoment('2026-10-15', 'Europe/Berlin'),
        };
        const { messages, days, months, bytes } = downsamplingForecast(db, limits);
        const done = { messages: 0, days: 0, months: 0 };
        const writer = soleWriter(db);
        for (
          let portion = writer.downsample(limits);
          portion;
          portion = writer.downsample(limits)
        ) {
          done.messages += portion.messages;
          done[portion.unit === 'day' ? 'days' : 'months']++;
        }
        assert.deepEqual({ messages, days, months }, done);
        assert.ok(done.messages > 100 && done.months === 3 && bytes > 0);
        const nothing = { messages: 0, sessions: 0, days: 0, months: 0, bytes: 0 };
        assert.deepEqual(downsamplingForecast(db, limits), nothing);
      });
    });

    test('sums outlive the messages, whatever is read again', () => {
      using dir = tempDir();
      let count = 0;
      fc.assert(
        fc.property(worlds, limits, fc.nat(), (ops, limit, seed) => {
          const files = playWorld(ops);
          const folder = dir.at(String(count++));
          mkdirSync(folder);
          withStore((db) => {
            ingestPlainly(db, folder, files);
            const before = sumsOf(db, limit);
            thinAll(soleWriter(db), limit);
            assertSumsKept(sumsOf(db, limit), before);
            const left = db.prepare('SELECT count(*) AS n FROM message WHERE at < ?');
            assert.equal(left.get<{ n: number }>(limit.messagesBefore)!.n, 0);
            assertNoOrphans(db);
            assertSummedUp(db, limit);
            const thinned = dumpStore(db);
            assert.equal(thinAll(soleWriter(db), limit), 0, 'a second time there is nothing to do');
            assert.equal(dumpStore(db), thinned);
            readAgain(db, folder, files, seed);
            const actual = dumpStore(db);
            assert.equal(actual === thinned, true, difference(actual, thinned));
          });
        }),
        { numRuns: runs },
      );
    });

    test('what comes later finds the totals as they were', () => {
      using dir = tempDir();
      let count = 0;
      fc.assert(
        fc.property(
          worlds,
          limits,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.nat(),
          (ops, limit, part, seed) => {
            const early = playWorld(ops.slice(0, Math.floor(ops.length * part)));
            const files = playWorld(ops);
            const folder = dir.at(String(count++));
            mkdirSync(folder);
            const read = (thin: boolean) =>
              withStore((db) => {
                ingestPlainly(db, folder, early);
                const first = oldMessages(db, limit.messagesBefore);
                if (thin) thinAll(soleWriter(db), limit);
                ingestPlainly(db, folder, files);
                readAgain(db, folder, files, seed);
                const last = new Set(oldMessages(db, limit.messagesBefore));
                return { sums: sumsOf(db, limit), settled: first.every((row) => last.has(row)) };
              });
            const expected = read(false);
            // What is learnt later of a message that was summed up moves it no more.
            fc.pre(expected.settled);
            assertSumsKept(read(true).sums, expected.sums);
          },
        ),
        { numRuns: runs },
      );
    });
  });
}
