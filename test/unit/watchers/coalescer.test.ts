import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { Coalescer } from '../../../src/watchers/coalescer.ts';

/** Work that is finished by hand. */
function manual(): { work: (key: string) => Promise<void>; runs: string[]; finish: () => void } {
  const runs: string[] = [];
  let release: (() => void) | undefined;
  return {
    runs,
    work: (key) => {
      runs.push(key);
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    finish: () => release?.(),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('coalescer', () => {
  it('looks at once and once more after the last event', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const runs: string[] = [];
      const coalescer = new Coalescer(async (key) => void runs.push(key), 60);
      coalescer.touch('a');
      await settled();
      assert.deepEqual(runs, ['a']);
      mock.timers.tick(40);
      coalescer.touch('a');
      await settled();
      assert.equal(runs.length, 2);
      mock.timers.tick(59);
      await settled();
      assert.equal(runs.length, 2);
      mock.timers.tick(1);
      await settled();
      assert.equal(runs.length, 3);
      mock.timers.tick(1000);
      await settled();
      assert.equal(runs.length, 3);
    } finally {
      mock.timers.reset();
    }
  });

  it('never runs twice at once for a key, and again for what came meanwhile', async () => {
    const { work, runs, finish } = manual();
    const coalescer = new Coalescer(work, 10_000);
    coalescer.touch('a');
    coalescer.touch('a');
    coalescer.touch('a');
    await settled();
    assert.deepEqual(runs, ['a']);
    finish();
    await settled();
    assert.deepEqual(runs, ['a', 'a']);
    finish();
    await settled();
    assert.deepEqual(runs, ['a', 'a']);
    coalescer.clear();
  });

  it('keeps keys apart and survives work that fails', async () => {
    const runs: string[] = [];
    const coalescer = new Coalescer((key) => {
      runs.push(key);
      return Promise.reject(new Error('no'));
    }, 10_000);
    coalescer.touch('a');
    coalescer.touch('b');
    await settled();
    coalescer.touch('a');
    await settled();
    assert.deepEqual(runs, ['a', 'b', 'a']);
    coalescer.clear();
  });
});
