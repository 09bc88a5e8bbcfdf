import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { harnesses } from '../../scripts/bench/faults/harnesses.ts';
import { Lab } from '../../scripts/bench/faults/lab.ts';
import { tempDir } from '../lib/tempDir.ts';
import { bundle } from './runCli.ts';

const onWindows = process.platform === 'win32';
const seed = Math.floor(Math.random() * 2 ** 31);

/** One short round of each; `npm run bench:faults` goes on for minutes. */
describe(`attacks from outside, seed ${seed}`, { skip: onWindows }, () => {
  for (const { name, attack } of harnesses) {
    test(name, async () => {
      using dir = tempDir('outlay-faults');
      const options = { dist: dirname(bundle), folder: dir.at(name), seed, ms: 0 };
      const { attacks, held, fell } = await attack(new Lab({ ...options, size: 60, kills: 1 }));
      assert.deepEqual(fell, []);
      assert.ok(attacks.size > 0 && held.size > 0);
    });
  }
});
