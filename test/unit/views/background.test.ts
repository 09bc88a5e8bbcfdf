import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inBackground, reportFailures } from '../../../src/views/core/background.ts';
import { tempDir } from '../../lib/tempDir.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('work nobody waits for', () => {
  const logged: string[] = [];
  const shown: string[] = [];

  beforeEach(() => {
    logged.length = 0;
    shown.length = 0;
    reportFailures({
      log: ({ message }) => logged.push(message),
      show: ({ message }) => shown.push(message),
    });
  });

  it('is logged whenever it fails, and shown once', async () => {
    for (const reason of ['first', 'second', 'first']) {
      inBackground(Promise.reject(new Error(reason)));
    }
    inBackground(Promise.reject('no error'));
    inBackground(Promise.resolve('fine'));
    inBackground(undefined);
    await nextTurn();
    assert.deepEqual(logged, ['first', 'second', 'first', 'no error']);
    assert.deepEqual(shown, ['first', 'second', 'no error']);
  });

  it('does not fail when its window closes', async () => {
    const closed = Object.assign(new Error('Canceled'), { name: 'Canceled' });
    inBackground(Promise.reject(closed));
    await nextTurn();
    assert.deepEqual([logged, shown], [[], []]);
  });

  it('is started in no other way in the editor', () => {
    using dir = tempDir();
    const rules = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
    writeFileSync(dir.at('biome.json'), JSON.stringify({ ...rules, vcs: undefined }));
    const sources = ['src/views/core/loose.ts', 'src/extension.ts', 'src/watchers/loose.ts'];
    for (const file of sources) {
      mkdirSync(dirname(dir.at(file)), { recursive: true });
      writeFileSync(dir.at(file), 'declare const work: () => Promise<void>;\nvoid work();\n');
    }
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const { stderr } = spawnSync(process.execPath, [biome, 'lint', '--colors=off', 'src'], {
      ...{ cwd: dir.path, encoding: 'utf8' },
    });
    const refused = stderr.matchAll(/^(\S+):2:1 lint\/complexity\/noVoid/gm);
    assert.deepEqual([...refused].map(([, file]) => file).sort(), sources.slice(0, 2).sort());
  });
});
