import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { copilotLog } from '../../src/agents/copilot/copilotLog.ts';
import { tracesLog } from '../../src/agents/copilot/tracesLog.ts';
import { openCodeLog } from '../../src/agents/opencode/openCodeLog.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { homesOf } from '../lib/agentHomes.ts';
import { agentSets } from '../lib/agentSets.ts';
import { assertPrices, expectedTotal, ingestLogs, storeSums } from '../lib/agentStore.ts';
import { engines } from '../lib/engines.ts';
import { withStore } from '../lib/memoryStore.ts';

/** Agents with a database, and by what an independent program tells their requests apart. */
const agents = [
  {
    log: copilotLog,
    sets: agentSets('copilot'),
    counted: 'sessions',
    example: 'cases/database-wins',
  },
  {
    log: tracesLog,
    sets: agentSets('copilot-traces'),
    counted: 'sessions',
    example: 'cases/roll-up',
  },
  { log: openCodeLog, sets: agentSets('opencode'), counted: 'threads', example: 'cases/fork' },
] as const;

for (const { log, sets, counted, example } of agents) {
  const { name: agent, product } = log;

  describe(`logs of ${agent} in the store`, () => {
    const homeOf = homesOf(sets);

    for (const engine of engines) {
      it(`come to what an independent program counts and prices, each set (${engine})`, () => {
        for (const { name, expected } of sets) {
          withStore(engine, (db) => {
            ingestLogs(db, log, homeOf(name));
            const sums = storeSums(db);
            assert.deepEqual(sums.total, expectedTotal(expected.total), name);
            assert.deepEqual(sums[counted], expected.sessions, name);
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
              ingestLogs(db, log, homeOf(name), keys);
              assert.deepEqual(storeSums(db).total, expectedTotal(expected.total), name);
              ingestLogs(db, log, homeOf(name));
              assert.deepEqual(storeSums(db)[counted], expected.sessions, name);
            });
          },
        ),
        { numRuns: 30 },
      );
    });

    it(`are sessions of ${product}`, () => {
      withStore('better-sqlite3', (db) => {
        const home = homeOf(example);
        ingestLogs(db, log, home);
        const { path } = log.rootAt(home, 'option');
        assert.deepEqual([...new StoreReader(db).products()], [[path, product]]);
      });
    });
  });
}
