import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialQueue } from '../../../src/platform/serialQueue.ts';

describe('a serial queue', () => {
  it('does one thing at a time, in the order they came', async () => {
    const queue = new SerialQueue();
    const said: string[] = [];
    const work = (name: string, ms: number) => async (): Promise<string> => {
      said.push(`${name} begins`);
      await sleep(ms);
      said.push(`${name} ends`);
      return name;
    };
    const all = [queue.run(work('a', 20)), queue.run(work('b', 1)), queue.run(work('c', 5))];
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c']);
    assert.deepEqual(
      said,
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('goes on after a failure, which only its caller learns of', async () => {
    const queue = new SerialQueue();
    const failed = queue.run(() => {
      throw new Error('broken');
    });
    const next = queue.run(() => 'done');
    await assert.rejects(failed, /broken/);
    assert.equal(await next, 'done');
  });

  it('is idle when the last caller goes on', async () => {
    const queue = new SerialQueue();
    assert.equal(queue.idle, true);
    const first = queue.run(() => sleep(1));
    assert.equal(queue.idle, false);
    await first;
    assert.equal(queue.idle, true);
    await assert.rejects(
      queue.run(() => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(queue.idle, true);
  });
});
