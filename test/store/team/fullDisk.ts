import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { readUploadState } from '../../../src/dataFolder/team/uploadState.ts';
import { joinTeam } from '../../../src/team/membership.ts';
import { pushQuietly, type TeamMachine } from '../../../src/team/sync.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { sumsOnly, TeamWorld, teamDaysOf, teamRow } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

/** A file system of so many megabytes in memory; undefined where this machine mounts none. */
function smallDisk(t: TestContext, folder: string, megabytes: number): Disposable | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    t.skip('a file system of its own is mounted by root on Linux only');
    return undefined;
  }
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    t.skip('no file system may be mounted here');
    return undefined;
  }
  return { [Symbol.dispose]: () => void spawnSync('umount', ['-l', folder]) };
}

/** Writes until nothing fits any more. */
function fill(file: string): void {
  const fd = openSync(file, 'w');
  try {
    for (let size = 1 << 20; size >= 1; ) {
      try {
        writeSync(fd, Buffer.alloc(size));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        size >>= 1;
      }
    }
  } finally {
    closeSync(fd);
  }
}

export function fullDiskTests(server: () => PostgresServer): void {
  describe('a server whose disk is full', () => {
    it('is told of once, what was not sent follows when there is room, and nothing is doubled', async (t) => {
      using dir = tempDir();
      using disk = smallDisk(t, dir.at('disk'), 24);
      if (disk === undefined) return;
      // The server's user passes by it.
      chmodSync(dir.path, 0o711);
      // On the disk, but not in the folder the server calls its own.
      mkdirSync(dir.at('disk', 'database'));
      const owner = server().database(dir.at('disk', 'database'));
      try {
        await using team = await TeamWorld.found(server(), {}, owner);
        using machine = tempDir();
        const connection = await team.member('ada');
        const folder = machine.path;
        await joinTeam(
          { folder, env: {} },
          { connection, machineName: 'one', zone: 'UTC', takeOver: false },
        );
        // A month of its own each: a partition is made for it.
        const days = ['2026-08-20', '2026-09-20', '2026-10-20', '2026-11-20'];
        const rows = Object.fromEntries(
          days.map((day) => [
            day,
            Array.from({ length: 200 }, (_, at) => teamRow(day, { project: `p${at}`, nano: 5 })),
          ]),
        );
        const asked: TeamMachine = {
          ...{ folder, env: {}, catalogue: '2026-11-01', prices: 'p', everything: true },
          sources: sumsOnly(() => teamDaysOf(rows)),
        };
        fill(dir.at('disk', 'filler'));
        const first = await pushQuietly(asked);
        assert.ok(first !== undefined && 'text' in first, JSON.stringify(first));
        assert.match(
          first.text,
          /is out of disk space\. Who runs it makes room; what is not sent yet follows then\.$/,
        );
        assert.deepEqual(
          [first.told, await pushQuietly(asked)],
          [false, { text: first.text, told: true }],
        );
        // A day without an answer is noted as one nobody knows the state of.
        const states = Object.values(readUploadState(folder).days);
        const before = states.filter(([state]) => state !== '').length;
        assert.ok(before < days.length);
        rmSync(dir.at('disk', 'filler'));
        assert.deepEqual(await pushQuietly(asked), { sent: days.length - before, refused: [] });
        assert.equal(readUploadState(folder).problem, undefined);
        for (const table of ['spend', 'project_day', 'member_day', 'member_month']) {
          assert.equal(team.sql(`SELECT sum(nano) FROM outlay.${table}`), '4000', table);
        }
        assert.deepEqual(await pushQuietly(asked), { sent: 0, refused: [] });
      } finally {
        server().drop(owner);
      }
    });
  });
}
