/**
 * Measures what the README and docs/benchmarks.md claim, side by side with its peers in one run.
 *
 *     npm run bench -- [--rounds N] [--write]     --write refreshes docs/benchmarks.md
 *     npm run bench -- --only PART[,PART]         some of: index, start, million, sessions, growing, guard,
 *                                                 host, memory, append, panels, package, ten-gigabytes
 *
 * Machines are noisy: each round runs every tool once, and medians and ratios are what counts. The views are
 * timed on made-up stores, and in a real VS Code.
 */
import { cp, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { fillStore } from '../../test/bench/bigStore.ts';
import { sessionTimes } from '../../test/bench/sessionTimes.ts';
import { packForThisMachine } from '../release/pack.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, scratch } from '../shared/paths.mjs';
import { appendLatency, appendTargets } from './appendLatency.mjs';
import {
  millionQueries,
  millionReports,
  queryRows,
  queryTargets,
  startTargets,
  startTimes,
} from './commands.mjs';
import { firstIndexes, indexRows, indexTargets, optionsOf, tenGigabytes } from './firstIndex.mjs';
import { growingAlone, growingRows, growingTargets } from './growing.mjs';
import { guardTable, guardTargets, guardTimes } from './guardTimes.mjs';
import { hostMemory, hostTable, hostTargets, hostTimes, memoryTargets } from './host.mjs';
import { held, ms, row } from './measure.mjs';
import { panelLatency, panelTargets } from './panelLatency.mjs';

requireNode24();

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const home = path.join(scratch, 'bench');
/** What is measured is what is shipped. */
const product = path.join(home, 'product');
const cli = path.join(product, 'dist/cli.cjs');
const million = path.join(home, 'million/outlay.db');
const endMs = Date.parse('2026-11-22T15:00:00Z');

/** Builds the terminal command as it is packed, with the manifest it reads. */
async function buildProduct() {
  await build({ production: true, outdir: path.join(product, 'dist') });
  await cp(inRoot('package.json'), path.join(product, 'package.json'));
}

function prepareMillion() {
  fillStore(million, 1_000_000, endMs);
  return million;
}

/** What the parts before have left for those behind them. */
const shared = {};

/** Each gives rows with a target, rows without, and what the page has a place of its own for. */
const parts = {
  'ten-gigabytes': async () => {
    shared.ten = await tenGigabytes({ home, cli });
    return {};
  },
  index: async () => {
    const found = await firstIndexes({ home, cli, rounds });
    shared.index = found;
    return { targets: indexTargets(found, shared.ten), rows: indexRows(found, shared.ten) };
  },
  growing: () => {
    const { growing, quiet } = growingAlone(path.join(product, 'dist/indexer.cjs'));
    return { targets: growingTargets(growing, quiet), rows: growingRows(growing) };
  },
  start: () => {
    if (shared.index === undefined) throw new Error('Measure "index" with it: it asks its store.');
    const starts = startTimes(cli, optionsOf(home, 'generated', shared.index.transcripts));
    return {
      targets: startTargets(starts),
      rows: [row('Node, nothing to do', ms(starts.node), '')],
    };
  },
  million: () => {
    const store = prepareMillion();
    const queries = millionQueries(store, endMs);
    const reports = millionReports({ cli, store, endMs, rounds });
    return { targets: queryTargets(queries), rows: [...queryRows(queries), ...reports] };
  },
  sessions: async () => {
    const found = await sessionTimes(path.join(home, 'sessions'));
    return { rows: found.map(([name, time, beside]) => row(name, ms(time), beside)) };
  },
  guard: async () => {
    const store = prepareMillion();
    const found = await guardTimes({ home, store, bundle: cli, now: endMs });
    return { targets: guardTargets(found), guard: guardTable(found) };
  },
  host: async () => {
    const found = await hostTimes(home);
    return { targets: hostTargets(found), host: hostTable(found) };
  },
  memory: async () => {
    const found = await hostMemory(home, prepareMillion());
    const rows = [
      row(
        'a million messages, memory of the host',
        `${found.mb.toFixed(0)} MB`,
        `without Outlay ${found.bareMb.toFixed(0)} MB`,
      ),
    ];
    return { targets: memoryTargets(found), rows };
  },
  append: async () => ({ targets: appendTargets(await appendLatency()) }),
  panels: async () => ({ targets: panelTargets(await panelLatency()) }),
  package: async () => {
    const { size } = await stat(await packForThisMachine());
    const megabytes = (number) => `${number.toFixed(2)} MB`;
    return { targets: [held('packed extension, one platform', size / 1e6, 3, megabytes)] };
  },
};

await buildProduct();
const wanted = values.only?.split(',') ?? Object.keys(parts);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  throw new Error(`There is no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}`);
}
const found = { targets: [], rows: [], guard: '', host: '' };
for (const name of wanted) {
  console.log(`${name} …`);
  const { targets = [], rows = [], ...own } = await parts[name]();
  found.targets.push(...targets);
  found.rows.push(...rows);
  Object.assign(found, own);
}

const { set } = shared.index ?? {};
const words = [
  ...(set === undefined ? [] : [`${(set.bytes / 1e6).toFixed(0)} MB in ${set.files} sessions`]),
  ...[`${availableParallelism()} cores`, `Node ${process.versions.node}`, `${rounds} rounds`],
].join(', ');
const targets = `| what must hold | measured | at most | |
| --- | --- | --- | --- |
${found.targets.join('\n')}
`;
const table = `| what | median | beside |
| --- | --- | --- |
${found.rows.join('\n')}
`;
console.log([`${words}.`, targets, table, found.guard, found.host].filter(Boolean).join('\n\n'));
if (values.write) {
  if (values.only !== undefined) throw new Error('The page is written of all parts together.');
  await writeFile(inRoot('docs/benchmarks.md'), page());
}

function page() {
  const date = new Date().toISOString().slice(0, 10);
  return `# Speed

Measured by \`npm run bench\` on ${date}: every round runs each tool once on the same transcripts, made-up and
real ones, after their token totals were found equal. ${words}.

Machines differ, and so do the moments of one: what counts are ratios of one run, and what is measured above
Node's own start in it. A row that misses its target says so.

${targets}
${table}
Rows of the terminal are whole processes of what is shipped, the store up to date; processor time is that
of all threads, so that it may be longer than the clock's. A report of the default period is to answer
within 200 ms after process start; all time, two dimensions and anomalies among messages within a second.

The rows about sessions and panels are what the extension host's thread does for them, in plain Node;
"longest stretch" is the longest time it is not given back.

## The guard

Whole processes through the launcher, as Claude Code's hooks start them, with five budgets on the store of a
million messages. 95 of 100 are to answer within 120 ms.

${found.guard}

## The extension host's thread

A line is appended every 200 ms for ten seconds, which is more than Claude Code writes. Measured in a
real VS Code. Everything that ran in a turn counts, VS Code's own work and that of its other extensions
too; the clock also counts the time other programs had the processor.

${found.host}
## What is not reached yet

The first index should take less time than ccusage needs to read everything once. Of a long history a third is
reading and walking bytes, a quarter writing rows and their indexes, the rest what JavaScript makes of each message;
of a short one most is the start: compiling, and code that runs too seldom to be made fast. Outlay stores every
message with its detail while ccusage keeps nothing; from then on Outlay reads only what is new.

Activation reads the settings, and registers commands, views and tools one by one: nothing of it takes more than two
milliseconds. Memory of the host on a million messages is that of three threads, each with a heap of its own, and of
SQLite's caches.
`;
}
