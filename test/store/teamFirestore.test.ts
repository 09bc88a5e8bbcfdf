import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import google from '@google-cloud/firestore';
import * as grpc from '@grpc/grpc-js';
import fc from 'fast-check';
import { readMembership } from '../../src/dataFolder/team/membership.ts';
import { sentCallsFile } from '../../src/dataFolder/team/sentCalls.ts';
import { removeUploadState, uploadsFile } from '../../src/dataFolder/team/uploadState.ts';
import type { Call } from '../../src/team/firestore/layout.ts';
import { readMachine } from '../../src/team/firestore/machines.ts';
import { CallSender } from '../../src/team/firestore/sending.ts';
import { pendingDaysOf, pushQuietly, pushToTeam } from '../../src/team/sync.ts';
import { type Fields, FirestoreEmulator } from '../lib/firestore.ts';
import { call, FirestoreTeam } from '../lib/firestoreWorld.ts';

let emulator: FirestoreEmulator;
before(async () => {
  emulator = await FirestoreEmulator.start();
});
after(async () => {
  await emulator[Symbol.asyncDispose]();
});

const day = '2026-11-20';
const wholeNames = 'abcdefghijklmnopqrstuvwxyz';

function spentBy(calls: ReadonlyMap<string, Fields>): number {
  return [...calls.values()].reduce((sum, { metadata }) => sum + metadata.cost_nano, 0);
}

describe('a call in Firestore', () => {
  it('is a document of the eight fields other tools know, each of its type', async () => {
    const team = await FirestoreTeam.found(emulator);
    const sent = call('a1', day, {
      ...{ nano: 3_000_000_000, success: false, branch: 'main', project: 'shop' },
      ...{ write5m: 1, write1h: 2, cacheRead: 3, searches: 4, agent: 'Explore' },
    });
    using machine = await team.machine(() => [sent]);
    assert.deepEqual(await pushToTeam(machine), { sent: 1, refused: [] });
    // As it stands there: what reads documents for people makes one number of integers and doubles.
    const [host, port] = emulator.host.split(':') as [string, string];
    const client = new google.v1.FirestoreClient({
      ...{ servicePath: host, port: Number(port), projectId: team.project },
      sslCreds: grpc.credentials.createInsecure() as never,
    });
    const database = `projects/${team.project}/databases/(default)`;
    const name = `${database}/documents/trinity_costs/a1`;
    const found: { readonly fields: Fields }[] = [];
    for await (const answer of client.batchGetDocuments({ database, documents: [name] })) {
      found.push((answer as unknown as { readonly found: { readonly fields: Fields } }).found);
    }
    await client.close();
    const types = Object.entries(found[0]!.fields).map(([field, { valueType }]) => [
      field,
      valueType,
    ]);
    assert.deepEqual(Object.fromEntries(types), {
      timestamp: 'timestampValue',
      agent: 'stringValue',
      model: 'stringValue',
      cost_usd: 'doubleValue',
      input_tokens: 'integerValue',
      output_tokens: 'integerValue',
      success: 'booleanValue',
      metadata: 'mapValue',
    });
    const { metadata, timestamp, ...rest } = (await team.calls()).get('a1')!;
    assert.deepEqual(rest, {
      ...{ agent: 'Explore', model: 'claude-opus-4-8', cost_usd: 3, input_tokens: 10 },
      ...{ output_tokens: 20, success: false },
    });
    assert.equal(timestamp.toMillis(), Date.parse(`${day}T12:00:00Z`));
    assert.deepEqual(metadata, {
      ...{ writer: 'outlay', version: 1, kind: 'message', member: 'ada', machine: 'laptop', day },
      ...{ local_day: day, project: 'shop', branch: 'main', cost_nano: 3_000_000_000, calls: 1 },
      ...{ lower_bound: 0, unpriced: 0, cache_write_5m_tokens: 1, cache_write_1h_tokens: 2 },
      ...{ cache_read_tokens: 3, web_searches: 4, price_catalogue: '2026-11-01' },
    });
  });

  it('is summed by Google’s own client, nano-dollars to the last one', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = [1, 10, 123_456_789].map((nano, at) => call(`c${at}`, day, { nano }));
    using machine = await team.machine(() => calls);
    await pushToTeam(machine);
    const { AggregateField } = google;
    const answer = await emulator
      .reader(team.project)
      .collection('trinity_costs')
      .aggregate({
        nano: AggregateField.sum('metadata.cost_nano'),
        usd: AggregateField.sum('cost_usd'),
        calls: AggregateField.count(),
      })
      .get();
    const { nano, usd, calls: number } = answer.data();
    assert.deepEqual([nano, number], [123_456_800, 3]);
    assert.ok(Math.abs(usd! - 0.1234568) < 1e-12);
  });
});

