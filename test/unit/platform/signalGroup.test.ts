import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import { processAlive } from '../../../src/platform/processAlive.ts';
import { signalGroup } from '../../../src/platform/signalGroup.ts';

describe('signalling a group', { skip: process.platform === 'win32' }, () => {
  /** A shell that waits for a program it has started, and says that one's number. */
  async function started(
    detached: boolean,
  ): Promise<{ child: ReturnType<typeof spawn>; below: number }> {
    const child = spawn('/bin/sh', ['-c', 'sleep 300 & echo $!; wait'], {
      detached,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [data] = await once(child.stdout!, 'data');
    return { child, below: Number(String(data)) };
  }

  test('ends a program with what it has started, also when it has ended itself', async () => {
    for (const alone of [false, true]) {
      const { child, below } = await started(true);
      if (alone) {
        child.kill('SIGKILL');
        await once(child, 'exit');
        assert.ok(processAlive(below));
      }
      signalGroup(child, 'SIGKILL');
      await until('what it started is gone', () => !processAlive(below));
      signalGroup(child, 'SIGKILL');
    }
  });

  test('ends at least the program where it has no group, and leaves ours alone', async () => {
    const { child, below } = await started(false);
    signalGroup(child, 'SIGTERM');
    await once(child, 'exit');
    process.kill(below, 'SIGKILL');
  });
});
