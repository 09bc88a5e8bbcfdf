import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Candidate, decide } from '../../../src/alerts/decide.ts';
import { type Deliverer, deliverAlerts, leaseMs } from '../../../src/alerts/deliverAlerts.ts';
import {
  type Alert,
  readAlertHistory,
  readAlertState,
  updateAlertState,
} from '../../../src/dataFolder/alertFile.ts';
import { hourMs } from '../../../src/model/calendar.ts';
import { tempDir } from '../../lib/tempDir.ts';

const start = Date.parse('2026-11-24T10:00:00Z');

function candidate(key: string): Candidate {
  return {
    ...{ key, rule: 'budget', level: 'stop', part: '', facts: {}, atLeast: false },
    repeat: { kind: 'period', instance: 'day', until: start + 12 * hourMs },
    findCause: () => undefined,
  } as const;
}

let ids = 0;

function decideIn(dataFolder: string, keys: readonly string[], now: number): readonly Alert[] {
  return updateAlertState(dataFolder, (state) => {
    const decided = decide(state, keys.map(candidate), {
      ...{ now, channels: ['webhook', 'log'] as const },
      newId: () => `id-${ids++}`,
    });
    return { state: decided.state, result: decided.fired };
  });
}

describe('deliveries in any order', () => {
  test('however deciders and deliverers interleave, each alert goes once by each channel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), {
          minLength: 1,
          maxLength: 4,
        }),
        async (scheduler, deciders) => {
          using dir = tempDir();
          const sent: string[] = [];
          let fired = 0;
          const process = async (keys: readonly string[], owner: string): Promise<void> => {
            await scheduler.schedule(Promise.resolve(), `decide ${owner}`);
            fired += decideIn(dir.path, keys, start).length;
            const by = (channel: Deliverer['channel']): Deliverer => ({
              channel,
              send: async ({ id }) => {
                await scheduler.schedule(Promise.resolve(), `${owner} ${channel} ${id}`);
                sent.push(`${channel} ${id}`);
              },
            });
            const world = { dataFolder: dir.path, owner, clock: () => start };
            await deliverAlerts(world, [by('webhook'), by('log')]);
          };
          const all = Promise.all(deciders.map((keys, index) => process(keys, `p${index}`)));
          await scheduler.waitFor(all);
          // Whoever comes last finds what a lease kept others from.
          await scheduler.waitFor(process([], 'last'));
          const keys = new Set(deciders.flat());
          assert.equal(fired, keys.size);
          assert.equal(sent.length, 2 * keys.size);
          assert.equal(new Set(sent).size, 2 * keys.size);
          assert.deepEqual(readAlertState(dir.path).open, []);
          assert.deepEqual(readAlertState(dir.path).leases, {});
          assert.equal(readAlertHistory(dir.path).alerts.length, keys.size);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('one that never comes back keeps others waiting for its lease, and no longer', async () => {
    using dir = tempDir();
    decideIn(dir.path, ['a'], start);
    let now = start;
    const world = (owner: string) => ({ dataFolder: dir.path, owner, clock: () => now });
    const never: Deliverer = { channel: 'webhook', send: () => new Promise(() => undefined) };
    void deliverAlerts(world('gone'), [never]);
    const sent: string[] = [];
    const good: Deliverer = { channel: 'webhook', send: async ({ key }) => void sent.push(key) };
    now = start + leaseMs - 1;
    await deliverAlerts(world('next'), [good]);
    assert.deepEqual(sent, []);
    now = start + leaseMs;
    await deliverAlerts(world('next'), [good]);
    assert.deepEqual(sent, ['a']);
  });

  test('one whose lease was taken over in the middle of telling stops there', async () => {
    using dir = tempDir();
    decideIn(dir.path, ['a', 'b'], start);
    let now = start;
    const sent: string[] = [];
    const slow = (owner: string) => {
      const go = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const done = deliverAlerts({ dataFolder: dir.path, owner, clock: () => now }, [
        {
          channel: 'webhook',
          send: async ({ key }) => {
            sent.push(`${owner} ${key}`);
            begun.resolve();
            await go.promise;
          },
        },
      ]);
      return { begun: begun.promise, go: () => go.resolve(), done };
    };
    const one = slow('one');
    await one.begun;
    now = start + leaseMs;
    const two = slow('two');
    await two.begun;
    one.go();
    await one.done;
    assert.deepEqual(sent, ['one a', 'two a']);
    two.go();
    await two.done;
    assert.deepEqual(sent, ['one a', 'two a', 'two b']);
    assert.deepEqual(readAlertState(dir.path).leases, {});
  });

  test('a channel that fails is tried again after a while, and then no more', async () => {
    using dir = tempDir();
    decideIn(dir.path, ['a'], start);
    let now = start;
    const tries: number[] = [];
    const bad: Deliverer = {
      channel: 'webhook',
      send: async () => {
        tries.push((now - start) / 60_000);
        throw new Error('no');
      },
    };
    const world = { dataFolder: dir.path, owner: 'x', clock: () => now };
    for (let minute = 0; minute <= 30; minute += 1) {
      now = start + minute * 60_000;
      await deliverAlerts(world, [bad]);
    }
    assert.deepEqual(tries, [0, 1, 3, 7]);
    const [failed] = readAlertHistory(dir.path).outcomes;
    assert.deepEqual([failed?.ok, failed?.channel, failed?.note], [false, 'webhook', 'no']);
  });

  test('what nobody could tell in time is not told any more', async () => {
    using dir = tempDir();
    decideIn(dir.path, ['a'], start);
    const sent: string[] = [];
    const good: Deliverer = { channel: 'log', send: async ({ key }) => void sent.push(key) };
    const clock = () => start + 12 * hourMs;
    await deliverAlerts({ dataFolder: dir.path, owner: 'x', clock }, [good]);
    assert.deepEqual(sent, []);
  });
});

describe('the history', () => {
  test('stays bounded and keeps what was told last', () => {
    using dir = tempDir();
    const keys = Array.from({ length: 120 }, (_, index) => `${'k'.repeat(2000)}${index}`);
    for (let round = 0; round < 10; round += 1) {
      decideIn(
        dir.path,
        keys.map((key) => `${key} ${round}`),
        start + round,
      );
    }
    const { alerts, problems } = readAlertHistory(dir.path);
    assert.deepEqual(problems, []);
    assert.ok(alerts.length < 400, String(alerts.length));
    assert.ok(alerts.at(-1)!.key.endsWith('119 9'));
  });

  test('a line that comes twice is one alert; one that is none is left out and said', async () => {
    using dir = tempDir();
    decideIn(dir.path, ['a'], start);
    const { appendFileSync, readFileSync } = await import('node:fs');
    const file = dir.at('alerts.jsonl');
    appendFileSync(file, `${readFileSync(file, 'utf8')}no line\n`);
    const { alerts, problems } = readAlertHistory(dir.path);
    assert.equal(alerts.length, 1);
    assert.match(problems.join(), /1 lines are no alerts/);
  });
});
