import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hourMs } from '../../../src/model/calendar.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { teamDays } from '../../../src/team/dayRows.ts';
import { teamCalls } from '../../../src/team/firestore/calls.ts';
import { type Call, callFields, dayOfCall, readCall } from '../../../src/team/firestore/layout.ts';
import { Double, encodedFields, fieldsOf } from '../../../src/team/firestore/values.ts';
import { keyColumns, type SumColumn, sumColumns } from '../../../src/team/schema/columns.ts';
import { mixedStore, mixedWorlds } from '../../lib/mixedWorld.ts';
import { world } from '../../lib/spentWorld.ts';
import { openPolicy } from '../../lib/teamWorld.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

const spent = [
  { session: 's1', usd: 1, ago: hourMs },
  { session: 's1', usd: 2, ago: 13 * hourMs, cwd: '/src/one' },
  { session: 's2', usd: 4, ago: 14 * hourMs, cwd: '/home/ada/secret/two', branch: 'x' },
  { session: 's2', usd: 5, ago: 70 * hourMs, cwd: '/home/ada/secret/two' },
];

const wanted = { member: 'ada', machineName: 'laptop', since: '', isSent: () => false, most: 100 };

function callsOf(context: ReportContext, more: Partial<typeof wanted> = {}): Call[] {
  const { days } = teamCalls(context, openPolicy, { ...wanted, ...more });
  return [...days.values()].flatMap(({ rows }) => [...rows]);
}

function columnOf(call: Call, column: SumColumn): number {
  const { searches, cacheRead, kind, nano } = call;
  const others = { searches, cache_read: cacheRead, background: kind === 'background' ? nano : 0 };
  return { ...call, ...others }[column];
}

