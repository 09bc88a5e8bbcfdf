import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { HumanError } from '../../../src/model/errors.ts';
import { readAhead } from '../../../src/watchers/history/readAhead.ts';
import { configuredRoots, newFiles, scanRoots } from '../../../src/watchers/scanRoots.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

const { signal } = new AbortController();
const ignored = { log: () => {}, failed: () => {} };

/** What is new in a set of transcripts, said to be worth a thread. */
function unread(dir: TempDir): Parameters<typeof readAhead>[0] {
  unpackSet(clientSet, dir.at('claude'));
  const config = indexerConfig(dir.path, { storeFile: '', configDirs: [dir.at('claude')] });
  const files = newFiles(scanRoots(configuredRoots(config)), new Map());
  return { files, bytes: 1e9, bookmarkOf: () => undefined };
}

/** The entry of a thread that begins with its second file and is not heard again. */
function hung(dir: TempDir): string {
  const file = dir.at('hung.mjs');
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads';
Atomics.store(workerData.place, 0, 1);
parentPort.on('message', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`,
  );
  return file;
}

async function readAll(...args: Parameters<typeof readAhead>): Promise<number> {
  let items = 0;
  for await (const portion of readAhead(...args)) items += portion.items.length;
  return items;
}

describe('reading on a thread of its own', () => {
  it('reads what is read without', async () => {
    using dir = tempDir();
    const wish = unread(dir);
    const here = await readAll({ ...wish, bytes: 0 }, ignored, { signal });
    assert.ok(here > 0);
    assert.equal(await readAll(wish, ignored, { signal }), here);
  });

  it('is given up when the thread hangs, and the file is named', async () => {
    using dir = tempDir();
    const options = { signal, patience: 1000, file: hung(dir) };
    const wish = unread(dir);
    await assert.rejects(readAll(wish, ignored, options), (error: unknown) => {
      assert.ok(error instanceof HumanError);
      assert.ok(error.message.startsWith(`${wish.files[1]!.path} gave no answer`), error.message);
      return true;
    });
  });

  it('ends at once when it is to end, though the thread hangs', async () => {
    using dir = tempDir();
    const over = new AbortController();
    const reading = readAll(unread(dir), ignored, { signal: over.signal, file: hung(dir) });
    setTimeout(() => over.abort(), 100);
    assert.equal(await reading, 0);
  });

  it('fails when the thread ends by itself', async () => {
    using dir = tempDir();
    const file = dir.at('gone.mjs');
    writeFileSync(file, 'process.exit(0);');
    await assert.rejects(readAll(unread(dir), ignored, { signal, file }), /thread ended/);
  });
});
