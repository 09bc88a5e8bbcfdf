/**
 * What is done to a whole store, killed at any moment: the weekly backup, summing up what is old, a
 * reset, a copy to another place, new prices. Afterwards it is done once undisturbed, and the store must
 * be what it would have been.
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayMs } from '../../../src/model/calendar.ts';
import { backupsOf } from '../../../src/store/connection/backups.ts';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import type { Life } from '../../../test/lib/crashLife.ts';
import { longHistory } from '../../../test/lib/retention.ts';
import { writeWorld } from '../../../test/lib/schedule.ts';
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

const kinds = { backup, retention, reset, move, prices };

export function upkeep(lab: Lab): Promise<Findings> {
  return lab.rounds(async (machine) => {
    machine.writeTranscripts();
    await machine.outlay(['index']);
    const store = join(machine.folder, 'whole.db');
    // Closed by its last user, so that nothing is beside it.
    placeStore(machine.store, store);
    const names = lab.dice.shuffle(Object.keys(kinds) as (keyof typeof kinds)[]);
    for (const name of names) await kinds[name](machine, store);
  });
}

/** Starts and kills something again and again; `check` looks at what each kill leaves. */
async function kill(
  machine: Machine,
  what: string,
  ms: number,
  start: () => Life,
  check: () => void = () => {},
  written = machine.store,
): Promise<void> {
  const { dice, found, options } = machine.lab;
  for (let times = options.kills; times > 0; times--) {
    const life = start();
    await moment(dice, ms, written);
    if ((await life.kill()) === 'done') continue;
    found.attack(`killed: ${what}`);
    if (peek(machine).writer === life.pid) found.attack('while they were the writer');
    check();
  }
}

/** How often something is killed and done in a round. */
function times({ lab }: Machine): readonly undefined[] {
  return Array.from({ length: Math.ceil(lab.options.kills / 2) });
}

/** How long something takes that is done undisturbed. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = Date.now();
  await work();
  return Date.now() - started;
}

function expectSame(machine: Machine, what: string, expected: string, store = machine.store): void {
  const { found } = machine.lab;
  found.expect(what, unlike(dumpOf(store), expected));
  found.expect('nothing left behind', leftovers(store));
}

/** A store that is a month old and has something new to read is backed up by the way. */
async function backup(machine: Machine, whole: string): Promise<void> {
  const { found } = machine.lab;
  const expected = dumpOf(whole);
  const prepare = (): void => {
    placeStore(whole, machine.store);
    makeDue(machine.store);
  };
  prepare();
  const ms = await timed(() => machine.outlay(['index']));
  for (const _ of times(machine)) {
    prepare();
    await kill(machine, 'backup', ms, () => machine.terminal(['index']));
    makeDue(machine.store);
    await machine.outlay(['index']);
    expectSame(machine, 'backed up, the store is the same', expected);
    const backups = backupsOf(machine.store);
    found.expect('a whole backup is there', backups.length > 0 ? undefined : 'there is none');
    for (const path of backups)
      found.expect('each backup is whole', unlike(dumpOf(path), expected));
  }
}

/** Makes a store old, and one transcript unread. */
function makeDue(store: string): void {
  const { db } = openForWriting(store);
  const monthAgo = Date.now() - 30 * dayMs;
  db.exec(`UPDATE meta SET value = '${monthAgo}' WHERE key = 'createdAt';
    UPDATE file SET mtime = mtime - 1 WHERE id = (SELECT max(id) FROM file WHERE offset > 0)`);
  db.close();
}

/** A history of its own, of which nearly all is beyond the limits. */
async function retention(machine: Machine): Promise<void> {
  const { roots } = machine;
  const folder = join(machine.folder, 'history');
  mkdirSync(folder, { recursive: true });
  writeWorld(folder, longHistory(machine.lab.options.size));
  machine.roots = [join(folder, 'a')];
  for (const path of globSync(`${machine.store}*`)) rmSync(path);
  await machine.outlay(['index']);
  const store = join(machine.folder, 'history.db');
  placeStore(machine.store, store);
  const args = ['retention', 'run', '--yes', '--message-days', '30', '--day-days', '60'];
  const ms = await timed(() => machine.outlay(args));
  const expected = dumpOf(machine.store);
  if (expected === dumpOf(store)) throw new Error('there was nothing to sum up');
  const total = totalOf(machine.store);
  for (const _ of times(machine)) {
    placeStore(store, machine.store);
    await kill(
      machine,
      'summing up',
      ms,
      () => machine.terminal(args),
      () => expectTotal(machine, [total]),
    );
    await machine.outlay(args);
    expectSame(machine, 'summed up as undisturbed', expected);
  }
  machine.roots = roots;
}

