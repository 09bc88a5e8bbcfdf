import assert from 'node:assert/strict';
import fs, { existsSync, renameSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';
import type { Engine } from '../../../src/platform/sqlite/open.ts';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { LeaseKeeper, StoreReplacedError } from '../../../src/watchers/leaseKeeper.ts';
import { IndexerOutput } from '../../../src/watchers/output.ts';
import { engines } from '../../lib/engines.ts';
import { tempDir } from '../../lib/tempDir.ts';

function leases(storeFile: string): number | undefined {
  const db = openForReading(storeFile);
  try {
    return db?.prepare('SELECT count(*) AS n FROM lease').get<{ n: number }>()?.n;
  } finally {
    db?.close();
  }
}

function keeperOf(storeFile: string, engine: Engine): LeaseKeeper {
  return new LeaseKeeper({ storeFile, engine, role: 'editor' }, new IndexerOutput(() => {}));
}

/** Another store in the place of this one. */
function replace(storeFile: string, other: string): void {
  remove(storeFile);
  renameSync(other, storeFile);
}

function remove(storeFile: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(storeFile + end, { force: true });
}

describe('who keeps the lease has it in the file at the path', {
  skip: process.platform === 'win32' && 'files that are open cannot be replaced there',
}, () => {
  for (const engine of engines) {
    for (const end of ['', '-wal', '-shm']) {
      it(`or says that outlay.db${end} was removed: ${engine}`, async () => {
        using dir = tempDir();
        const storeFile = dir.at('outlay.db');
        const keeper = keeperOf(storeFile, engine);
        await keeper.acquire();
        keeper.extend(Date.now());
        rmSync(storeFile + end);
        assert.throws(() => keeper.extend(Date.now()), StoreReplacedError);
        keeper.release();
        assert.equal((await keeper.acquire()).kind, 'held');
        keeper.extend(Date.now());
        assert.equal(leases(storeFile), 1);
        keeper.release();
      });
    }

    for (const [what, before, meanwhile] of [
      ['replaced', true, replace],
      ['made, and removed again,', false, remove],
    ] as const) {
      it(`though that was ${what} while it was opened: ${engine}`, async (t) => {
        using dir = tempDir();
        const storeFile = dir.at('outlay.db');
        const other = dir.at('other.db');
        for (const file of before ? [storeFile, other] : [other]) {
          openForWriting(file, { engine }).db.close();
        }
        const { statSync } = fs;
        // Another process is so fast: it is another file when what tells it from others is looked at.
        let isDone = false;
        t.mock.method(fs, 'statSync', (...args: Parameters<typeof statSync>) => {
          const [path, options] = args;
          if (!isDone && path === storeFile && options?.bigint && existsSync(`${path}-shm`)) {
            isDone = true;
            meanwhile(storeFile, other);
          }
          return statSync(...args);
        });
        syncBuiltinESMExports();
        const keeper = keeperOf(storeFile, engine);
        try {
          assert.equal((await keeper.acquire()).kind, 'held');
          assert.equal(isDone, true);
          keeper.extend(Date.now());
          assert.equal(leases(storeFile), 1);
        } finally {
          keeper.release();
          t.mock.restoreAll();
          syncBuiltinESMExports();
        }
        assert.equal(leases(storeFile), 0);
      });
    }
  }
});
