/**
 * Many terminals beside two windows and a writer that appends all the time. No command may fail, no
 * budget and no mark may be lost, one process at a time may write, and at the end the store must be
 * what one gets who reads everything in one go.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../../src/analysis/statistics/percentile.ts';
import { leaseMs } from '../../../src/store/connection/writerLease.ts';
import type { Life } from '../../../test/lib/crashLife.ts';
import { goodLine } from '../../../test/lib/hostileLines.ts';
import type { Random } from '../../../test/lib/random.ts';
import type { Findings } from './findings.ts';
import { dumpOf, type Lab, leftovers, type Machine, unlike } from './lab.ts';

/** Commands at once; more only take longer. */
const terminals = 4 * availableParallelism();
/** What a busy day of several sessions writes in a minute, each second. */
const linesASecond = 400;
const liveSessions = 10;
/** How long one round lasts, and where there is no time for it. */
const roundMs = 20_000;
const shortestMs = 2000;
/** A window that lost the lease learns of it within a heartbeat, and one that is starved somewhat later. */
const twoWritersMs = 2 * leaseMs;

/** What was promised to the terminals that ended well. */
interface Promised {
  readonly budgets: Map<string, number>;
  readonly marks: Set<string>;
  readonly times: number[];
}

export async function concurrency(lab: Lab): Promise<Findings> {
  const times: number[] = [];
  const found = await lab.rounds((machine) => attackOne(machine, times));
  times.sort((a, b) => a - b);
  const [median, p95] = [0.5, 0.95].map((share) => Math.round(percentile(times, share) ?? 0));
  found.notes.push(`a command took ${median} ms in the middle, ${p95} ms for 95 of 100`);
  return found;
}

async function attackOne(machine: Machine, times: number[]): Promise<void> {
  const { found } = machine.lab;
  machine.writeTranscripts();
  await machine.outlay(['index']);
  const windows = [machine.window(), machine.window()];
  const goOn = machine.lab.atLeast(shortestMs, roundMs);
  const promised: Promised = { budgets: new Map(), marks: new Set(), times };
  const watched = watchWriters(windows, goOn);
  const crowd = Array.from({ length: terminals }, (_, i) =>
    useTerminal(machine, i, promised, goOn),
  );
  const [lines] = await Promise.all([append(machine, goOn), ...crowd]);
  found.attack('lines appended meanwhile', lines);
  found.expect('one writer at a time', await watched);
  expectKept(machine, promised);
  for (const window of windows) {
    found.expect('a window that had no trouble and ended', await machine.close(window));
  }
  await machine.outlay(['index']);
  const { dump } = await machine.readInOneGo();
  found.expect('store as read in one go', unlike(dumpOf(machine.store), dump));
  found.expect('nothing left behind', leftovers(machine.store));
}

/** One person at one terminal, who gives a command after the other. */
async function useTerminal(
  machine: Machine,
  number: number,
  { budgets, marks, times }: Promised,
  goOn: () => boolean,
): Promise<void> {
  const { dice, found } = machine.lab;
  for (let turn = 0; goOn(); turn++) {
    const scope = `project:/p${number}-${turn % 3}`;
    const limit = 1 + dice.below(1000);
    const mark = `mark-${number}-${turn}`;
    const commands = {
      summary: ['summary', '--json'],
      index: ['index'],
      'budget set': ['budget', 'set', String(limit), '--scope', scope],
      mark: ['mark', 'start', mark],
    };
    const name = pick(commands, dice);
    const started = Date.now();
    await machine.outlay(commands[name]);
    times.push(Date.now() - started);
    found.attack(name);
    found.expect('a command that ended well and said no error', undefined);
    if (name === 'budget set') budgets.set(scope, limit);
    if (name === 'mark') marks.add(mark);
  }
}

function pick<T extends object>(from: T, dice: Random): keyof T {
  return dice.pick(Object.keys(from)) as keyof T;
}

/** Appends lines to the transcripts of live sessions; returns how many. */
async function append(machine: Machine, goOn: () => boolean): Promise<number> {
  const folder = join(machine.roots[0]!, 'projects', 'live');
  mkdirSync(folder, { recursive: true });
  const started = Date.now();
  let lines = 0;
  while (goOn()) {
    const due = Math.ceil(((Date.now() - started) / 1000) * linesASecond) - lines;
    for (let i = 0; i < due; i++, lines++) {
      const file = join(folder, `live${lines % liveSessions}.jsonl`);
      appendFileSync(file, `${goodLine(`live-${lines}`)}\n`);
    }
    await sleep(20);
  }
  return lines;
}

/** Whether two windows took themselves for the writer for longer than one can be mistaken. */
async function watchWriters(
  windows: readonly Life[],
  goOn: () => boolean,
): Promise<string | undefined> {
  let since: number | undefined;
  while (goOn()) {
    const states = windows.map((window) => window.said.trimEnd().split('\n').at(-1) ?? '');
    const writing = states.filter((state) => state === 'watching' || state === 'indexing').length;
    if (writing < 2) since = undefined;
    else since ??= Date.now();
    if (since !== undefined && Date.now() - since > twoWritersMs) return states.join(' and ');
    await sleep(50);
  }
  return undefined;
}

function expectKept(machine: Machine, { budgets, marks }: Promised): void {
  const { found } = machine.lab;
  const read = (name: string): string => readFileSync(join(machine.folder, 'data', name), 'utf8');
  if (budgets.size > 0) {
    const config = JSON.parse(read('config.json')) as {
      budgets: { scope: string; limit: number }[];
    };
    const kept = new Map(config.budgets.map(({ scope, limit }) => [scope, limit]));
    for (const [scope, limit] of budgets) {
      const problem =
        kept.get(scope) === limit ? undefined : `${scope} is ${kept.get(scope)}, not ${limit}`;
      found.expect('a budget that is kept', problem);
    }
  }
  if (marks.size > 0) {
    const lines = read('marks.jsonl').trimEnd().split('\n');
    const names = lines.map((line) => (JSON.parse(line) as { name: string }).name);
    for (const mark of marks) {
      const times = names.filter((name) => name === mark).length;
      found.expect('a mark that is kept once', times === 1 ? undefined : `${mark}: ${times} times`);
    }
  }
}
