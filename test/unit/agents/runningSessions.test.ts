import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runningSessions } from '../../../src/agents/claude/runningSessions.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('running sessions', () => {
  it('are those whose process is there', () => {
    using dir = tempDir();
    const folder = join(dir.path, 'sessions');
    mkdirSync(folder);
    writeFileSync(join(folder, `${process.pid}.json`), '{"sessionId":"mine","pid":1}');
    writeFileSync(join(folder, '999999999.json'), '{"sessionId":"dead"}');
    writeFileSync(join(folder, 'notes.json'), '{"sessionId":"no pid"}');
    writeFileSync(join(folder, '1.json'), 'torn {');
    assert.deepEqual([...runningSessions([dir.path, join(dir.path, 'nowhere')])], ['mine']);
  });
});
