import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { HumanError } from '../../../src/model/errors.ts';
import { backUp } from '../../../src/store/connection/backups.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { runStoreTask } from '../../../src/watchers/thread/storeTask.ts';
import { scribble } from '../../lib/storePlace.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** A thread that hangs as in a call to a dead network drive. */
function hung(dir: TempDir): string {
  const file = dir.at('hung.mjs');
  writeFileSync(file, 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  return file;
}

describe('work on a whole store, on a thread of its own', () => {
  it('is given up when the thread hangs, and the store is named', async () => {
    using dir = tempDir();
    const file = dir.at('outlay.db');
    await assert.rejects(
      runStoreTask<'migrate'>({ kind: 'migrate', file }, { patience: 300, file: hung(dir) }),
      (error: unknown) => {
        assert.ok(error instanceof HumanError && error.message.includes(file), String(error));
        assert.deepEqual(error.what, { id: 'storeSilent', values: [file, '0'] });
        return true;
      },
    );
  });

  for (const kind of ['migrate', 'reset', 'loss', 'copy'] as const) {
    it(`repairs a damaged store, and says so: ${kind}`, async () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      const { db } = openForWriting(file);
      const backup = backUp(db, file, new Date());
      db.close();
      // All of it but its first page, which opening reads.
      scribble(file, 4096, 200_000);
      const said: string[] = [];
      const told = { told: (text: string) => said.push(text) };
      if (kind === 'migrate') await runStoreTask<'migrate'>({ kind, file }, told);
      else if (kind === 'reset') await runStoreTask<'reset'>({ kind, file, role: 'editor' }, told);
      else if (kind === 'loss') await runStoreTask<'loss'>({ kind, file, roots: [] }, told);
      else {
        const to = dir.at('copy.db');
        await runStoreTask<'copy'>({ kind, from: file, to, replace: false }, told);
      }
      assert.equal(said.length, 1);
      assert.match(said[0]!, /^The store was damaged \(.*\)\. Kept as .*damaged-.*; restored /);
      assert.ok(said[0]!.includes(backup));
    });
  }
});
