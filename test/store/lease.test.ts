import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { type Engine, sqliteCode } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { isBusy } from '../../src/store/connection/storeErrors.ts';
import { isAlive, Lease, LeaseLostError, leaseMs } from '../../src/store/connection/writerLease.ts';
import { dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { chunksOf, soleWriter } from '../lib/ingest.ts';
import { writeWorld } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld } from '../lib/world.ts';

/** Two connections to one store. */
function withTwo(
  engine: Engine,
  work: (a: SqlDatabase, b: SqlDatabase, path: string) => void,
): void {
  using dir = tempDir();
  const path = dir.at('outlay.db');
  const a = openForWriting(path, { engine, busyTimeoutMs: 20 }).db;
  const b = openForWriting(path, { engine, busyTimeoutMs: 20 }).db;
  try {
    work(a, b, dir.path);
  } finally {
    a.close();
    b.close();
  }
}

/** A process that has ended, so that its id is nobody's. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

for (const engine of engines) {
  describe(`lease, ${engine}`, () => {
    test('one writer at a time, until it gives up', () => {
      withTwo(engine, (a, b) => {
        const [first, second] = [new Lease(a, 'editor'), new Lease(b, 'terminal')];
        const now = Date.now();
        assert.equal(first.current(), undefined);
        assert.equal(first.acquire(now), true);
        assert.equal(first.acquire(now), true, 'again, by the holder');
        assert.equal(second.acquire(now), false);
        const { holder, pid, role } = second.current()!;
        assert.deepEqual([holder, pid, role], [first.holder, process.pid, 'editor']);
        first.release();
        assert.equal(second.acquire(now), true);
        assert.equal(first.acquire(now), false);
        assert.equal(first.extend(now), false);
        first.release();
        assert.equal(second.extend(now), true, 'only the holder gives up');
      });
    });

    test('a holder that is silent is replaced, one that speaks is not', () => {
      withTwo(engine, (a, b) => {
        const [first, second] = [new Lease(a, 'editor'), new Lease(b, 'terminal')];
        const start = Date.now();
        first.acquire(start);
        assert.equal(first.extend(start + 3000), true);
        assert.equal(second.acquire(start + leaseMs), false);
        assert.equal(second.acquire(start + 3000 + leaseMs), true);
      });
    });

    test('a holder whose process is gone is replaced at once', () => {
      withTwo(engine, (a, b) => {
        const [first, second] = [new Lease(a, 'editor'), new Lease(b, 'terminal')];
        const now = Date.now();
        first.acquire(now);
        a.prepare('UPDATE lease SET pid = ?').run(deadPid());
        assert.equal(second.acquire(now), true);
      });
    });

    test('a holder that was replaced writes nothing more', () => {
      withTwo(engine, (a, b, folder) => {
        const files = largeWorld(3, 30);
        writeWorld(folder, files);
        const [first, second] = [new Lease(a, 'editor'), new Lease(b, 'terminal')];
        first.acquire(Date.now());
        const writer = soleWriter(a, { assertWriter: () => first.assertHeld() });
        const projects = `${folder}/a/projects`;
        const items = files
          .filter(({ root }) => root === 'a')
          .flatMap(({ path: local }) => {
            const path = `${projects}/${local}`;
            return [...chunksOf(projects, path)].map((chunk) => ({
              file: { path, root: folder, mtimeMs: 1 },
              chunk,
            }));
          });
        writer.ingest(items.slice(0, 1));
        const before = dumpStore(a);
        assert.equal(second.acquire(Date.now() + leaseMs), true);
        assert.throws(() => writer.ingest(items.slice(1)), LeaseLostError);
        assert.throws(() => writer.reprice(), LeaseLostError);
        assert.throws(() => writer.setMeta('clean', '0'), LeaseLostError);
        assert.throws(() => writer.setGone(items[0]!.file.path, true), LeaseLostError);
        assert.throws(() => writer.addAgentMetadata(folder, []), LeaseLostError);
        assert.throws(() => writer.setProjects(new Map(), 1), LeaseLostError);
        assert.equal(dumpStore(b), before);
        // It comes back as the writer and goes on as if nothing had been.
        second.release();
        assert.equal(first.acquire(Date.now()), true);
        writer.ingest(items.slice(1));
        assert.notEqual(dumpStore(b), before);
      });
    });

    test('a lock held by another is busy, not an error', () => {
      withTwo(engine, (a, b) => {
        a.exec('BEGIN IMMEDIATE');
        const lease = new Lease(b, 'terminal');
        assert.throws(() => lease.acquire(Date.now()), isBusy);
        a.exec('ROLLBACK');
        assert.equal(lease.acquire(Date.now()), true);
      });
    });

    test('a failed transaction leaves nothing and no lock behind', () => {
      withTwo(engine, (a, b) => {
        const fails = (): void =>
          a.transaction(() => {
            a.prepare("INSERT INTO word (text) VALUES ('half')").run();
            throw new Error('half way');
          });
        assert.throws(fails, /half way/);
        const words = b.prepare('SELECT count(*) AS n FROM word').get<{ n: number }>();
        assert.equal(words?.n, 1);
        b.transaction(() => b.prepare("INSERT INTO word (text) VALUES ('whole')").run());
        let code: string | undefined;
        try {
          a.transaction(() => a.prepare("INSERT INTO word (text) VALUES ('whole')").run());
        } catch (error) {
          code = sqliteCode(error) ?? 'constraint';
        }
        assert.match(code ?? '', /constraint/i);
      });
    });
  });
}

test('who is to be believed', () => {
  const now = 1_000_000;
  const row = {
    holder: 'h',
    pid: process.pid,
    host: 'elsewhere',
    role: 'editor',
    since: now,
    expires: now + leaseMs,
  };
  assert.equal(isAlive(row, now), true);
  assert.equal(isAlive(row, now + leaseMs), false, 'expired');
  assert.equal(
    isAlive({ ...row, pid: deadPid() }, now),
    true,
    'pids of other machines say nothing',
  );
  assert.equal(isAlive(row, now - 10 * leaseMs), false, 'a clock set back');
});
