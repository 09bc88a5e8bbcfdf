import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreWatch } from '../../../src/watchers/storeWatcher.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** Writes to the store until it is told, or for ten seconds. */
async function isTold(dir: TempDir, count: () => number): Promise<boolean> {
  const before = count();
  for (let tries = 0; tries < 100 && count() === before; tries += 1) {
    writeFileSync(dir.at('data', 'outlay.db-wal'), String(tries));
    await pause(100);
  }
  return count() > before;
}

/** Events that are still on their way come first. */
async function settle(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); await pause(100)) before = count();
}

describe('the watch on the store’s folder', () => {
  for (const [name, replace] of Object.entries({
    moved: (dir: TempDir) => {
      renameSync(dir.at('data'), dir.at('elsewhere'));
      mkdirSync(dir.at('data'));
    },
    deleted: (dir: TempDir) => {
      rmSync(dir.at('data'), { recursive: true });
      mkdirSync(dir.at('data'));
    },
  })) {
    test(`goes on in the folder that took the place of a ${name} one`, async () => {
      using dir = tempDir();
      let told = 0;
      const watch = new StoreWatch(dir.at('data', 'outlay.db'), () => {
        told += 1;
      });
      assert.ok(await isTold(dir, () => told));
      replace(dir);
      // Said once by itself: what was committed meanwhile nobody has told.
      await pause(2500);
      await settle(() => told);
      assert.ok(await isTold(dir, () => told), 'in the new folder');
      watch.dispose();
    });
  }
});
