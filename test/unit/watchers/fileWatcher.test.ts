import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import { codexLog } from '../../../src/agents/codex/codexLog.ts';
import { watchFolder } from '../../../src/watchers/fileWatcher.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('what is watched', () => {
  it('are the folders logs stand in, and no working copy beside them', async () => {
    using dir = tempDir();
    const root = codexLog.rootAt(realpathSync.native(dir.path), 'option');
    const ours = join(root.path, 'sessions', '2026', '11', '30', 'rollout-a.jsonl');
    // A project that is checked out there may have a folder of that name.
    const theirs = join(root.path, 'worktrees', 'shop', 'sessions', 'b.jsonl');
    for (const path of [ours, theirs]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    const seen: string[] = [];
    let ready = false;
    const watcher = watchFolder(
      root.logFolder,
      'never',
      {
        file: (path) => codexLog.kindOf(path) !== undefined,
        folder: (path) => codexLog.mayHold(root, path),
      },
      (path) => void seen.push(path),
      () => (ready = true),
      (error) => assert.fail(String(error)),
    );
    try {
      await until('it watches', () => ready);
      appendFileSync(theirs, '{}\n');
      appendFileSync(ours, '{}\n');
      await until('a change is told', () => seen.includes(ours));
      // A folder that comes later is watched where it counts.
      const later = join(root.path, 'archived_sessions', 'rollout-c.jsonl');
      mkdirSync(dirname(later), { recursive: true });
      writeFileSync(later, '');
      await until('the new folder is watched', () => {
        appendFileSync(later, '{}\n');
        return seen.includes(later);
      });
      assert.deepEqual([...new Set(seen)].sort(), [later, ours].sort());
    } finally {
      await watcher.close();
    }
  });
});
