import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { isBackgroundSource } from '../../src/model/requests/requestKind.ts';
import type { ToldSum } from '../../src/model/requests/toldSum.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { bundledBook, soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { judge } from '../lib/oracle.ts';
import { random } from '../lib/random.ts';
import { requestEvent, tellOf } from '../lib/requestEvents.ts';
import { byDayBefore, thinAll } from '../lib/retention.ts';
import { ingestPlainly, ingestSomehow, readAgain } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { sumsTold } from '../lib/toldSums.ts';
import { assertVerdict } from '../lib/verdict.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

/** Worlds tried per property; `OUTLAY_TEST_RUNS=5000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 100);

/** Every world in a folder of its own, with what is told of it. */
function forWorlds(
  numRuns: number,
  hold: (
    world: ReturnType<typeof playWorld>,
    events: RequestEvent[],
    folder: string,
    seed: number,
  ) => void,
): void {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      hold(files, tellOf(judge(files, bundledBook().price), random(seed)), folder, seed);
    }),
    { numRuns },
  );
}

test('whatever arrives first, late or twice, the store is the same', () => {
  forWorlds(runs, (files, events, folder, seed) => {
    const sums = sumsTold(events, random(seed + 1));
    const actual = withStore('better-sqlite3', (db) => {
      ingestSomehow(db, folder, files, seed, { events, sums });
      return dumpStore(db);
    });
    const expected = withStore('node:sqlite', (db) => {
      soleWriter(db).addRequests(events);
      soleWriter(db).addSums(sums);
      ingestPlainly(db, folder, files);
      return dumpStore(db);
    });
    assert.equal(actual === expected, true, difference(actual, expected));
  });
});

test('with any of the events missing, background is what the words of the design say', () => {
  forWorlds(runs * 2, (files, all, folder, seed) => {
    const dice = random(seed);
    const events = dice.oneIn(3) ? all.filter(() => dice.oneIn(2)) : all;
    withStore('better-sqlite3', (db) => {
      ingestPlainly(db, folder, files);
      soleWriter(db).addRequests(events);
      assertVerdict(db, judge(files, bundledBook().price, events));
    });
  });
});

test('events add nothing but what they itemise, and take nothing away', () => {
  /** What rounding makes of some totals. */
  const slack = 20_000;
  forWorlds(runs, (files, events, folder) => {
    withStore('better-sqlite3', (db) => {
      ingestPlainly(db, folder, files);
      const sums = (): { sid: string; whole: number; items: number }[] =>
        db
          .prepare(
            `SELECT sid, background + (SELECT coalesce(sum(nano), 0) FROM spend_total t
                 WHERE t.session = s.id) AS whole,
               (SELECT coalesce(sum(nano), 0) FROM background_item i WHERE i.session = s.id) AS items
             FROM session s ORDER BY sid`,
          )
          .all();
      const before = sums();
      soleWriter(db).addRequests(events);
      for (const [i, { sid, whole, items }] of sums().entries()) {
        const known = before[i]!.whole;
        assert.ok(whole <= known + items + slack, `${sid}: ${whole} of ${known} and ${items}`);
        assert.ok(whole >= known - slack, `${sid}: ${whole} of ${known}`);
      }
    });
  });
});

