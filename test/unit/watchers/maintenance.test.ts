import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import { knownRoot } from '../../../src/agents/registry.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { Maintenance } from '../../../src/watchers/maintenance.ts';
import type { FromIndexer } from '../../../src/watchers/messages.ts';
import { scanRoots } from '../../../src/watchers/scanRoots.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { soleWriter } from '../../lib/ingest.ts';
import { assistant } from '../../lib/parseLines.ts';
import { scribble } from '../../lib/storePlace.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const line = (id: string): string =>
  `${JSON.stringify(assistant({ id }, { uuid: id, requestId: id }))}\n`;

/** An indexer on a folder with one transcript; what it said. */
function rig(dir: TempDir): { indexer: Indexer; said: string[] } {
  const transcript = dir.at('claude', 'projects', 'p', 's.jsonl');
  mkdirSync(dirname(transcript), { recursive: true });
  writeFileSync(transcript, line('a'));
  const said: string[] = [];
  const tell = (message: FromIndexer): void => {
    if (message.type === 'log') said.push(`${message.level}: ${message.text}`);
    if (message.type === 'state') said.push(message.state.kind);
  };
  const config = indexerConfig(dir.path, {
    storeFile: dir.at('outlay.db'),
    configDirs: [dir.at('claude')],
  });
  return { indexer: new Indexer(config, tell), said };
}

describe('the check of the whole store', () => {
  for (const [what, clean] of [
    ['once a day', '1'],
    ['after an unclean end', '0'],
  ] as const) {
    it(`is made ${what}, of a large store on a thread of its own`, async () => {
      using dir = tempDir();
      const store = dir.at('outlay.db');
      const { db } = openForWriting(store);
      // Pages nobody reads: more than are checked on the indexing thread.
      db.exec('CREATE TABLE filler (x BLOB); INSERT INTO filler VALUES (zeroblob(60000000))');
      db.exec(`UPDATE meta SET value = 0 WHERE key = 'createdAt';
        INSERT OR REPLACE INTO meta VALUES ('clean', '${clean}')`);
      // No backup is due beside it.
      db.exec("INSERT INTO job VALUES ('check', 0, 0, '')");
      writeFileSync(`${store}.backup-2026-11-01T00-00-00-000Z`, 'no store');
      db.close();
      scribble(store, statSync(store).size - 4096, 4096);
      const { indexer, said } = rig(dir);
      const isWriting = (text: string): boolean => text.includes('Writing');
      await indexer.start();
      const found = await until('the damage is found', () =>
        said.find((text) => text.includes('was damaged')),
      );
      assert.match(found, /no sound backup/);
      await until('it goes on', () => said.findLastIndex(isWriting) > said.indexOf(found));
      await indexer.stop();
      assert.equal(readdirSync(dir.path).filter((name) => /damaged-2.*Z$/.test(name)).length, 1);
    });
  }

  it('is noted, and not made again the same day', async () => {
    using dir = tempDir();
    const { indexer } = rig(dir);
    const { db } = openForWriting(dir.at('outlay.db'));
    db.exec("UPDATE meta SET value = '0' WHERE key = 'createdAt'");
    const check = db.prepare("SELECT finished_at AS at, result FROM job WHERE name = 'check'");
    await indexer.start();
    const first = check.get<{ at: number; result: string }>()!;
    assert.match(first.result, /^no damage/);
    await indexer.stop();
    const again = rig(dir).indexer;
    await again.start();
    assert.deepEqual(check.get(), first);
    await again.stop();
    db.close();
  });
});

describe('facts beside transcripts', () => {
  it('are read when they are new or have changed, not where a transcript was read with them', () => {
    using dir = tempDir();
    const subagents = dir.at('claude', 'projects', 'p', 's', 'subagents');
    mkdirSync(subagents, { recursive: true });
    const meta = join(subagents, 'agent-a1.meta.json');
    writeFileSync(join(subagents, 'agent-a1.jsonl'), '');
    writeFileSync(meta, '{"agentType":"first"}');
    const { db } = openForWriting(':memory:');
    const maintenance = new Maintenance(db, ':memory:', soleWriter(db), () => {});
    const found = (...covered: string[]): string[] =>
      maintenance
        .newMetaFiles(scanRoots([knownRoot(dir.at('claude'))]), new Set(covered))
        .flatMap(({ facts }) => facts.map(({ agentId, type }) => `${agentId} ${type}`));
    assert.deepEqual(found(join(subagents, 'agent-a1.jsonl')), []);
    assert.deepEqual(found(), ['a1 first']);
    assert.deepEqual(found(), []);
    writeFileSync(meta, '{"agentType":"second"}');
    utimesSync(meta, 1_800_000_000, 1_800_000_000);
    assert.deepEqual(found(), ['a1 second']);
    const listed = scanRoots([knownRoot(dir.at('claude'))]);
    rmSync(meta);
    assert.deepEqual(
      maintenance.newMetaFiles(listed, new Set()).flatMap(({ facts }) => facts),
      [],
    );
    db.close();
  });
});
