import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { Throttle } from '../../../src/views/core/throttle.ts';

describe('a throttle', () => {
  afterEach(() => mock.restoreAll());

  it('rests no longer when the clock is set back', async () => {
    const ran = Promise.withResolvers<string>();
    const throttle = new Throttle(1, () => ran.resolve('ran'));
    throttle.ran();
    const { now } = Date;
    mock.method(Date, 'now', () => now() - 3_600_000);
    throttle.request();
    // Without a word of the throttle nothing keeps the test alive for an hour.
    assert.equal(await ran.promise, 'ran');
    throttle.dispose();
  });
});
