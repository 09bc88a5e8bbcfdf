import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { codexLog } from '../../src/agents/codex/codexLog.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { newChunks } from '../../src/watchers/ingestFile.ts';
import { homesOf } from '../lib/agentHomes.ts';
import { agentSets } from '../lib/agentSets.ts';
import { assertPrices, expectedTotal, ingestLogs, storeSums } from '../lib/agentStore.ts';
import { engines } from '../lib/engines.ts';
import { soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';

const sets = agentSets('codex');

describe('rollouts of Codex in the store', () => {
  const homeOf = homesOf(sets);

  for (const engine of engines) {
    it(`come to what an independent program counts, each set (${engine})`, () => {
      for (const { name, expected } of sets) {
        withStore(engine, (db) => {
          ingestLogs(db, codexLog, homeOf(name));
          const { total, threads } = storeSums(db);
          assert.deepEqual(total, expectedTotal(expected.total), name);
          if (name === 'samples/agent-sessions') return;
          const counted = Object.entries(expected.sessions).filter(([, count]) => count > 0);
          assert.deepEqual(threads, Object.fromEntries(counted), name);
        });
      }
    });
  }

  it('cost what an independent program says, each set and model', () => {
    for (const { name, expected } of sets) {
      withStore('better-sqlite3', (db) => {
        ingestLogs(db, codexLog, homeOf(name));
        assertPrices(db, name, expected);
      });
    }
  });

  it('come to the same in any order, and read twice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sets),
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 9 }),
        ({ name }, keys) => {
          const sums = withStore('better-sqlite3', (db) => {
            ingestLogs(db, codexLog, homeOf(name), keys);
            ingestLogs(db, codexLog, homeOf(name));
            return storeSums(db);
          });
          const straight = withStore('better-sqlite3', (db) => {
            ingestLogs(db, codexLog, homeOf(name));
            return storeSums(db);
          });
          assert.deepEqual(sums, straight, name);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are sessions of Codex after a transaction that failed, too', () => {
    withStore('better-sqlite3', (db) => {
      const root = codexLog.rootAt(homeOf('cases/tiers'), 'option');
      const [file] = codexLog.discover(root).files;
      const events = { log: () => undefined, failed: (path: string) => assert.fail(path) };
      const writer = soleWriter(db);
      const [item] = newChunks({ ...file!, root }, undefined, events);
      // Once its product is noted, the rest of the work fails.
      const torn: Iterable<never> = {
        [Symbol.iterator]() {
          throw new Error('torn');
        },
      };
      assert.throws(() => writer.ingest([{ ...item!, messages: torn }]), /torn/);
      writer.ingest([item!]);
      assert.deepEqual([...new StoreReader(db).products().values()], ['Codex']);
    });
  });

  it('are sessions of Codex, whose folder may go', () => {
    withStore('better-sqlite3', (db) => {
      const home = homeOf('cases/tiers');
      ingestLogs(db, codexLog, home);
      const { path } = codexLog.rootAt(home, 'option');
      assert.deepEqual([...new StoreReader(db).products()], [[path, 'Codex']]);
    });
  });
});
