/** What Outlay costs the extension host of a real VS Code: turns of its thread, its start, its memory. */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from '../../esbuild.mjs';
import { fillStore } from '../../test/bench/bigStore.ts';
import { packForThisMachine } from '../release/pack.mjs';
import { runHostTests } from '../test/hostRun.mjs';
import { held, megabytes, ms, row } from './measure.mjs';

/** What is measured is what is shipped: the packed extension, and tests that are built beside it. */
async function inHost(home, name, { store, bare, tests }) {
  const results = path.join(home, 'host', `${name}.json`);
  await mkdir(path.dirname(results), { recursive: true });
  const env = { OUTLAY_TEST_FILE: `${tests}.test.cjs`, OUTLAY_BENCH_RESULTS: results };
  if (store !== undefined) env.OUTLAY_STORE = store;
  const vsix = bare ? undefined : await packForThisMachine();
  const { failed } = await runHostTests({ name, vsix, bare, env });
  if (failed > 0) throw new Error('the extension host could not be measured');
  return JSON.parse(await readFile(results, 'utf8'));
}

/** A copy of a store, for one run alone. */
async function copyOf(home, made) {
  const used = path.join(home, 'host/used');
  await rm(used, { recursive: true, force: true });
  await cp(path.dirname(made), used, { recursive: true });
  return path.join(used, path.basename(made));
}

/** The thread while the tree of 10,000 sessions and a long session are opened and grow; and its start. */
export async function hostTimes(home) {
  const made = path.join(home, 'host/made/outlay.db');
  fillStore(made, 200_000, Date.now() - 3_600_000, 20);
  await build();
  const store = await copyOf(home, made);
  return inHost(home, 'bench', { store, tests: 'sessionsBench' });
}

/** Memory in MB with Outlay on a store, and without Outlay. */
export async function hostMemory(home, made) {
  await build();
  const tests = 'memoryBench';
  const bare = await inHost(home, 'bench-bare', { bare: true, tests });
  const store = await copyOf(home, made);
  const { mb } = await inHost(home, 'bench-memory', { store, tests });
  return { mb, bareMb: bare.mb };
}

export function hostTargets(times) {
  const { opening, tree, openingPanel, panel, activationMs, firstFigureMs } = times;
  const turns = [
    ['the tree opens on 10,000 sessions', opening],
    ['50 lines are appended with it open', tree],
    ['a session of 10,000 messages opens', openingPanel],
    ['50 lines are appended to it', panel],
  ];
  return [
    held('activation, synchronous part', activationMs, 10),
    held('activation until the status bar has a figure', firstFigureMs, 100),
    ...turns.map(([what, { longestCpu }]) =>
      held(`longest turn of the host’s thread, processor time: ${what}`, longestCpu, 20),
    ),
  ];
}

export function memoryTargets({ mb, bareMb }) {
  return [
    held(
      'a million messages, memory of the host above the same without Outlay',
      mb - bareMb,
      80,
      megabytes,
    ),
  ];
}

const hostRow = (what, { longestCpu, longest, p99, cpu }) =>
  row(what, ms(longestCpu), ms(longest), ms(p99), ms(cpu));

export const hostTable = (
  times,
) => `| 10,000 sessions in the store, and | longest turn, processor | longest turn, clock | 99 of 100 below | processor time in all |
| --- | --- | --- | --- | --- |
${hostRow('no view of Outlay open, 50 lines appended', times.hidden)}
${hostRow('the tree opens', times.opening)}
${hostRow('the tree open, 50 lines appended', times.tree)}
${hostRow('a session of 10,000 messages opens', times.openingPanel)}
${hostRow('it is open, 50 lines appended to it', times.panel)}
`;
