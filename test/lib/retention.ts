import assert from 'node:assert/strict';
import { dayMs, dayOf, daySpan, monthSpan } from '../../src/model/calendar.ts';
import type { RetentionLimits } from '../../src/model/retention.ts';
import type { Row, SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { bucketMs, sumColumns } from '../../src/store/schema/rollupTables.ts';
import type { Writer } from '../../src/store/writer.ts';
import { difference, dumpStore } from './dumpStore.ts';
import { costState, file, response } from './exampleRecords.ts';
import { soleWriter } from './ingest.ts';
import { type RetentionExample, retentionCut } from './retentionExamples.ts';
import { ingestPlainly } from './schedule.ts';
import type { WorldFile } from './world.ts';

/** Sums up what is beyond the limits, in so many portions at most; returns how many it took. */
export function thinAll(writer: Writer, limits: RetentionLimits, most = 1000): number {
  let portions = 0;
  while (portions < most && writer.downsample(limits) !== undefined) portions++;
  return portions;
}

/**
 * A history of so many days before noon of `noonMs`: each day two responses of one session, every
 * tenth day a new one that is a fork of the last, and the client's total at the end of each.
 */
export function longHistory(days: number): WorldFile[] {
  const files: WorldFile[] = [];
  let inherited: object[] = [];
  for (let first = 0; first < days; first += 10) {
    const sid = `s${first}`;
    const records = Array.from({ length: Math.min(10, days - first) }, (_, i) => {
      const day = first + i;
      const at = (day - days) * dayMs;
      const usage = { input_tokens: 100 + day, output_tokens: 10 };
      const model = day % 7 === 0 ? { model: 'made-up-model' } : {};
      return [0, 1].map((k) => response(`m${day}-${k}`, at + k * 7_200_000, { ...model, usage }));
    }).flat();
    const own = records.map((record) => ({ ...record, sessionId: sid }));
    const copied = inherited.map((record) => ({ ...record, sessionId: sid }));
    const total = costState(sid, 5 + first, { 'made-up-model': 1 + first });
    files.push(file(`${sid}.jsonl`, ...copied, ...own, total));
    inherited = first % 30 === 0 ? records : [];
  }
  return files;
}

/** What is summed up by day alone, in UTC. */
export function byDayBefore(messagesBefore: number): RetentionLimits {
  return { zone: 'UTC', messagesBefore, daysBefore: 0 };
}

/** An example must say the same whether or not what was early has been summed up. */
export function assertRetentionExample(
  { name, early, late, ask }: RetentionExample,
  folder: string,
  withStore: <T>(work: (db: SqlDatabase) => T) => T,
): void {
  const values = (thin: boolean): unknown[] =>
    withStore((db) => {
      ingestPlainly(db, folder, early);
      if (thin) assert.ok(thinAll(soleWriter(db), byDayBefore(retentionCut)) > 0, name);
      ingestPlainly(db, folder, late);
      assertNoOrphans(db);
      return valuesOf(db, ask);
    });
  const expected = values(false);
  assert.ok(expected.length > 0, name);
  assert.deepEqual(values(true), expected, name);
}

/** The values of a query of one column. */
export function valuesOf(db: SqlDatabase, ask: string): unknown[] {
  return db
    .prepare(ask)
    .all<Row>()
    .map((row) => Object.values(row)[0]);
}

/** No row may speak of a message that is no longer there: its number will be given to another. */
export function assertNoOrphans(db: SqlDatabase): void {
  const orphans = `SELECT count(*) FROM place WHERE message NOT IN (SELECT id FROM message)
    UNION ALL SELECT count(*) FROM thinned_place WHERE thinned NOT IN (SELECT id FROM thinned)
    UNION ALL SELECT count(*) FROM variant WHERE mid NOT IN (SELECT mid FROM message)`;
  assert.deepEqual(valuesOf(db, orphans), [0, 0, 0]);
}

/** Every sum beyond the limits stands where its day, or its month, begins. */
export function assertSummedUp(db: SqlDatabase, limits: RetentionLimits): void {
  const { messagesBefore, daysBefore, zone } = limits;
  for (const bucket of valuesOf(db, 'SELECT DISTINCT bucket FROM spend_bucket')) {
    const at = Number(bucket) * bucketMs;
    if (at >= messagesBefore) continue;
    assert.equal(at, (at < daysBefore ? monthSpan : daySpan)(at, zone).from);
  }
}

/**
 * All a store says that must outlive its messages, one fact a line: the dump without messages, and
 * the buckets added up as coarsely as the limits allow.
 */
export function sumsOf(db: SqlDatabase, limits: RetentionLimits): string {
  const left = [
    'message',
    'variant',
    'place',
    'thinned',
    'thinned_place',
    'request_event',
    'thinned_request',
    'spend_bucket',
    'spend_slot',
    'spend_model',
    'agent',
  ];
  const kept = dumpStore(db)
    .split('\n')
    .filter((line) => !left.includes(line.slice(0, line.indexOf(' '))));
  return [...kept, ...bucketsOf(db, limits)].join('\n');
}

export function assertSumsKept(actual: string, expected: string): void {
  assert.equal(actual === expected, true, difference(actual, expected));
}

function bucketsOf(db: SqlDatabase, limits: RetentionLimits): string[] {
  const word = (column: string): string => `(SELECT text FROM word WHERE id = ${column})`;
  const rows = db
    .prepare(
      `SELECT bucket, json_array(sid, aid, ${word('b.model')}, ${word('b.prompt')}, ${word('f.price_row')},
         ${word('f.branch')}, ${word('f.effort')}, ${word('f.attribution')}) AS key,
         json_array(${sumColumns.map((name) => `b.${name}`).join(', ')}) AS sums
       FROM spend_bucket b JOIN session s ON s.id = b.session JOIN agent a ON a.id = b.agent
       JOIN facet f ON f.id = b.facet`,
    )
    .all<{ bucket: number; key: string; sums: string }>();
  const sums = new Map<string, number[]>();
  for (const row of rows) {
    const key = `${spanName(row.bucket * bucketMs, limits)} ${row.key}`;
    const values = JSON.parse(row.sums) as number[];
    const known = sums.get(key) ?? sumColumns.map(() => 0);
    sums.set(
      key,
      known.map((value, i) => value + values[i]!),
    );
  }
  return [...sums].map(([key, values]) => `bucket ${key} ${JSON.stringify(values)}`).sort();
}

function spanName(at: number, { messagesBefore, daysBefore, zone }: RetentionLimits): string {
  if (at >= messagesBefore) return String(at);
  if (at >= daysBefore) return dayOf(at, zone);
  const { from, to } = monthSpan(at, zone);
  return `${dayOf(from, zone)} up to ${dayOf(Math.min(to, daysBefore), zone)}`;
}
