import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { copilotLog } from '../../src/agents/copilot/copilotLog.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { assertPrices, expectedTotal, ingestLogs, storeSums } from '../lib/agentStore.ts';
import { engines } from '../lib/engines.ts';
import { withStore } from '../lib/memoryStore.ts';

const sets = agentSets('copilot');

describe('logs of Copilot in the store', () => {
  let folder: string;
  const homeOf = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-copilot-'));
    for (const set of sets) writeAgentSet(set, homeOf(set.name));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const engine of engines) {
    it(`come to what an independent program counts and prices, each set (${engine})`, () => {
      for (const { name, expected } of sets) {
        withStore(engine, (db) => {
          ingestLogs(db, copilotLog, homeOf(name));
          const { total, sessions } = storeSums(db);
          assert.deepEqual(total, expectedTotal(expected.total), name);
          assert.deepEqual(sessions, expected.sessions, name);
          assertPrices(db, name, expected);
        });
      }
    });
  }

  it('come to the same in any order, and read twice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sets),
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 9 }),
        ({ name, expected }, keys) => {
          withStore('better-sqlite3', (db) => {
            ingestLogs(db, copilotLog, homeOf(name), keys);
            assert.deepEqual(storeSums(db).total, expectedTotal(expected.total), name);
            ingestLogs(db, copilotLog, homeOf(name));
            assert.deepEqual(storeSums(db).sessions, expected.sessions, name);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are sessions of Copilot', () => {
    withStore('better-sqlite3', (db) => {
      const home = homeOf('cases/database-wins');
      ingestLogs(db, copilotLog, home);
      const { path } = copilotLog.rootAt(home, 'option');
      assert.deepEqual([...new StoreReader(db).products()], [[path, 'Copilot']]);
    });
  });
});