describe('calls are sent exactly once', () => {
  it('twice, changed, gone, and after what is known of them is lost', async () => {
    const team = await FirestoreTeam.found(emulator);
    let calls = [call('a', day), call('b', day), call('c', '2026-11-21')];
    using machine = await team.machine(() => calls);
    const push = () => pushToTeam(machine);
    assert.deepEqual(await push(), { sent: 2, refused: [] });
    const before = await emulator.fault();
    assert.deepEqual(await push(), { sent: 0, refused: [] });
    const between = await emulator.fault();
    assert.equal(between.Commit, before.Commit, 'what is there as it is now is not written again');
    // Another price, and one that is gone: only these are written, and nothing is asked for.
    calls = [call('a', day, { nano: 5 }), call('c', '2026-11-21')];
    assert.deepEqual(await push(), { sent: 1, refused: [] });
    const found = await team.calls();
    assert.deepEqual([...found.keys()].sort(), ['a', 'c']);
    assert.deepEqual([found.get('a')!.metadata.cost_nano, found.get('a')!.cost_usd], [5, 5e-9]);
    for (const lost of [uploadsFile, sentCallsFile]) {
      rmSync(lost(machine.folder), { force: true });
      calls = [call('a', day, { nano: 6 }), call('d', day), call('c', '2026-11-21')];
      await push();
      assert.deepEqual([...(await team.calls()).keys()].sort(), ['a', 'c', 'd']);
      calls = [call('a', day, { nano: 7 }), call('c', '2026-11-21')];
      rmSync(lost(machine.folder), { force: true });
      await push();
      assert.deepEqual([...(await team.calls()).keys()].sort(), ['a', 'c']);
    }
    assert.equal(spentBy(await team.calls()), 1_007);
    assert.deepEqual((await team.machines()).get('ada:laptop')!.days[day].nano, 7);
    assert.equal(pendingDaysOf(machine, readMembership(machine.folder, {})!), 0);
  });

  it('a long history in rounds, and a day of more calls than a commit takes', async () => {
    const team = await FirestoreTeam.found(emulator);
    const many = Array.from({ length: 500 }, (_, at) => call(`m${at}`, day, { nano: at + 1 }));
    const few = Array.from({ length: 25 }, (_, at) =>
      call(`f${at}`, `2026-10-${String(at + 1).padStart(2, '0')}`),
    );
    using machine = await team.machine(() => [...few, ...many], { most: 10 });
    // It breaks off in the middle of the large day: what was done is refused to count, or was not heard of.
    for (const [how, after] of [
      ['refuse', 4],
      ['lose', 1],
      ['lose', 0],
    ] as const) {
      await emulator.fault({ method: 'Commit', after, how });
      await assert.rejects(pushToTeam(machine), /cannot be reached\. What is not sent yet follows/);
      await emulator.fault();
    }
    await pushToTeam(machine);
    const calls = await team.calls();
    assert.equal(calls.size, 525);
    assert.equal(spentBy(calls), 25_000 + (500 * 501) / 2);
    const { days } = (await team.machines()).get('ada:laptop')!;
    assert.deepEqual([days[day].calls, days[day].open], [500, undefined]);
    assert.equal(Object.keys(days).length, 26);
    assert.deepEqual(await pushToTeam(machine), { sent: 0, refused: [] });
  });

  it('by three windows at once', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = Array.from({ length: 460 }, (_, at) => call(`w${at}`, day));
    using machine = await team.machine(() => calls);
    await Promise.all([pushToTeam(machine), pushToTeam(machine), pushToTeam(machine)]);
    assert.equal((await team.calls()).size, 460);
    assert.deepEqual(await pushToTeam(machine), { sent: 0, refused: [] });
  });

  it('whatever happens in whatever order, in the end what stands there is what there is', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('calls' as const),
        calls: fc.uniqueArray(fc.record({ name: fc.nat(12), day: fc.nat(2), nano: fc.nat(3) }), {
          selector: ({ name, day: at }) => `${name} ${at}`,
          maxLength: 9,
        }),
      }),
      fc.record({
        kind: fc.constant('push' as const),
        how: fc.constantFrom(undefined, 'refuse' as const, 'lose' as const),
        after: fc.nat(2),
      }),
      ...(['forget', 'uncache', 'both'] as const).map((kind) =>
        fc.record({ kind: fc.constant(kind) }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 9 }), async (steps) => {
        const team = await FirestoreTeam.found(emulator);
        let calls: Call[] = [];
        // Of a day it has no calls of any more a machine that forgot what it sent says nothing: it may be set up anew.
        const forgotten = new Set<string>();
        using machine = await team.machine(() => calls, { most: 4 });
        for (const each of steps) {
          if (each.kind === 'calls') {
            calls = each.calls.map(({ name, day: at, nano }) =>
              call(`${wholeNames[name]}${at}`, `2026-11-1${at}`, { nano }),
            );
          } else if (each.kind === 'forget') {
            for (const { metadata } of (await team.calls()).values()) forgotten.add(metadata.day);
            removeUploadState(machine.folder);
          } else if (each.kind === 'uncache')
            rmSync(sentCallsFile(machine.folder), { force: true });
          else if (each.kind === 'both')
            await Promise.all([pushToTeam(machine), pushToTeam(machine)]);
          else if (each.kind === 'push') {
            const { how, after } = each;
            await emulator.fault(how && { method: 'Commit', after, how });
            await pushQuietly(machine);
            await emulator.fault();
          }
        }
        await pushToTeam(machine);
        const has = new Set(calls.map(({ localDay }) => localDay));
        const isLeft = (of: string): boolean => forgotten.has(of) && !has.has(of);
        const found = [...(await team.calls())].filter(([, { metadata }]) => !isLeft(metadata.day));
        assert.deepEqual(
          Object.fromEntries(found.map(([id, { metadata }]) => [id, metadata.cost_nano])),
          Object.fromEntries(calls.map(({ id, nano }) => [id, nano])),
        );
        const { days } = (await team.machines()).get('ada:laptop')!;
        const summed = Object.entries<Fields>(days).filter(([of]) => !isLeft(of));
        assert.equal(
          summed.reduce((sum, [, { nano }]) => sum + nano, 0),
          calls.reduce((sum, { nano }) => sum + nano, 0),
        );
      }),
      { numRuns: Number(process.env.OUTLAY_FUZZ_RUNS ?? 12) },
    );
  });
});

