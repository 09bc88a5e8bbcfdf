import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  agentLogAt,
  findRoots,
  registerAgentLog,
  runningSessions,
} from '../../../src/agents/registry.ts';
import { noUsage } from '../../../src/model/tokens.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { indexOnce } from '../../../src/watchers/indexOnce.ts';
import type { IndexerConfig } from '../../../src/watchers/messages.ts';
import { engines } from '../../lib/engines.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { linesAgent } from '../../lib/linesAgent.ts';
import { tempDir } from '../../lib/tempDir.ts';

const model = 'claude-opus-5-5';
const at = Date.UTC(2026, 10, 20, 10);
const book = createPriceBook();

function line(n: number, input: number, output: number): string {
  return `${JSON.stringify({ n, t: at / 1000 + n, ai: model, in: input, out: output })}\n`;
}

function priceOf(input: number, output: number): number {
  const price = book.price({ ...noUsage, input, output }, model, {}, at);
  assert.ok(price.kind === 'priced');
  return price.nanoUsd;
}

const claudeLine = `${JSON.stringify({
  type: 'assistant',
  sessionId: 'c',
  timestamp: new Date(at).toISOString(),
  message: { id: 'm', model, usage: { output_tokens: 7 } },
})}\n`;

/** Messages, tokens and price of a session; undefined while there is none. */
function sums({ storeFile, engine }: IndexerConfig, sid: string): number[] | undefined {
  const db = openForReading(storeFile, { engine });
  if (db === undefined) return undefined;
  const reader = new StoreReader(db);
  try {
    const session = reader.sessionById(sid);
    return session && [session.messages, session.input, session.output, session.nano];
  } finally {
    reader.close();
  }
}

describe('another agent’s log beside Claude Code’s', () => {
  for (const engine of engines) {
    it(`is found, read, priced and followed with ${engine}`, async () => {
      using _agent = registerAgentLog(linesAgent);
      using dir = tempDir();
      mkdirSync(dir.at('claude/projects/p'), { recursive: true });
      mkdirSync(dir.at('lines/logs'), { recursive: true });
      writeFileSync(dir.at('claude/projects/p/c.jsonl'), claudeLine);
      const log = dir.at('lines/logs/w.log');
      writeFileSync(log, line(1, 1000, 50));
      writeFileSync(dir.at('lines/logs/notes.txt'), 'no log');
      const config = indexerConfig(dir.path, {
        storeFile: dir.at('outlay.db'),
        role: 'terminal',
        configDirs: [dir.at('claude'), dir.at('lines')],
        engine,
      });
      const indexer = new Indexer(config, () => {});
      try {
        await indexer.start();
        assert.deepEqual(sums(config, 'w'), [1, 1000, 50, priceOf(1000, 50)]);
        assert.deepEqual(sums(config, 'c'), [1, 0, 7, priceOf(0, 7)]);
        const torn = line(3, 1, 1).slice(0, -5);
        appendFileSync(log, line(2, 0, 25) + torn);
        await until(() => sums(config, 'w')?.[0] === 2);
        assert.deepEqual(sums(config, 'w'), [2, 1000, 75, priceOf(1000, 50) + priceOf(0, 25)]);
        // Read on from where it had been read to: each line once.
        assert.deepEqual(fileRow(config, log), [2, '{"seen":2}']);
      } finally {
        await indexer.stop();
      }
      // The torn line waits; there is nothing to start a thread for.
      const outcome = await indexOnce(config, book.revision);
      assert.deepEqual(outcome, { fresh: 0, transcripts: 2, behind: false });
    });
  }

  it('counts among the default places, and Claude Code’s need not be there', () => {
    using _agent = registerAgentLog(linesAgent);
    using dir = tempDir();
    const rootsOf = (): string[] =>
      findRoots({ env: {}, home: dir.path }).map(
        ({ agent, path, exists }) => `${agent} ${path.slice(dir.path.length + 1)} ${exists}`,
      );
    assert.deepEqual(rootsOf(), ['claude .claude false']);
    mkdirSync(dir.at('.lines/logs'), { recursive: true });
    assert.deepEqual(rootsOf(), ['lines .lines true']);
    mkdirSync(dir.at('.claude/projects'), { recursive: true });
    assert.deepEqual(rootsOf(), ['claude .claude true', 'lines .lines true']);
    assert.deepEqual(
      [...runningSessions([dir.at('.claude'), dir.at('.lines')])],
      ['runs in .lines'],
    );
  });

  it('is gone when it is no longer registered', () => {
    using dir = tempDir();
    mkdirSync(dir.at('lines/logs'), { recursive: true });
    {
      using _agent = registerAgentLog(linesAgent);
      assert.equal(agentLogAt(dir.at('lines')).name, 'lines');
    }
    assert.equal(agentLogAt(dir.at('lines')).name, 'claude');
  });
});

/** Lines counted of a file, and what its reader remembers. */
function fileRow({ storeFile, engine }: IndexerConfig, path: string): unknown[] {
  const db = openForReading(storeFile, { engine })!;
  try {
    const row = db
      .prepare('SELECT lines, state FROM file WHERE path = ?')
      .get<{ lines: number; state: string }>(path)!;
    return [row.lines, row.state];
  } finally {
    db.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await sleep(10);
  }
}
