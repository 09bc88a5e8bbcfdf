import { after, before } from 'node:test';
import { type AgentSet, writeAgentSet } from './agentSets.ts';
import { type TempDir, tempDir } from './tempDir.ts';

/** Writes sets for as long as the tests of a suite run; answers with the folder of each. */
export function homesOf(sets: readonly AgentSet[]): (name: string) => string {
  let dir: TempDir | undefined;
  before(() => {
    dir = tempDir('outlay-agents');
    for (const set of sets) writeAgentSet(set, dir.at(set.name));
  });
  after(() => dir?.[Symbol.dispose]());
  return (name) => dir!.at(name);
}
