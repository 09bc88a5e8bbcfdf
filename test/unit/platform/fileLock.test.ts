import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { lockOf, withFileLock } from '../../../src/platform/fileLock.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('the lock of a file', () => {
  test('is there while work runs, and gone after it, however it ends', () => {
    using dir = tempDir();
    const file = dir.at('new', 'a.json');
    assert.equal(
      withFileLock(file, (isHeld) => isHeld() && existsSync(lockOf(file))),
      true,
    );
    const fail = (): never => {
      throw new Error('work failed');
    };
    assert.throws(() => withFileLock(file, fail), /work failed/);
    assert.deepEqual(readdirSync(dir.at('new')), []);
  });

  test('of a dead program is taken over', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    writeFileSync(lockOf(file), '999999999 0a1b');
    assert.equal(
      withFileLock(file, (isHeld) => isHeld()),
      true,
    );
  });

  test('that is old is taken over, whoever has its holder’s number now', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    writeFileSync(lockOf(file), `${process.pid} 0a1b`);
    utimesSync(lockOf(file), 1000, 1000);
    assert.equal(
      withFileLock(file, (isHeld) => isHeld()),
      true,
    );
  });

  test('of a program that is stuck is not waited for without end, and stays', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    writeFileSync(lockOf(file), `${process.pid} 0a1b`);
    assert.throws(
      () => withFileLock(file, () => assert.fail('it is taken')),
      new RegExp(
        `being written by another program \\(process ${process.pid}\\)\\. Try again, or remove`,
      ),
    );
    assert.ok(existsSync(lockOf(file)));
  });

  test('that others hold one after the other is waited for longer, but not without end', async () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    const turns = new Worker(
      `const { writeFileSync, rmSync } = require('node:fs');
       const { workerData: { lock, pid }, parentPort } = require('node:worker_threads');
       let turn = 0;
       const next = () => writeFileSync(lock, pid + ' ' + ++turn);
       next();
       const timer = setInterval(next, 10);
       parentPort.on('message', () => { clearInterval(timer); rmSync(lock); parentPort.close(); });
       parentPort.postMessage('begun');`,
      { eval: true, workerData: { lock: lockOf(file), pid: process.pid } },
    );
    await once(turns, 'message');
    const start = performance.now();
    assert.throws(
      () => withFileLock(file, () => assert.fail('it is taken'), { patienceMs: 1_500 }),
      /being written by another program/,
    );
    assert.ok(performance.now() - start >= 6_000, 'nobody was stuck');
    turns.postMessage('end');
    assert.equal(
      withFileLock(file, (isHeld) => isHeld()),
      true,
    );
    await once(turns, 'exit');
  });

  test('that another took away meanwhile is known before anything is written, and left to it', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    withFileLock(file, (isHeld) => {
      writeFileSync(lockOf(file), '1 another');
      assert.equal(isHeld(), false);
    });
    assert.ok(existsSync(lockOf(file)));
  });
});