async function reset(machine: Machine, whole: string): Promise<void> {
  const expected = dumpOf(whole);
  placeStore(whole, machine.store);
  const ms = await timed(() => machine.outlay(['reset', '--yes']));
  for (const _ of times(machine)) {
    placeStore(whole, machine.store);
    await kill(machine, 'reset', ms, () => machine.terminal(['reset', '--yes']));
    await machine.outlay(['index']);
    expectSame(machine, 'read again after a reset', expected);
  }
}

/** The store is copied, which is the dangerous part of moving it, and read at its new place. */
async function move(machine: Machine, whole: string): Promise<void> {
  const { found } = machine.lab;
  const expected = dumpOf(whole);
  placeStore(whole, machine.store);
  const target = join(machine.folder, 'moved', 'outlay.db');
  const copied = async (): Promise<void> => {
    // What killed copies left beside it stays: the next copy is to remove it.
    rmSync(target, { force: true });
    const life = machine.copy(machine.store, target, false);
    if ((await life.endWithin(60_000)) === 'killed') throw new Error('a copy hung');
    if (life.said !== 'done\n') throw new Error(`a copy failed: ${life.errors}`);
  };
  const ms = await timed(copied);
  for (const _ of times(machine)) {
    await kill(
      machine,
      'move',
      ms,
      () => {
        rmSync(target, { force: true });
        return machine.copy(machine.store, target, false);
      },
      () => {
        // Half a copy never has the name.
        const [there] = globSync(target);
        if (there) found.expect('a copy that is there is whole', unlike(dumpOf(there), expected));
      },
      target,
    );
    await copied();
    await machine.outlay(['index'], target);
    expectSame(machine, 'the same at its new place', expected, target);
    expectSame(machine, 'the same at its old place', expected);
  }
}

/** Prices of one's own come and go; a store has all the old ones or all the new ones. */
async function prices(machine: Machine, whole: string): Promise<void> {
  const config = join(machine.folder, 'data', 'config.json');
  const set = (overrides: object): void => {
    const settings = { 'outlay.prices.overrides': overrides };
    writeFileSync(config, JSON.stringify({ revision: 1, settings }));
  };
  const own = { multiplier: 0.5 };
  const expected = dumpOf(whole);
  placeStore(whole, machine.store);
  set(own);
  const ms = await timed(() => machine.outlay(['index']));
  const totals = [totalOf(whole), totalOf(machine.store)];
  if (totals[0] === totals[1]) throw new Error('the new prices are those there were');
  for (const _ of times(machine)) {
    placeStore(whole, machine.store);
    let changes = 0;
    await kill(
      machine,
      'new prices',
      ms,
      () => {
        set(changes++ % 2 === 0 ? own : {});
        return machine.terminal(['index']);
      },
      () => expectTotal(machine, totals),
    );
    set({});
    await machine.outlay(['index']);
    expectSame(machine, 'priced as before', expected);
  }
  rmSync(config);
}

function expectTotal(machine: Machine, totals: readonly number[]): void {
  const total = totalOf(machine.store);
  const problem = totals.includes(total) ? undefined : `${total}, expected ${totals.join(' or ')}`;
  machine.lab.found.expect('the total right after a kill', problem);
}

/** Nano-dollars of everything: all roll-ups, and messages with what is left of old ones, agree. */
function totalOf(store: string): number {
  const db = openForReading(store)!;
  try {
    const sumOf = (table: string): number =>
      db.prepare(`SELECT coalesce(sum(nano), 0) AS nano FROM ${table}`).get<{ nano: number }>()!
        .nano;
    const rollups = ['spend_bucket', 'spend_total', 'spend_slot', 'spend_model'].map(sumOf);
    const messages = sumOf('message WHERE counted = 1') + sumOf('thinned WHERE counted = 1');
    const sums = [...rollups, messages];
    if (new Set(sums).size > 1) throw new Error(`sums of ${store} differ: ${sums.join(', ')}`);
    return sums[0]!;
  } finally {
    db.close();
  }
}
