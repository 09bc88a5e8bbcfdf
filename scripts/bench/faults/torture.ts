/**
 * Transcripts that are cut off, moved, replaced, deleted, made folders, pipes and links to themselves,
 * dated anywhere and closed to us, under two windows. At the end all are as they were: by themselves the
 * windows must bring the store to what one gets who reads everything in one go, and they must end.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from '../../../test/lib/crashLife.ts';
import type { Random } from '../../../test/lib/random.ts';
import type { Findings } from './findings.ts';
import { dumpOf, type Lab, leftovers, type Machine, unlike } from './lab.ts';

/** How long one round lasts, and where there is no time for it. */
const roundMs = 15_000;
const shortestMs = 1000;
/** Windows sweep what changed lately every 15 seconds; slow machines get more. */
const catchUpMs = 60_000;
/** How long a file is what no transcript is. */
const oddMs = 40;

/** A record of a kind nobody knows. */
const padding = '{"type":"padding"}\n';

interface Victim {
  readonly path: string;
  /** What it is at the end. */
  readonly content: Buffer;
  /** What else it may be meanwhile: the same with lines between that say nothing, so that all stand elsewhere. */
  readonly other: Buffer;
  /** A real client's: each of its responses has an id, by which it is known wherever it stands. */
  readonly isReal: boolean;
}

/** What is done to a file; it may be in any state afterwards. */
const attacks: Record<string, (victim: Victim, dice: Random) => Promise<void> | void> = {
  'cut off': ({ path, content }, dice) => truncateSync(path, dice.below(content.length)),
  'written anew': ({ path, content, other }, dice) => {
    const written = dice.pick([content, other]);
    writeFileSync(path, written.subarray(0, dice.below(written.length)));
  },
  replaced: ({ path, content }) => {
    writeFileSync(`${path}.tmp`, content);
    renameSync(`${path}.tmp`, path);
  },
  deleted: ({ path }) => unlinkSync(path),
  moved: async ({ path }, dice) => {
    const elsewhere = join(dirname(path), 'elsewhere', basename(path));
    mkdirSync(dirname(elsewhere), { recursive: true });
    renameSync(path, elsewhere);
    await sleep(dice.below(oddMs));
    renameSync(elsewhere, path);
  },
  'made a folder': ({ path }, dice) => instead(path, dice, () => mkdirSync(path)),
  'made a link to itself': ({ path }, dice) => instead(path, dice, () => symlinkSync(path, path)),
  'made a pipe': ({ path }, dice) => instead(path, dice, () => void spawnSync('mkfifo', [path])),
  'dated oddly': ({ path }, dice) => {
    const now = Date.now() / 1000;
    const time = dice.pick([0, 2e9, 4e9, now + 1e6, now - 1e8]);
    utimesSync(path, time, time);
  },
  'closed to us': async ({ path }, dice) => {
    chmodSync(path, 0);
    await sleep(dice.below(oddMs));
    chmodSync(path, 0o600);
  },
};

/** Puts something else in the place of a file for a moment. */
async function instead(path: string, dice: Random, make: () => void): Promise<void> {
  unlinkSync(path);
  make();
  await sleep(dice.below(oddMs));
  rmSync(path, { recursive: true });
}

export async function torture(lab: Lab): Promise<Findings> {
  const kinds = Object.keys(attacks).filter((name) => {
    const why = impossible(name);
    if (why !== undefined) lab.found.notes.push(`not tried: ${name} (${why})`);
    return why === undefined;
  });
  const waits: number[] = [];
  const found = await lab.rounds((machine) => attackOne(machine, kinds, waits));
  found.notes.push(`the windows caught up within ${(Math.max(...waits) / 1000).toFixed(1)} s`);
  return found;
}

function impossible(attack: string): string | undefined {
  if (process.platform === 'win32' && /pipe|link|closed/.test(attack)) return 'on Windows';
  const isRoot = process.getuid?.() === 0;
  return isRoot && attack === 'closed to us' ? 'rights mean nothing to root' : undefined;
}

async function attackOne(
  machine: Machine,
  kinds: readonly string[],
  waits: number[],
): Promise<void> {
  const { found } = machine.lab;
  machine.writeTranscripts('claude-code-log');
  const expected = await machine.readInOneGo();
  const victims = choose(machine);
  for (const { path, other } of victims) writeFileSync(path, other);
  const windows = [machine.window(), machine.window()];
  await tortureFiles(machine, victims, kinds);
  const started = Date.now();
  let problem: string | undefined;
  do {
    await sleep(500);
    // The first store is built under another name.
    problem = existsSync(machine.store)
      ? unlike(withoutElsewhere(dumpOf(machine.store)), expected.dump)
      : 'there is no store';
  } while (problem !== undefined && Date.now() - started < catchUpMs);
  found.expect('store as read in one go, by the windows alone', problem);
  waits.push(Date.now() - started);
  await endAll(machine, windows);
  await machine.outlay(['index']);
  const actual = withoutElsewhere(dumpOf(machine.store));
  found.expect('store as read in one go, by the next terminal', unlike(actual, expected.dump));
  found.expect('nothing left behind', leftovers(machine.store));
}

/** Half of the transcripts; they begin as what else they may be. */
function choose(machine: Machine): Victim[] {
  const { dice } = machine.lab;
  const real = machine.roots.at(-1)!;
  return machine.transcripts.flatMap((path) => {
    const content = readFileSync(path);
    if (content.length === 0 || dice.oneIn(2)) return [];
    const isReal = path.startsWith(real);
    const lines = content.toString('latin1').split(/(?<=\n)/);
    const padded = lines.map((line) => (dice.oneIn(4) ? padding + line : line)).join('');
    return [{ path, content, other: isReal ? Buffer.from(padded, 'latin1') : content, isReal }];
  });
}

/** Attacks some files, again and again, and leaves all as they were. */
async function tortureFiles(
  machine: Machine,
  victims: readonly Victim[],
  kinds: readonly string[],
): Promise<void> {
  const { dice, found } = machine.lab;
  const goOn = machine.lab.atLeast(shortestMs, roundMs);
  while (goOn()) {
    const victim = dice.pick(victims);
    const kind = dice.pick(victim.isReal ? kinds : kinds.filter((name) => name !== 'moved'));
    try {
      await attacks[kind]!(victim, dice);
      found.attack(kind);
    } catch (error) {
      // A file that was deleted before cannot be cut off.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await sleep(dice.below(10));
    if (dice.oneIn(2)) writeFileSync(victim.path, dice.pick([victim.content, victim.other]));
  }
  for (const { path, content } of victims) {
    // In place where it is there: as the same file it is harder to tell from what it was.
    writeFileSync(path, content);
    rmSync(join(dirname(path), 'elsewhere'), { recursive: true, force: true });
  }
}

/** A dump without what is known of files that were elsewhere for a moment. */
function withoutElsewhere(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !line.includes('/elsewhere/'))
    .join('\n');
}

async function endAll(machine: Machine, windows: readonly Life[]): Promise<void> {
  for (const window of windows) {
    machine.lab.found.expect('a window that had no trouble and ended', await machine.close(window));
  }
}