describe('the calls of a machine', () => {
  test('add up to the rows PostgreSQL’s ledger has, row by row and column by column', () => {
    fc.assert(
      fc.property(mixedWorlds, (mixed) => {
        mixedStore(mixed, (context) => {
          const here = { ...context, zone: 'Asia/Tokyo' };
          const rows = [...teamDays(here, openPolicy).days].flatMap(([day, own]) =>
            own.map((row) => [
              [day, ...keyColumns.map((key) => row[key])].join(' '),
              ...sumColumns.map((column) => row[column]),
            ]),
          );
          const groups = Map.groupBy(callsOf(here), (call) => {
            const { localDay, project, model, agent, branch } = call;
            return [dayOfCall(call), localDay, project, model, agent, branch].join(' ');
          });
          const summed = [...groups].map(([names, own]) => [
            names,
            ...sumColumns.map((column) =>
              own.reduce((sum, call) => sum + columnOf(call, column), 0),
            ),
          ]);
          assert.deepEqual(summed.sort(), rows.sort());
          const ids = [...groups.values()].flat().map(({ id }) => id);
          assert.equal(new Set(ids).size, ids.length);
        });
      }),
      { numRuns: Number(process.env.OUTLAY_TEST_RUNS ?? 20) },
    );
  });

  test('have names of their own, the same whenever they are read, that tell nothing', () => {
    world(spent, now, (context) => {
      const calls = callsOf(context);
      const names = calls.map(({ id }) => id);
      assert.equal(new Set(names).size, spent.length);
      assert.deepEqual(
        callsOf(context).map(({ id }) => id),
        names,
      );
      for (const name of names) assert.match(name, /^[0-9a-f]{32}$/);
      const others = [{ member: 'bob' }, { machineName: 'desktop' }].flatMap((more) =>
        callsOf(context, more).map(({ id }) => id),
      );
      assert.equal(new Set([...names, ...others]).size, 3 * spent.length);
      const text = JSON.stringify(calls);
      for (const kept of ['secret', '/src', 's1', 's2']) assert.ok(!text.includes(kept), kept);
      const hashed = teamCalls(
        context,
        { ...openPolicy, projects: 'hash', branches: false },
        wanted,
      );
      for (const { rows } of hashed.days.values()) {
        for (const { project, branch } of rows) {
          assert.match(project, /^(#[0-9a-f]{16})?$/);
          assert.equal(branch, '');
        }
      }
    });
  });

  test('of some days are those of all, and those the ledger has are not kept', () => {
    world(spent, now, (context) => {
      const all = teamCalls(context, openPolicy, wanted);
      assert.deepEqual([...all.days.keys()], ['2026-11-21', '2026-11-23', '2026-11-24']);
      assert.equal(all.cutAt, undefined);
      const late = teamCalls(context, openPolicy, { ...wanted, since: '2026-11-23' });
      assert.deepEqual([...late.days], [...all.days].slice(1));
      const cut = teamCalls(context, openPolicy, { ...wanted, most: 1 });
      assert.deepEqual([[...cut.days], cut.cutAt], [[...all.days].slice(0, 1), '2026-11-23']);
      const isSent = (day: string, hash: string): boolean => hash === all.days.get(day)!.hash;
      const known = teamCalls(context, openPolicy, { ...wanted, isSent, most: 2 });
      assert.deepEqual(
        [...known.days.values()].map(({ rows }) => rows.length),
        [0, 0, 0],
      );
      assert.equal(known.cutAt, undefined);
      const looked = teamCalls(context, openPolicy, { ...wanted, isSent, most: 1 });
      assert.deepEqual([looked.days.size, looked.cutAt], [2, '2026-11-24']);
    });
  });
});

describe('a document', () => {
  const name = fc.string({ maxLength: 20 });
  const amount = fc.nat(Number.MAX_SAFE_INTEGER);
  const some: fc.Arbitrary<Call> = fc.record({
    id: fc.stringMatching(/^[0-9a-f]{32}$/),
    at: fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2035-12-31') }),
    kind: fc.constantFrom('message', 'part', 'sum', 'background'),
    ...{ agent: name, model: name, project: name, branch: name, success: fc.boolean() },
    ...{ nano: amount, input: amount, output: amount, messages: amount, lower: amount },
    ...{ unpriced: amount, write5m: amount, write1h: amount, cacheRead: amount, searches: amount },
    localDay: fc.constantFrom('2026-11-24', '2026-02-28'),
  });
  const origin = { member: 'ada', machine: 'laptop', catalogue: '2026-11-01' };

  test('is read as it was written, to the last nano-dollar', () => {
    fc.assert(
      fc.property(some, (call) => {
        const fields = fieldsOf(encodedFields(callFields(call, origin)));
        const read = readCall({ id: call.id, fields, updateTime: undefined });
        assert.deepEqual(read, { ...call, ...origin });
        // The nearest double: below four million dollars it is off by less than half a nano-dollar.
        assert.ok(Math.abs((fields.cost_usd as number) * 1e9 - call.nano) <= call.nano * 2 ** -52);
      }),
    );
  });

  test('has doubles and integers as they are meant', () => {
    const fields = { whole: new Double(3), count: 3, part: 0.5, none: null, at: new Date(-1) };
    assert.deepEqual(encodedFields(fields), {
      whole: { doubleValue: 3 },
      count: { integerValue: '3' },
      part: { doubleValue: 0.5 },
      none: { nullValue: 'NULL_VALUE' },
      at: { timestampValue: { seconds: '-1', nanos: 999_000_000 } },
    });
    assert.deepEqual(fieldsOf(encodedFields(fields)), { ...fields, whole: 3 });
  });

  test('of any content is read or left out', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.anything()), fc.anything(), (fields, metadata) => {
        const document = { timestamp: new Date(now), cost_usd: 1, ...fields, metadata };
        const read = readCall({ id: 'x', fields: document, updateTime: undefined });
        assert.ok(read === undefined || Number.isSafeInteger(read.nano));
      }),
    );
  });
});
