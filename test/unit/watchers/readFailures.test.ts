import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerAgentLog } from '../../../src/agents/registry.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { engines } from '../../lib/engines.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { linesAgent } from '../../lib/linesAgent.ts';
import { tempDir } from '../../lib/tempDir.ts';

const at = Date.UTC(2026, 10, 20, 10) / 1000;

function line(input: number): string {
  return `${JSON.stringify({ n: 1, t: at, ai: 'claude-opus-5-5', in: input, out: 1 })}\n`;
}

function ask<T>({ storeFile, engine }: IndexerConfig, question: (reader: StoreReader) => T): T {
  const reader = new StoreReader(openForReading(storeFile, { engine })!);
  try {
    return question(reader);
  } finally {
    reader.close();
  }
}

/** Names and reasons of the files that could not be read. */
function failed(config: IndexerConfig): string[] {
  const roots = [...ask(config, (reader) => reader.unreadable(undefined)).values()];
  return roots
    .flatMap(({ reading }) => reading.named)
    .map(({ path, code }) => `${path.split('/').at(-1)}: ${code}`);
}

describe('a file that cannot be read or stored', () => {
  for (const engine of engines) {
    it(`is one file less, is named, and is read once it can be: ${engine}`, async () => {
      using _agent = registerAgentLog(linesAgent);
      using dir = tempDir();
      const log = (name: string): string => dir.at('logs', `${name}.log`);
      mkdirSync(dir.at('logs'));
      for (const [i, [name, text]] of Object.entries({
        first: line(1),
        garbled: 'no line of ours\n',
        second: line(10),
        // No number SQLite would keep as an integer.
        endless: line(1e300),
        third: line(100),
      }).entries()) {
        writeFileSync(log(name), text);
        utimesSync(log(name), at + i, at + i);
      }
      const config = indexerConfig(dir.path, {
        storeFile: dir.at('outlay.db'),
        role: 'terminal',
        configDirs: [dir.path],
        engine,
      });
      const input = (): number =>
        ask(config, (reader) => reader.spend({ from: 0, to: 8.64e15 }, undefined).input);
      const said: FromIndexer[] = [];
      const indexer = new Indexer(config, (message) => said.push(message));
      try {
        await indexer.start();
        assert.equal(input(), 111);
        const [endless, garbled] = failed(config);
        assert.match(endless!, /^endless\.log: .*INTEGER/);
        assert.match(garbled!, /^garbled\.log: Unexpected token/);
        const states = said.flatMap((each) => (each.type === 'state' ? [each.state.kind] : []));
        assert.equal(states.at(-1), 'watching');
        const roots = said.findLast((each) => each.type === 'roots')!.roots;
        assert.equal(roots[0]?.unreadable.length, 2);
        writeFileSync(log('garbled'), line(1000));
        const end = Date.now() + 20_000;
        while (input() !== 1111 || failed(config).length > 1) {
          assert.ok(Date.now() < end, 'waited in vain');
          await sleep(20);
        }
      } finally {
        await indexer.stop();
      }
    });
  }
});
