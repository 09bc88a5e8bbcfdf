import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { RetentionPlan } from '../../../src/model/retention.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { LeaseLostError } from '../../../src/store/connection/writerLease.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Maintenance } from '../../../src/watchers/maintenance.ts';
import {
  downsamplingText,
  markTimes,
  RetentionJob,
  retentionJob,
  sumUpAll,
} from '../../../src/watchers/retentionJob.ts';
import { ingestAll, soleWriter } from '../../lib/ingest.ts';
import { byDayBefore } from '../../lib/retention.ts';
import { writeWorld } from '../../lib/schedule.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { largeWorld } from '../../lib/world.ts';

const plan: RetentionPlan = { messageDays: 90, dayDays: 365, zone: 'Europe/Berlin' };
const at = (text: string): number => Date.parse(text);

interface Rig {
  readonly db: SqlDatabase;
  readonly job: RetentionJob;
  readonly log: string[];
  ran(at: number): void;
}

async function withRig(work: (rig: Rig) => Promise<void> | void): Promise<void> {
  const { db } = openForWriting(':memory:');
  const log: string[] = [];
  const maintenance = new Maintenance(db, ':memory:', soleWriter(db), () => {});
  const record = (started: number, result: string): void =>
    maintenance.record(retentionJob, started, result);
  const job = new RetentionJob(db, plan, record, (level, text) => log.push(`${level} ${text}`));
  try {
    await work({ db, job, log, ran: (started) => record(started, 'nothing was old enough') });
  } finally {
    db.close();
  }
}

describe('when sums are made', () => {
  for (const [last, now, due] of [
    [undefined, '2026-11-24T12:00Z', true],
    ['2026-11-24T01:00Z', '2026-11-24T12:00Z', false],
    ['2026-11-24T00:59Z', '2026-11-24T00:59:30Z', false],
    ['2026-11-24T00:59Z', '2026-11-24T01:00Z', true],
    ['2026-11-20T12:00Z', '2026-11-24T00:30Z', true],
    // By a clock that went wrong: what lies ahead has not happened.
    ['2027-01-01T00:00Z', '2026-11-24T12:00Z', true],
  ] as const) {
    test(`at ${now}, last ${last ?? 'never'}`, () =>
      withRig(({ job, ran }) => {
        if (last !== undefined) ran(at(last));
        assert.equal(job.isDue(at(now)), due);
      }));
  }
});

test('the moments of marks are read line by line, whatever else stands there', () => {
  using dir = tempDir();
  const file = dir.at('marks.jsonl');
  assert.deepEqual(markTimes(file), []);
  writeFileSync(file, '{"name":"a","kind":"start","at":100}\nnonsense\n{"at": 250,"name":"b"}\n');
  assert.deepEqual(markTimes(file), [100, 250]);
  assert.deepEqual(markTimes(undefined), []);
});

describe('the job', () => {
  test('notes what it did, and is not due again', () =>
    withRig(async ({ db, job, log }) => {
      using dir = tempDir();
      writeWorld(dir.path, largeWorld(3, 60));
      const writer = soleWriter(db);
      ingestAll(db, dir.at('a'), { writer });
      db.exec('UPDATE message SET at = at - 86400000 * 400');
      const { messages } = new StoreReader(db).kept();
      const rows = db.prepare('SELECT count(*) AS n FROM message').get<{ n: number }>()!.n;
      assert.ok(messages > 0);
      assert.equal(await job.runIfDue(writer, () => true), true);
      const [run] = new StoreReader(db).jobs();
      assert.match(
        run?.result ?? '',
        new RegExp(`^summed up ${rows} messages of [12] days? by day`),
      );
      assert.deepEqual(log, [`info Retention: ${run?.result}`]);
      assert.equal(new StoreReader(db).kept().messages, messages);
      assert.equal(job.isDue(Date.now()), false);
      assert.equal(await job.runIfDue(writer, () => true), false);
    }));

  test('that is cut short goes on the next time', () =>
    withRig(async ({ db, job }) => {
      using dir = tempDir();
      writeWorld(dir.path, largeWorld(3, 60));
      const writer = soleWriter(db);
      ingestAll(db, dir.at('a'), { writer });
      const ids = db.prepare('SELECT id FROM message').all<{ id: number }>();
      const move = db.prepare('UPDATE message SET at = ? WHERE id = ?');
      const first = Date.now() - 200 * 86_400_000;
      for (const [i, { id }] of ids.entries()) move.run(first + i * 86_400_000, id);
      let left = 2;
      assert.equal(await job.runIfDue(writer, () => left-- > 0), true);
      const rows = db.prepare('SELECT count(*) AS n FROM message');
      assert.equal(rows.get<{ n: number }>()!.n, ids.length - 2);
      assert.equal(new StoreReader(db).jobs().length, 0);
      assert.equal(job.isDue(Date.now()), true);
      assert.equal(await job.runIfDue(writer, () => true), true);
      assert.equal(rows.get<{ n: number }>()!.n, 0);
    }));

  test('that fails says so and waits for the next night; without the lease it stops', () =>
    withRig(async ({ db, job, log }) => {
      const failing = (error: Error) => ({ downsample: () => assert.fail(error) }) as never;
      await assert.rejects(
        job.runIfDue(failing(new LeaseLostError()), () => true),
        LeaseLostError,
      );
      assert.equal(job.isDue(Date.now()), true);
      assert.equal(await job.runIfDue(failing(new Error('no room')), () => true), false);
      assert.deepEqual(log, ['warn Nothing could be summed up: no room']);
      assert.equal(new StoreReader(db).jobs()[0]?.result, 'failed: no room');
      assert.equal(job.isDue(Date.now()), false);
    }));

  test('says in words what it came to', () => {
    const text = (messages: number, days: number, months: number): string =>
      downsamplingText({ messages, days, months, complete: true });
    assert.equal(text(0, 0, 0), 'nothing was old enough');
    assert.equal(text(1, 1, 0), 'summed up 1 message of 1 day by day');
    assert.equal(
      text(20, 3, 1),
      'summed up 20 messages of 3 days by day, the days of 1 month by month',
    );
    assert.equal(text(0, 0, 2), 'summed up the days of 2 months by month');
  });

  test('gives its thread back between two portions', () =>
    withRig(async ({ db }) => {
      using dir = tempDir();
      writeWorld(dir.path, largeWorld(5, 60));
      const writer = soleWriter(db);
      ingestAll(db, dir.at('a'), { writer });
      let turns = 0;
      let counting = true;
      const count = (): void => {
        turns++;
        if (counting) setImmediate(count);
      };
      setImmediate(count);
      const done = await sumUpAll(writer, byDayBefore(at('2027-01-01T00:00Z')), () => true);
      counting = false;
      assert.ok(done.days > 0);
      assert.ok(turns >= done.days, `${turns} turns, ${done.days} days`);
    }));
});
