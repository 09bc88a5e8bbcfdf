import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readAgentMeta } from '../../../src/agents/claude/agentMeta.ts';
import { cleanupDays } from '../../../src/agents/claude/cleanup.ts';
import { discover } from '../../../src/agents/claude/discover.ts';
import { findRecord } from '../../../src/agents/claude/read/findRecord.ts';
import { readMessageText } from '../../../src/agents/claude/read/messageText.ts';
import { promptTexts } from '../../../src/agents/claude/read/promptTexts.ts';
import { readChunks } from '../../../src/agents/claude/read/readChunks.ts';
import { runningSessions } from '../../../src/agents/claude/runningSessions.ts';
import { readExcerpt } from '../../../src/agents/excerpt.ts';
import { gitRootOf } from '../../../src/platform/gitRoot.ts';
import { notRegular } from '../../../src/platform/regularFile.ts';
import { agentPlace, mainPlace } from '../../lib/parseLines.ts';
import { tempDir } from '../../lib/tempDir.ts';

/** What may be called like a file and is none; each makes one at a path. */
const kinds: Readonly<Record<string, (path: string) => Promise<Server | undefined>>> = {
  'a pipe': (path) => {
    execFileSync('mkfifo', [path]);
    return Promise.resolve(undefined);
  },
  'a device without end': (path) => {
    symlinkSync('/dev/zero', path);
    return Promise.resolve(undefined);
  },
  'a socket': (path) =>
    new Promise((resolve) => {
      const server = createServer().listen(path, () => resolve(server));
    }),
  'a folder': (path) => {
    mkdirSync(path);
    return Promise.resolve(undefined);
  },
};

// Nothing of this may wait: a pipe that is opened the usual way stands still until somebody writes.
describe('instead of a file', { skip: process.platform === 'win32', timeout: 20_000 }, () => {
  for (const [kind, make] of Object.entries(kinds)) {
    test(`${kind} is not read by anybody`, async () => {
      using dir = tempDir();
      const servers: (Server | undefined)[] = [];
      const at = async (...parts: string[]): Promise<string> => {
        mkdirSync(dir.at(...parts.slice(0, -1)), { recursive: true });
        servers.push(await make(dir.at(...parts)));
        return dir.at(...parts);
      };
      try {
        const transcript = await at('projects', 'p', 's1.jsonl');
        const meta = await at('projects', 'p', 'agent-a1.meta.json');
        assert.deepEqual(discover(join(dir.path, 'projects')), {
          files: [],
          metaFiles: [],
          unreadable: [],
        });
        const refused = (error: NodeJS.ErrnoException): boolean =>
          error.code === notRegular || error.code === 'ENXIO' || error.code === 'EOPNOTSUPP';
        assert.throws(() => [...readChunks(transcript, mainPlace, undefined)], refused);
        await assert.rejects(findRecord(transcript, { messageId: 'm' }), refused);
        await assert.rejects(readMessageText(transcript, { messageId: 'm' }), refused);
        await assert.rejects(readExcerpt(transcript, 0), refused);
        assert.deepEqual(promptTexts(transcript), new Map());
        assert.equal(readAgentMeta(meta, agentPlace), undefined);
        await at('settings.json');
        assert.equal(cleanupDays(dir.path), 30);
        await at('sessions', '1.json');
        assert.deepEqual([...runningSessions([dir.path])], []);
        await at('work', '.git');
        assert.equal(gitRootOf(dir.at('work')), dir.at('work'));
      } finally {
        for (const server of servers) server?.close();
      }
    });
  }
});
