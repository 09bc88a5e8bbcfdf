import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { endWorker } from '../../../src/platform/workers.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('a thread that ends is waited for', async () => {
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  let ended = false;
  worker.once('exit', () => {
    ended = true;
  });
  await endWorker(worker);
  assert.ok(ended);
});

test('one that hangs in a call of the system holds nobody up', {
  skip: process.platform === 'win32',
}, async () => {
  using dir = tempDir();
  const fifo = dir.at('fifo');
  execFileSync('mkfifo', [fifo]);
  const source = `require('node:worker_threads').parentPort.postMessage('opening');
    require('node:fs').openSync(${JSON.stringify(fifo)}, 'r');`;
  const worker = new Worker(source, { eval: true });
  await new Promise((resolve) => worker.once('message', resolve));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const started = Date.now();
  await endWorker(worker);
  const waited = Date.now() - started;
  assert.ok(waited > 1500 && waited < 10_000, `${waited} ms`);
  // Somebody opens the other end: only now the thread can end, and with it this test's process.
  execFileSync('sh', ['-c', ': > "$0"', fifo]);
});
