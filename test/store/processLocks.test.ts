/**
 * A process that closes any descriptor of a file loses all POSIX locks it has on it, whichever of its threads or
 * libraries took them. Then another program takes itself for the last one that has the store open, and deletes the
 * log under this one.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { it } from 'node:test';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import { openSnapshot } from '../../src/platform/sqlite/snapshot.ts';
import { startWorker } from '../../src/platform/workers.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { engines } from '../lib/engines.ts';
import { hasSharedLock } from '../lib/sharedLock.ts';
import { tempDir } from '../lib/tempDir.ts';

for (const engine of engines) {
  it(`keeps its locks while one thread opens the store to write and another to read, ${engine}`, async () => {
    using dir = tempDir();
    const turn = new Int32Array(new SharedArrayBuffer(4));
    const opener = startWorker(new URL('../lib/openingThread.ts', import.meta.url), {
      workerData: { turn, engine },
    });
    let lost = 0;
    for (let round = 0; round < 40; round++) {
      const file = join(dir.path, `${round}.db`);
      if (round % 2 === 0) openForWriting(file, { engine }).db.close();
      opener.postMessage(file);
      await once(opener, 'message');
      Atomics.store(turn, 0, 1);
      Atomics.notify(turn, 0);
      const opened = once(opener, 'message');
      const busy = Date.now() + (round % 6);
      while (Date.now() < busy);
      const reader = openForReading(file, { engine });
      await opened;
      if (!hasSharedLock(file)) lost += 1;
      const closed = once(opener, 'message');
      Atomics.store(turn, 0, 0);
      Atomics.notify(turn, 0);
      await closed;
      reader?.close();
    }
    await opener.terminate();
    assert.equal(lost, 0);
  });

  it(`leaves the locks of others in its process while it copies their database, ${engine}`, () => {
    using dir = tempDir();
    const path = dir.at('theirs.db');
    const db = openDatabase(path, { engine });
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    assert.ok(hasSharedLock(path));
    using snapshot = openSnapshot(path);
    assert.equal(snapshot!.db.prepare('SELECT x FROM t').get<{ x: number }>()!.x, 1);
    assert.ok(hasSharedLock(path));
    db.close();
    assert.ok(!hasSharedLock(path));
  });
}