describe('a day', () => {
  it('that broke off in the middle and is as before again stands as it was', async () => {
    const team = await FirestoreTeam.found(emulator);
    const first = Array.from({ length: 500 }, (_, at) => call(`m${at}`, day, { nano: 1 }));
    let calls = first;
    using machine = await team.machine(() => calls);
    await pushToTeam(machine);
    calls = first.map((each) => ({ ...each, nano: 1_000 }));
    await emulator.fault({ method: 'Commit', after: 1, how: 'refuse' });
    await assert.rejects(pushToTeam(machine), /cannot be reached/);
    await emulator.fault();
    assert.ok(spentBy(await team.calls()) > 400_000);
    calls = first;
    await pushToTeam(machine);
    assert.equal(spentBy(await team.calls()), 500);
  });

  it('is not put back by a window that has read before another one has sent', async () => {
    const team = await FirestoreTeam.found(emulator);
    using machine = await team.machine(() => []);
    await team.ask(async (database) => {
      const state = (await readMachine(database, 'ada', 'laptop'))!;
      const sender = () =>
        new CallSender(database, machine.folder, state, { catalogue: day, isPaced: false });
      const [older, newer] = [sender(), sender()];
      const parcel = (revision: number, nano: number) => ({
        ...{ day, revision, hash: `${nano}`, rows: [call('a', day, { nano })] },
      });
      await newer.send([parcel(2, 7)]);
      await assert.rejects(older.send([parcel(1, 5)]), /is being written to by another program/);
      // Who looks again sees that a later state stands there.
      const again = (await readMachine(database, 'ada', 'laptop'))!;
      const late = new CallSender(database, machine.folder, again, {
        catalogue: day,
        isPaced: false,
      });
      await late.send([parcel(1, 5)]);
    });
    assert.equal(spentBy(await team.calls()), 7);
    assert.equal((await team.machines()).get('ada:laptop')!.days[day].nano, 7);
  });

  it('that was sent unheard and is gone since is taken back', async () => {
    const team = await FirestoreTeam.found(emulator);
    let calls = [call('a', day)];
    using machine = await team.machine(() => calls);
    await emulator.fault({ method: 'Commit', after: 0, how: 'lose' });
    await assert.rejects(pushToTeam(machine), /cannot be reached/);
    await emulator.fault();
    assert.equal((await team.calls()).size, 1);
    calls = [];
    await pushToTeam(machine);
    assert.equal((await team.calls()).size, 0);
  });
});
