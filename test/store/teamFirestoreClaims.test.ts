import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { knownClaimsFile } from '../../src/dataFolder/team/knownClaims.ts';
import { readMembership } from '../../src/dataFolder/team/membership.ts';
import { sentCallsFile } from '../../src/dataFolder/team/sentCalls.ts';
import type { Call } from '../../src/team/firestore/layout.ts';
import { joinTeam, leaveTeam } from '../../src/team/membership.ts';
import { pendingDaysOf, pushQuietly, pushToTeam } from '../../src/team/sync.ts';
import { FirestoreEmulator } from '../lib/firestore.ts';
import { call, type FirestoreMachine, FirestoreTeam } from '../lib/firestoreWorld.ts';

let emulator: FirestoreEmulator;
before(async () => {
  emulator = await FirestoreEmulator.start();
});
after(async () => {
  await emulator[Symbol.asyncDispose]();
});

const day = '2026-11-20';

/** Whose calls stand there, as `session:call member:machine`. */
async function standing(team: FirestoreTeam): Promise<string[]> {
  return [...(await team.calls()).keys()]
    .map((id) => id.split(':'))
    .map(([session, name, member, machine]) => `${session}:${name} ${member}:${machine}`)
    .sort();
}

describe('a session that several machines read', () => {
  it('is sent by the one that asked first, the rest by the others', async () => {
    const team = await FirestoreTeam.found(emulator);
    const shared = [call('s:1', day), call('s:2', '2026-11-21')];
    using ada = await team.machine(() => [shared[0]!, call('a:1', day)]);
    using bob = await team.machine(() => [...shared, call('b:1', day)], { member: 'bob' });
    assert.deepEqual(await pushToTeam(ada), { sent: 1, refused: [] });
    assert.deepEqual(await pushToTeam(bob), { sent: 2, refused: [] });
    const expected = [
      ...['a:1 ada:laptop', 'b:1 bob:laptop'],
      ...['s:1 ada:laptop', 's:2 bob:laptop'],
    ];
    assert.deepEqual(await standing(team), expected);
    for (const machine of [ada, bob]) {
      assert.equal(pendingDaysOf(machine, readMembership(machine.folder, {})!), 0);
      assert.deepEqual(await pushToTeam(machine), { sent: 0, refused: [] });
      rmSync(knownClaimsFile(machine.folder));
      assert.deepEqual(await pushToTeam(machine), { sent: 0, refused: [] });
    }
    // Neither a session nor a machine is named.
    const claims = await team.claims();
    assert.deepEqual([...claims.keys()], [day, '2026-11-21']);
    const { sessions, ...rest } = claims.get(day)!;
    assert.deepEqual(rest, { version: 1, day });
    assert.equal(Object.keys(sessions).length, 2);
    for (const [claimant, hashes] of Object.entries(sessions)) {
      assert.match(`${claimant} ${hashes}`, /^m[0-9a-f]{16}( -?\d{1,19})+$/);
    }
  });

  it('costs a read and a write of its day once, and nothing while nothing changes', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = Array.from({ length: 20 }, (_, at) => call(`s${at}:1`, day));
    const growing = [...calls];
    using ada = await team.machine(() => growing);
    using bob = await team.machine(() => calls, { member: 'bob' });
    const cost = async (machine: FirestoreMachine) => {
      const earlier = await emulator.fault();
      await pushToTeam(machine);
      const asked = await emulator.fault();
      const of = (method: string): number => (asked[method] ?? 0) - (earlier[method] ?? 0);
      return [of('BatchGetDocuments'), of('RunQuery'), of('Commit')];
    };
    // Of the team and the machine twice, and of the day; once what this one has claimed, all machines before and after.
    assert.deepEqual(await cost(ada), [5, 3, 2]);
    assert.deepEqual(await cost(ada), [4, 1, 0]);
    // Nothing is bob's, and he says when he looked.
    assert.deepEqual(await cost(bob), [5, 3, 1]);
    assert.deepEqual(await cost(bob), [4, 1, 0]);
    growing.push(call('s3:2', day));
    assert.deepEqual(await cost(ada), [4, 1, 1], 'a call more of a session that is known');
    growing.push(call('new:1', day));
    assert.deepEqual(await cost(ada), [5, 2, 2], 'a session more');
  });

  it('is the next one’s when its machine leaves or no longer has it, in the same push', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = [call('s:1', day), call('t:1', day)];
    let [ofAda, ofBob] = [calls, calls];
    using ada = await team.machine(() => ofAda, { name: 'one' });
    using bob = await team.machine(() => ofBob, { member: 'bob', name: 'one' });
    await pushToTeam(ada);
    await pushToTeam(bob);
    assert.deepEqual(await standing(team), ['s:1 ada:one', 't:1 ada:one']);
    // It is another host's by now, say.
    ofAda = [calls[0]!];
    await pushToTeam(ada);
    // Bob knew it as hers: her number says that he has to ask again.
    await pushToTeam(bob);
    assert.deepEqual(await standing(team), ['s:1 ada:one', 't:1 bob:one']);
    ofAda = calls;
    await pushToTeam(ada);
    assert.deepEqual(await standing(team), ['s:1 ada:one', 't:1 bob:one']);
    // Nothing bob knows says that ada is gone: the list of machines does, which he reads anyway.
    assert.equal(await leaveTeam(ada.folder, {}, 'machine'), 1);
    for (const { sessions } of (await team.claims()).values()) {
      assert.equal(Object.keys(sessions).length, 1, 'what the machine had claimed is cleared');
    }
    assert.deepEqual(await pushToTeam(bob), { sent: 1, refused: [] });
    assert.deepEqual(await standing(team), ['s:1 bob:one', 't:1 bob:one']);
    ofBob = [];
    await pushToTeam(bob);
    assert.deepEqual([(await team.calls()).size, (await team.claims()).size], [0, 0]);
  });

  it('counts once wherever leaving breaks off', async () => {
    for (const how of ['refuse', 'lose'] as const) {
      for (let at = 0; at < 4; at += 1) {
        const team = await FirestoreTeam.found(emulator);
        const calls = [call('s:1', day)];
        using ada = await team.machine(() => calls, { name: 'one' });
        using bob = await team.machine(() => calls, { member: 'bob', name: 'one' });
        await pushToTeam(ada);
        await pushToTeam(bob);
        await emulator.fault({ method: 'Commit', after: at, how });
        await assert.rejects(leaveTeam(ada.folder, {}, 'machine'), /cannot be reached/);
        await emulator.fault();
        await pushToTeam(bob);
        assert.ok((await team.calls()).size <= 1, `${how} ${at}`);
        // It has not left: it goes on, or it is gone and knows.
        await pushQuietly(ada);
        await pushToTeam(bob);
        assert.equal((await team.calls()).size, 1, `${how} ${at}`);
        await leaveTeam(ada.folder, {}, 'machine');
        await pushToTeam(bob);
        assert.deepEqual(await standing(team), ['s:1 bob:one'], `${how} ${at}`);
      }
    }
  });

  it('goes with its machine, and with what that one sends meanwhile', async () => {
    const team = await FirestoreTeam.found(emulator);
    let calls = [call('s:1', day)];
    using ada = await team.machine(() => calls);
    using bob = await team.machine(() => calls, { member: 'bob' });
    await pushToTeam(ada);
    // Emptied, its calls deleted, and then a window of it sends before it goes itself.
    await emulator.fault({ method: 'Commit', after: 2, how: 'hold' });
    const leaving = leaveTeam(ada.folder, {}, 'machine');
    await emulator.held();
    calls = [...calls, call('s:2', day)];
    await pushToTeam(ada);
    await pushToTeam(bob);
    assert.deepEqual(await standing(team), ['s:1 ada:laptop', 's:2 ada:laptop']);
    await emulator.release();
    assert.equal(await leaving, 3);
    assert.deepEqual(await standing(team), []);
    await pushToTeam(bob);
    assert.deepEqual(await standing(team), ['s:1 bob:laptop', 's:2 bob:laptop']);
  });

  it('is claimed by one of two that ask at the same time', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = [call('s:1', day)];
    using ada = await team.machine(() => calls);
    using bob = await team.machine(() => calls, { member: 'bob' });
    await emulator.fault({ method: 'Commit', after: 0, how: 'hold' });
    const late = pushToTeam(ada);
    await emulator.held();
    await pushToTeam(bob);
    await emulator.release();
    assert.deepEqual(await late, { sent: 0, refused: [] });
    assert.deepEqual(await standing(team), ['s:1 bob:laptop']);
  });

  it('is not sent by a window that has looked before another one gave it back', async () => {
    const team = await FirestoreTeam.found(emulator);
    const calls = [call('s:1', day), call('t:1', day)];
    let ofAda = calls;
    using ada = await team.machine(() => ofAda);
    using bob = await team.machine(() => calls, { member: 'bob' });
    await pushToTeam(ada);
    const remembered = readFileSync(knownClaimsFile(ada.folder));
    ofAda = [calls[1]!];
    await pushToTeam(ada);
    await pushToTeam(bob);
    writeFileSync(knownClaimsFile(ada.folder), remembered);
    ofAda = calls;
    await pushToTeam(ada);
    assert.deepEqual(await standing(team), ['s:1 bob:laptop', 't:1 ada:laptop']);
  });

  it('is in the ledger once, whatever happens in whatever order on three machines', async () => {
    const who = fc.nat(2);
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('calls' as const),
        calls: fc.uniqueArray(
          fc.record({ session: fc.nat(3), name: fc.nat(2), day: fc.nat(1), nano: fc.nat(3) }),
          { selector: ({ session, name, day: at }) => `${session} ${name} ${at}`, maxLength: 9 },
        ),
      }),
      fc.record({
        kind: fc.constant('reads' as const),
        who,
        sessions: fc.uniqueArray(fc.nat(3), { maxLength: 4 }),
      }),
      fc.record({
        kind: fc.constant('push' as const),
        who,
        how: fc.constantFrom(undefined, 'refuse' as const, 'lose' as const),
        after: fc.nat(3),
      }),
      fc.record({
        kind: fc.constant('leave' as const),
        who,
        how: fc.constantFrom(undefined, 'refuse' as const, 'lose' as const),
        after: fc.nat(3),
      }),
      ...(['unknow', 'uncache'] as const).map((kind) =>
        fc.record({ kind: fc.constant(kind), who }),
      ),
      fc.constant({ kind: 'all' as const }),
      fc.record({ kind: fc.constant('amid' as const), who }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const team = await FirestoreTeam.found(emulator);
        const names = ['ada', 'ada', 'bob'];
        let calls: Call[] = [];
        const reads: (readonly number[])[] = [
          [0, 1, 2, 3],
          [0, 1],
          [0, 2],
        ];
        const has = (at: number) => (): Call[] =>
          calls.filter(({ id }) => reads[at]!.includes(Number(id[1])));
        using one = await team.machine(has(0), { name: 'one', most: 4 });
        using two = await team.machine(has(1), { name: 'two', most: 4 });
        using three = await team.machine(has(2), { member: 'bob', name: 'one', most: 4 });
        const machines = [one, two, three];
        /** A machine the ledger does not know any more joins anew. */
        const comeBack = async (at: number): Promise<void> => {
          const { folder } = machines[at]!;
          const machineName = at === 1 ? 'two' : 'one';
          const isKnown = (await team.machines()).has(`${names[at]}:${machineName}`);
          if (isKnown && readMembership(folder, {}) !== undefined) return;
          if (!isKnown) await leaveTeam(folder, {}, 'nothing').catch(() => {});
          const facts = { machineName, zone: 'UTC', takeOver: true };
          const connection = team.connection(names[at]!);
          await joinTeam({ folder, env: {} }, { connection, ...facts });
        };
        for (const each of steps) {
          if (each.kind === 'calls') {
            calls = each.calls.map(({ session, name, day: at, nano }) =>
              call(`s${session}:${name}${at}`, `2026-11-1${at}`, { nano }),
            );
          } else if (each.kind === 'reads') reads[each.who] = each.sessions;
          else if (each.kind === 'unknow') {
            rmSync(knownClaimsFile(machines[each.who]!.folder), { force: true });
          } else if (each.kind === 'uncache') {
            rmSync(sentCallsFile(machines[each.who]!.folder), { force: true });
          } else if (each.kind === 'all') {
            await Promise.all([...machines, one].map((machine) => pushQuietly(machine)));
          } else if (each.kind === 'amid') {
            const { folder } = machines[each.who]!;
            const going = leaveTeam(folder, {}, 'machine').catch(() => {});
            await Promise.all([going, ...machines.map((machine) => pushQuietly(machine))]);
            await comeBack(each.who);
          } else if (each.kind === 'push' || each.kind === 'leave') {
            const { who: at, how, after } = each;
            await emulator.fault(how && { method: 'Commit', after, how });
            if (each.kind === 'push') await pushQuietly(machines[at]!);
            else await leaveTeam(machines[at]!.folder, {}, 'machine').catch(() => {});
            await emulator.fault();
            await comeBack(at);
          }
          const sent = (await standing(team)).map((text) => text.split(' ')[0]!);
          assert.deepEqual(sent, [...new Set(sent)], 'at no time anything counts twice');
        }
        // What one gives back in the first round another one takes in the second.
        for (const machine of [...machines, ...machines]) await pushToTeam(machine);
        const found = [...(await team.calls())].map(([id, { metadata }]) => [
          id.split(':').slice(0, 2).join(':'),
          metadata.cost_nano,
        ]);
        const read = new Set(reads.flat());
        const expected = calls
          .filter(({ id }) => read.has(Number(id[1])))
          .map(({ id, nano }) => [id, nano]);
        assert.deepEqual(found.sort(), expected.sort());
        for (const machine of machines) {
          assert.equal(pendingDaysOf(machine, readMembership(machine.folder, {})!), 0);
        }
      }),
      { numRuns: Number(process.env.OUTLAY_FUZZ_RUNS ?? 15) },
    );
  });
});
