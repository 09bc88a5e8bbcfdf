/**
 * Windows and terminals that read the same growing transcripts into one store, killed at any moment.
 * Whoever comes last must leave the store one gets who reads everything in one go.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from '../../../test/lib/crashLife.ts';
import type { Random } from '../../../test/lib/random.ts';
import type { Findings } from './findings.ts';
import { dumpOf, type Lab, leftovers, type Machine, peek, unlike } from './lab.ts';

/** Attacks on one store. */
const fewest = 4;
const most = 10;

interface Reader {
  readonly what: 'window' | 'terminal';
  readonly life: Life;
}

export function kills(lab: Lab): Promise<Findings> {
  return lab.rounds((machine) => attackOne(machine));
}

async function attackOne(machine: Machine): Promise<void> {
  const { dice, found } = machine.lab;
  machine.writeTranscripts();
  const expected = await machine.readInOneGo();
  const growing = cutOff(machine.transcripts, dice);
  let isAttacked = true;
  const grown = grow(growing, dice, () => isAttacked);
  const readers: Reader[] = [];
  for (let left = fewest + dice.below(most - fewest); left > 0; left--) {
    while (readers.length < 2 || dice.oneIn(4)) {
      readers.push(
        dice.oneIn(3)
          ? { what: 'window', life: machine.window() }
          : { what: 'terminal', life: machine.terminal(['index']) },
      );
    }
    await sleep(dice.below(expected.ms));
    const [victim] = readers.splice(dice.below(readers.length), 1);
    await kill(machine, victim!);
  }
  isAttacked = false;
  await grown;
  await sleep(dice.below(expected.ms));
  for (const reader of readers) await kill(machine, reader);
  await machine.outlay(['index']);
  found.expect('store as read in one go', unlike(dumpOf(machine.store), expected.dump));
  found.expect('nothing left behind', leftovers(machine.store));
}

async function kill(machine: Machine, { what, life }: Reader): Promise<void> {
  const { found } = machine.lab;
  // One that ended by itself must have ended well: else this throws.
  if ((await life.kill()) === 'done') return;
  found.attack(`${what}s killed`);
  if (peek(machine).writer === life.pid) found.attack('while they were the writer');
}

/** A transcript that is not yet what it will be. */
interface Growing {
  readonly path: string;
  readonly content: Buffer;
  length: number;
}

/** Cuts some transcripts off at any byte, as if they were still to be written. */
function cutOff(paths: readonly string[], dice: Random): Growing[] {
  return paths.flatMap((path) => {
    if (!dice.oneIn(3)) return [];
    const content = readFileSync(path);
    const length = dice.below(content.length + 1);
    writeFileSync(path, content.subarray(0, length));
    return [{ path, content, length }];
  });
}

/** Lets them grow in pieces of any length, until they are whole or `goOn` says no; then writes the rest. */
async function grow(growing: readonly Growing[], dice: Random, goOn: () => boolean): Promise<void> {
  const append = (file: Growing, length: number): void => {
    appendFileSync(file.path, file.content.subarray(file.length, file.length + length));
    file.length = Math.min(file.content.length, file.length + length);
  };
  let left = growing.filter(({ length, content }) => length < content.length);
  while (left.length > 0 && goOn()) {
    append(dice.pick(left), 1 + dice.below(6000));
    left = left.filter(({ length, content }) => length < content.length);
    await sleep(5);
  }
  for (const file of left) append(file, file.content.length);
}