for (const engine of engines) {
  test(`sums change no amount: they name a part of what nothing explains, ${engine}`, () => {
    let named = 0;
    forWorlds(runs / 2, (files, all, folder, seed) => {
      const dice = random(seed);
      const sums = sumsTold(all, random(seed + 1));
      const events = dice.oneIn(2) ? all.filter(() => dice.oneIn(2)) : all;
      withStore(engine, (db) => {
        ingestPlainly(db, folder, files);
        soleWriter(db).addRequests(events);
        const rows = (sql: string): unknown[] => db.prepare(sql).all();
        const amounts = (): unknown[] => [
          rows('SELECT * FROM background ORDER BY session, at'),
          rows("SELECT * FROM background_item WHERE kind <> 'inSum' ORDER BY session, at, kind"),
          rows('SELECT sid, background, unconfirmed FROM session ORDER BY sid'),
        ];
        const before = amounts();
        soleWriter(db).addSums(sums);
        assert.deepEqual(amounts(), before);
        const open = db
          .prepare(
            `SELECT s.sid AS sid, b.at AS at, b.nano - total(i.nano) AS nano,
               total(CASE i.kind WHEN 'inSum' THEN i.nano END) AS inSum
             FROM background b JOIN session s ON s.id = b.session
               LEFT JOIN background_item i ON i.session = b.session AND i.at = b.at
             GROUP BY b.session, b.at`,
          )
          .all<{ sid: string; nano: number; inSum: number }>();
        for (const { sid, nano } of open) assert.ok(nano >= 0, `${sid}: more than there is`);
        for (const [sid, parts] of Map.groupBy(open, (part) => part.sid)) {
          const inSum = parts.reduce((sum, part) => sum + part.inSum, 0);
          const most = beyondEvents(sid, sums, events);
          assert.ok(inSum <= most + 2000, `${sid}: ${inSum} of ${most}`);
          if (inSum > 0) named++;
        }
      });
    });
    assert.ok(named > 0, 'some is named');
  });

  test(`summed up or read again, background stays what it was, ${engine}`, () => {
    forWorlds(runs / 2, (files, events, folder, seed) => {
      withStore(engine, (db) => {
        ingestPlainly(db, folder, files);
        soleWriter(db).addRequests(events);
        soleWriter(db).addSums(sumsTold(events, random(seed + 1)));
        const background = (): string =>
          dumpStore(db)
            .split('\n')
            .filter((line) => /^background/.test(line))
            .join('\n');
        const before = background();
        readAgain(db, folder, files, seed);
        assert.equal(background(), before, 'read again');
        thinAll(soleWriter(db), byDayBefore(Date.UTC(2027, 0, 1)));
        // What a transaction or a client repeats is known by what was kept.
        const rows = (table: string): number =>
          db.prepare(`SELECT count(*) AS n FROM ${table}`).get<{ n: number }>()!.n;
        const kept = rows('thinned_request');
        assert.equal(kept, new Set(events.map((event) => JSON.stringify(event))).size);
        assert.equal(rows('request_event'), 0);
        soleWriter(db).addRequests(events);
        assert.deepEqual([rows('request_event'), rows('thinned_request')], [0, kept]);
        // A request that failed has every session looked at again.
        const sids = db.prepare('SELECT sid FROM session').all<{ sid: string }>();
        soleWriter(db).addRequests(
          sids.map(({ sid }) =>
            requestEvent({ sessionId: sid, at: Date.UTC(2026, 11, 1), failed: true, status: 500 }),
          ),
        );
        assert.equal(background(), before, 'summed up');
      });
    });
  });
}

test('a transaction that fails leaves nothing of its events', () => {
  withStore('better-sqlite3', (db) => {
    let holds = true;
    const assertWriter = (): void => {
      if (!holds) throw new Error('replaced');
    };
    const writer = soleWriter(db, { assertWriter });
    const event = requestEvent({ sessionId: 's', at: Date.UTC(2026, 10, 20), nano: 5 });
    holds = false;
    assert.throws(() => writer.addRequests([event]), /replaced/);
    assert.equal(db.prepare('SELECT count(*) AS n FROM request_event').get<{ n: number }>()!.n, 0);
    holds = true;
    writer.addRequests([event, event]);
    assert.equal(db.prepare('SELECT count(*) AS n FROM request_event').get<{ n: number }>()!.n, 1);
  });
});

/** What sums have of a session beyond all that events tell of its background. */
function beyondEvents(
  sid: string,
  sums: readonly ToldSum[],
  events: readonly RequestEvent[],
): number {
  const own = sums.filter(({ sessionId }) => sessionId === sid);
  const last = new Map<number, number>();
  let whole = 0;
  for (const { series, nano, cumulative } of own) {
    if (cumulative) last.set(series, Math.max(nano, last.get(series) ?? 0));
    else whole += nano;
  }
  for (const nano of last.values()) whole += nano;
  const told = new Map(events.map((event) => [JSON.stringify(event), event]));
  for (const { sessionId, source, nano } of told.values()) {
    if (sessionId === sid && isBackgroundSource(source)) whole -= nano;
  }
  return Math.max(0, whole);
}
