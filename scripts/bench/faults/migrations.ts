/**
 * Stores of every earlier schema, whose migration is killed at any moment, with their transcripts there
 * or partly deleted. Each must become what it becomes undisturbed.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { currentVersion } from '../../../src/store/schema/migrations.ts';
import { downTo, oldStoreRoots, unpackOldStore } from '../../../test/lib/oldStores.ts';
import type { Findings } from './findings.ts';
import {
  dumpOf,
  type Lab,
  leftovers,
  type Machine,
  moment,
  peek,
  placeStore,
  unlike,
} from './lab.ts';

export function migrations(lab: Lab): Promise<Findings> {
  const oldest = lab.dice.below(currentVersion() - 1);
  return lab.rounds((machine, round) => {
    const version = 1 + ((oldest + round) % (currentVersion() - 1));
    return attackOne(machine, version);
  });
}

async function attackOne(machine: Machine, version: number): Promise<void> {
  const { dice, found, options } = machine.lab;
  const old = join(machine.folder, 'old.db');
  await makeOld(machine, version, old);
  if (dice.oneIn(2)) {
    for (const path of machine.transcripts) if (dice.oneIn(2)) rmSync(path);
  }
  placeStore(old, machine.store);
  const started = Date.now();
  await machine.outlay(['index']);
  const ms = Date.now() - started;
  const expected = dumpOf(machine.store);
  for (let time = 0; time < options.kills; time++) {
    placeStore(old, machine.store);
    for (let kill = 0; kill < options.kills; kill++) {
      const life = dice.oneIn(3) ? machine.window() : machine.terminal(['index']);
      await moment(dice, ms, machine.store);
      if ((await life.kill()) === 'done') continue;
      found.attack('migrations killed');
      const { version: left, writer } = peek(machine);
      if (left === version) found.attack('of them before it was done');
      if (writer === life.pid) found.attack('of them while all was read again');
    }
    await machine.outlay(['index']);
    found.attack(`stores of schema ${version}`);
    found.expect('store as migrated undisturbed', unlike(dumpOf(machine.store), expected));
    found.expect('nothing left behind', leftovers(machine.store));
  }
}

/** A store of that schema, closed, with what it was read from. */
async function makeOld(machine: Machine, version: number, old: string): Promise<void> {
  // One that the last release wrote itself, the others made of a store of today.
  if (version === 6) {
    const folder = join(machine.folder, 'old');
    unpackOldStore(folder);
    copyFileSync(join(folder, 'outlay.db'), old);
    rmSync(join(folder, 'outlay.db'));
    machine.roots = oldStoreRoots(folder);
    return;
  }
  machine.writeTranscripts();
  await machine.outlay(['index'], old);
  downTo(version, old);
}
