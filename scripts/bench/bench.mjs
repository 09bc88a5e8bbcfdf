/**
 * Measures what the README and docs/benchmarks.md claim, side by side with ccusage in one run.
 *
 *     npm run bench -- [--rounds N] [--write]     --write refreshes docs/benchmarks.md
 *     npm run bench -- --reports [--rounds N]     only the terminal's reports on a million messages
 *     npm run bench -- --guard                    only the guard's answers
 *     npm run bench -- --index [--rounds N]       only first indexes and sessions that grow
 *     npm run bench -- --host                     only the extension host's thread, in a real VS Code
 *
 * Machines are noisy: each round runs every tool once, and medians and ratios are what counts. Totals
 * must agree before a time is shown. The views are timed on made-up stores, and in a real VS Code.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { readOverview } from '../../src/budgets/overview.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { fillStore } from '../../test/bench/bigStore.ts';
import { sessionTimes } from '../../test/bench/sessionTimes.ts';
import { expectedSets, unpackSet } from '../../test/lib/transcriptSets.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, scratch } from '../shared/paths.mjs';
import { scratchInstall } from '../shared/scratchInstall.mjs';
import { runHostTests } from '../test/hostRun.mjs';
import { writeBigSet } from './bigSet.mjs';
import { growingSessions, quietTranscripts } from './growing.mjs';
import { guardTable, guardTimes } from './guardTimes.mjs';

requireNode24();

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean' },
    reports: { type: 'boolean' },
    guard: { type: 'boolean' },
    index: { type: 'boolean' },
    host: { type: 'boolean' },
  },
});
const rounds = Number(values.rounds);
const home = path.join(scratch, 'bench');
const transcripts = path.join(home, 'transcripts');
/** What is measured is what is shipped. */
const product = path.join(home, 'product');
const cli = path.join(product, 'dist/cli.cjs');
/** The last release whose native program is in the registry for Linux. */
const peerVersion = '20.0.24';

/** Transcripts of a heavy month: 744 MB. Made once, kept for the next run. */
async function prepareTranscripts() {
  const note = path.join(home, 'set.json');
  const known = await readFile(note, 'utf8').catch(() => undefined);
  if (known) return JSON.parse(known);
  await rm(transcripts, { recursive: true, force: true });
  const set = writeBigSet(transcripts, { messages: 36_000, bytes: 744e6, days: 60 });
  await writeFile(note, JSON.stringify(set));
  return set;
}

async function preparePeer() {
  const platform = `${process.platform}-${process.arch}`;
  const folder = await scratchInstall({
    name: 'ccusage',
    version: peerVersion,
    packages: [`ccusage@${peerVersion}`, `@ccusage/ccusage-${platform}@${peerVersion}`],
    announce: `Installing ccusage ${peerVersion}…`,
  });
  return path.join(folder, 'node_modules/.bin/ccusage');
}

/** Builds the terminal command as it is packed, with the manifest it reads. */
async function buildProduct() {
  await build({ production: true, outdir: path.join(product, 'dist') });
  await cp(inRoot('package.json'), path.join(product, 'package.json'));
}

/** Wall and processor time of a whole process and those it starts, in milliseconds, and its output. */
function timedWhole(program, args, env = {}) {
  const run = timed('sh', ['-c', '"$@"; times >&2', 'sh', program, ...args], env);
  // The second line is of the processes that were started: user and system time.
  const lines = run.stderr
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  const cpuMs = [...lines].reduce((sum, [, m, s]) => sum + (Number(m) * 60 + Number(s)) * 1000, 0);
  return { ...run, cpuMs };
}

/**
 * Runs a program and answers with its output and wall time in milliseconds; Outlay says itself what
 * processor time and memory it took.
 */
function timed(program, args, env = {}) {
  const started = performance.now();
  const child = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, ...env },
  });
  const ms = performance.now() - started;
  if (child.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${child.stderr}`);
  const used = /used (\d+) KB (\d+) ms/.exec(child.stderr) ?? [];
  const { stdout, stderr } = child;
  return { ms, stdout, stderr, peakMb: Number(used[1]) / 1024, cpuMs: Number(used[2]) };
}

const outlay = (args, env) =>
  timed(process.execPath, ['--require', inRoot('scripts/bench/sayUsed.cjs'), cli, ...args], env);

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Both tools must have counted the same tokens, or their times mean nothing. */
function requireAgreement(ours, theirs) {
  const mine = JSON.parse(ours).totals;
  const { totals } = JSON.parse(theirs);
  const pairs = [
    ['input', mine.input, totals.inputTokens],
    ['output', mine.output, totals.outputTokens],
    ['cache writes', mine.cacheWrite5m + mine.cacheWrite1h, totals.cacheCreationTokens],
    ['cache reads', mine.cacheRead, totals.cacheReadTokens],
  ];
  for (const [name, a, b] of pairs) {
    if (a !== b) throw new Error(`${name}: Outlay counts ${a}, ccusage ${b}`);
  }
  return pairs;
}

const million = path.join(home, 'million/outlay.db');
const endMs = Date.parse('2026-11-22T15:00:00Z');

function prepareMillion() {
  console.log('a store of a million messages …');
  fillStore(million, 1_000_000, endMs);
}

/** Figures behind the status bar on a store of a million messages. */
function millionMessages() {
  const reader = new StoreReader(openForReading(million));
  const options = { now: endMs, zone: 'Europe/Berlin', weekStart: 1 };
  const questions = {
    'status bar and tooltip': () => readOverview(reader, options),
    'this month': () => reader.spend({ from: endMs - 22 * 86_400_000, to: endMs }, undefined),
    '50 latest sessions': () => reader.sessions(50),
    'all time by model': () => reader.byModel({ from: 0, to: 8.64e15 }, undefined),
  };
  return Object.entries(questions).map(([name, ask]) => {
    const runs = Array.from({ length: 21 }, () => {
      const started = performance.now();
      ask();
      return performance.now() - started;
    });
    return [name, median(runs)];
  });
}

/** The extension host's own thread while one line is appended every 200 ms for ten seconds. */
async function hostThread() {
  const made = path.join(home, 'host/made');
  const used = path.join(home, 'host/used');
  const results = path.join(home, 'host/results.json');
  fillStore(path.join(made, 'outlay.db'), 200_000, Date.now() - 3_600_000, 20);
  await rm(used, { recursive: true, force: true });
  await cp(made, used, { recursive: true });
  await build();
  const env = {
    OUTLAY_STORE: path.join(used, 'outlay.db'),
    OUTLAY_TEST_GREP: 'the extension host’s thread',
    OUTLAY_BENCH_RESULTS: results,
  };
  const { failed } = await runHostTests({ name: 'bench', env });
  if (failed > 0) throw new Error('the extension host could not be measured');
  return JSON.parse(await readFile(results, 'utf8'));
}

/** Reports of the terminal on the store of a million messages, process start included. */
function millionReports() {
  const lines = {
    'nothing (process start)': ['--version'],
    report: ['report'],
    'report, all time': ['report', '--period', 'all'],
    breakdown: ['breakdown'],
    'breakdown, all time, two dimensions': [
      ...['breakdown', '--period', 'all', '--by', 'project', '--then-by', 'model'],
    ],
    'breakdown by tool, all time': ['breakdown', '--period', 'all', '--by', 'tool'],
    summary: ['summary'],
    sessions: ['sessions'],
    'anomalies among messages, all time': ['anomaly', '--by', 'message'],
    projection: ['projection'],
    'insights, 30 days': ['optimize'],
  };
  const env = { OUTLAY_NOW: new Date(endMs).toISOString() };
  const found = Object.entries(lines).map(([name, line]) => {
    const args = line[0] === '--version' ? line : [...line, '--no-index', '--store', million];
    const runs = Array.from({ length: Math.max(5, rounds) }, () => outlay(args, env));
    return {
      name,
      ms: median(runs.map((run) => run.ms)),
      cpu: median(runs.map((run) => run.cpuMs)),
    };
  });
  const start = found[0].cpu;
  return found.map(({ name, ms, cpu }) => {
    const beyond = cpu === start ? '' : `, ${cpu - start} ms of it after process start`;
    return [name, ms, `processor ${cpu} ms${beyond}`];
  });
}

/** A time as the table has it. */
const ms = (number) => `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms`;

const reportRows = (reports) =>
  reports
    .map(
      ([name, time, beside]) =>
        `| a million messages, terminal: ${name} | ${ms(time)} | ${beside} |`,
    )
    .join('\n');

/** Transcripts of so many times as much history, and the last of all of them. */
const growthSteps = [1, 2, 4, 8];

/**
 * Wall time of the first index of growing histories, in milliseconds, each in as many rounds as all; fixed
 * costs are in them.
 */
async function growth() {
  const sets = growthSteps.map((times) => ({ times, folder: path.join(home, `growth-${times}`) }));
  for (const { times, folder } of sets) {
    await rm(folder, { recursive: true, force: true });
    writeBigSet(folder, { messages: 4000 * times, bytes: 80e6 * times, days: 60 });
  }
  const runs = sets.map(() => []);
  for (let round = 0; round < rounds; round++) {
    sets.forEach(({ times, folder }, i) => {
      rmSync(path.join(home, 'store', `growth-${times}`), { recursive: true, force: true });
      runs[i].push(
        timed(process.execPath, [cli, 'index', ...optionsOf(`growth-${times}`, folder)]).ms,
      );
    });
  }
  for (const { folder } of sets) await rm(folder, { recursive: true, force: true });
  return runs.map(median);
}

const hostRow = (what, { longestCpu, longest, p99, cpu }) =>
  `| ${what} | ${ms(longestCpu)} | ${ms(longest)} | ${ms(p99)} | ${ms(cpu)} |`;
const hostTable = (host) => `| 10,000 sessions in the store, and | longest turn, processor | longest turn, clock | 99 of 100 below | processor time in all |
| --- | --- | --- | --- | --- |
${hostRow('no view of Outlay open, 50 lines appended', host.hidden)}
${hostRow('the tree opens', host.opening)}
${hostRow('the tree open, 50 lines appended', host.tree)}
${hostRow('a session of 10,000 messages opens', host.openingPanel)}
${hostRow('it is open, 50 lines appended to it', host.panel)}
`;

await buildProduct();
if (values.host) {
  console.log(hostTable(await hostThread()));
  process.exit();
}
if (!values.index) prepareMillion();
const guard = async () =>
  guardTable(await guardTimes({ home, store: million, bundle: cli, now: endMs }));
if (values.guard) {
  console.log(await guard());
  process.exit();
}
if (values.reports) {
  console.log(reportRows(millionReports()));
  process.exit();
}
/** The options that name a set of transcripts and the store it has to itself. */
const optionsOf = (name, transcripts) => [
  ...['--config-dir', transcripts],
  ...['--store', path.join(home, 'store', name, 'outlay.db')],
];

/** First index and peer side by side on a set of transcripts, in rounds. */
function compareFirstIndex(name, transcripts) {
  const on = optionsOf(name, transcripts);
  const times = {
    cat: [],
    index: [],
    indexCpu: [],
    ccusage: [],
    ccusageCpu: [],
    sessions: [],
    peak: [],
  };
  for (let round = 0; round < rounds; round++) {
    const find = ['-c', `find '${transcripts}' -name '*.jsonl' -print0 | xargs -0 cat > /dev/null`];
    times.cat.push(timed('sh', find).ms);
    rmSync(path.join(home, 'store', name), { recursive: true, force: true });
    const index = timedWhole(process.execPath, [
      ...['--require', inRoot('scripts/bench/sayUsed.cjs'), cli, 'index', '--json', ...on],
    ]);
    times.index.push(index.ms);
    times.indexCpu.push(index.cpuMs);
    times.peak.push(index.peakMb);
    const peerArgs = ['daily', '--json', '--offline', '--mode', 'calculate'];
    const theirs = timedWhole(peer, peerArgs, { CLAUDE_CONFIG_DIR: transcripts });
    times.ccusage.push(theirs.ms);
    times.ccusageCpu.push(theirs.cpuMs);
    const ours = outlay(['sessions', '--json', ...on]);
    times.sessions.push(ours.ms);
    if (name === 'generated') requireAgreement(ours.stdout, theirs.stdout);
    const shown = Object.entries(times).map(([what, list]) => `${what} ${list.at(-1).toFixed(0)}`);
    console.log(`${name}, round ${round + 1}: ${shown.join(', ')}`);
  }
  return Object.fromEntries(Object.entries(times).map(([what, list]) => [what, median(list)]));
}

/** The real transcripts the tests go by, unpacked. */
async function prepareReal() {
  const folder = path.join(home, 'real');
  await rm(folder, { recursive: true, force: true });
  for (const set of Object.keys(expectedSets)) unpackSet(set, folder);
  return folder;
}

/** How long commands take above Node's own start on the set that was indexed last under this name. */
function startTimes(name, transcripts) {
  const on = optionsOf(name, transcripts);
  const of = (args) => median(Array.from({ length: 15 }, () => timed(process.execPath, args).ms));
  const node = of(['-e', '0']);
  return {
    node,
    version: of([cli, '--version']) - node,
    summary: of([cli, 'summary', ...on]) - node,
  };
}

const factor = (number) => `${number.toFixed(2)} ×`;
const megabytes = (number) => `${number.toFixed(0)} MB`;

/** What must hold of first indexes and of sessions that grow. */
function indexTargets() {
  const lost = (number) => `${number.toFixed(0)} lines`;
  return `${held('first index, generated: wall time against ccusage', generated.index / generated.ccusage, 0.8, factor)}
${held('first index, generated: processor time against ccusage', generated.indexCpu / generated.ccusageCpu, 1, factor)}
${held('first index, real: wall time against ccusage', real.index / real.ccusage, 0.8, factor)}
${held('first index, real: processor time against ccusage', real.indexCpu / real.ccusageCpu, 1, factor)}
${held('first index, generated: peak memory', generated.peak, 250, megabytes)}
${held('first index, twice the history: wall time against once, the longest step', steepest(grown), 2.2, factor)}
${held('200 sessions, 1,000 lines a second for a minute: lost', growing.lost, 0, lost)}
${held('the same: 95 of 100 lines in the figures of the status bar within', growing.p95, 150)}
${held('the same: memory at the end against the beginning', growing.lastMb / growing.firstMb, 1.1, factor)}
${held('a quiet minute beside 10,000 transcripts: processor time', quiet, 300)}`;
}

/** The most that doubling the history multiplies the time by. */
function steepest(times) {
  return Math.max(...times.slice(1).map((each, i) => each / times[i]));
}

/** The figures behind them that stand in no other row. */
function indexRows() {
  const each = grown.map((time, i) => `${growthSteps[i]} ×: ${ms(time)}`).join(', ');
  return `| first index of so many times as much history, 80 MB each | ${ms(grown[0])} | ${each} |
| 200 sessions that grow: a line into the figures of the status bar | ${ms(growing.median)} | ${growing.lines} lines, memory ${megabytes(growing.firstMb)}, at the end ${megabytes(growing.lastMb)} |`;
}

/** A figure with what it must not exceed; both as the table has them. */
function held(what, value, most, text = ms) {
  const verdict = value <= most ? 'held' : '**missed**';
  return `| ${what} | ${text(value)} | ${text(most)} | ${verdict} |`;
}

const set = await prepareTranscripts();
const peer = await preparePeer();
const generated = compareFirstIndex('generated', transcripts);
const real = compareFirstIndex('real', await prepareReal());
console.log('histories that grow …');
const grown = await growth();
const thread = path.join(product, 'dist/indexer.cjs');
console.log('200 sessions that grow …');
const growing = await growingSessions(thread);
console.log('10,000 transcripts that do not …');
const quiet = await quietTranscripts(thread);
if (values.index) {
  console.log(`${indexTargets()}\n${indexRows()}`);
  process.exit();
}
const starts = startTimes('generated', transcripts);

const queries = millionMessages();
console.log('reports on it …');
const reports = millionReports();
console.log('10,000 sessions …');
const views = await sessionTimes(path.join(home, 'sessions'));
const hooks = await guard();
const host = await hostThread();
const turn = Math.max(host.opening.longestCpu, host.tree.longestCpu, host.openingPanel.longestCpu);
const byName = (rows, name) => rows.find(([each]) => each === name)[1];
const targets = `| what must hold | median | at most | |
| --- | --- | --- | --- |
${indexTargets()}
${held('`outlay --version` above Node’s start', starts.version, 25)}
${held('`outlay summary`, index up to date, above Node’s start', starts.summary, 90)}
${held('a million messages: status bar and tooltip', byName(queries, 'status bar and tooltip'), 50)}
${held('longest turn of the extension host’s thread, processor time', turn, 20)}
`;
const table = `| what | median | beside |
| --- | --- | --- |
| \`cat\` of the transcripts (page cache warm) | ${ms(generated.cat)} | real ones: ${ms(real.cat)} |
| \`outlay index\`, first time, store written | ${ms(generated.index)} | processor ${ms(generated.indexCpu)}; real ones: ${ms(real.index)} |
| \`ccusage daily\` ${peerVersion} (native code, stores nothing) | ${ms(generated.ccusage)} | processor ${ms(generated.ccusageCpu)}; real ones: ${ms(real.ccusage)} |
${indexRows()}
| \`outlay sessions\`, index up to date | ${ms(generated.sessions)} | 1/${(generated.ccusage / generated.sessions).toFixed(2)} of ccusage |
| Node, nothing to do | ${ms(starts.node)} | |
${queries.map(([name, time]) => `| a million messages: ${name} | ${ms(time)} | |`).join('\n')}
${reportRows(reports)}
${views.map(([name, time, beside]) => `| ${name} | ${ms(time)} | ${beside} |`).join('\n')}
`;
const words = `${(set.bytes / 1e6).toFixed(0)} MB in ${set.files} sessions, ${availableParallelism()} cores, Node ${process.versions.node}, ${rounds} rounds.`;
console.log(`\n${words}\n\n${targets}\n${table}\n${hooks}\n\n${hostTable(host)}`);
if (values.write) {
  const text = `# Speed

Measured by \`npm run bench\`: every round runs each tool once on the same made-up transcripts, after
their token totals were found equal. ${words}

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

${hooks}

## The extension host's thread

A line is appended every 200 ms for ten seconds, which is more than Claude Code writes. Measured in a
real VS Code. Everything that ran in a turn counts, VS Code's own work and that of its other extensions
too; the clock also counts the time other programs had the processor.

${hostTable(host)}
## What is not reached yet

The first index should take less time than ccusage needs to read everything once. Of a long history a third is
reading and walking bytes, a quarter writing rows and their indexes, the rest what JavaScript makes of each message;
of a short one most is the start: compiling, and code that runs too seldom to be made fast. Outlay stores every
message with its detail while ccusage keeps nothing; from then on Outlay reads only what is new.

No turn of the extension host's thread should be longer than 20 ms. In plain Node each piece of work keeps
to that; in the editor the longest turns are still longer, when the tree is first opened by far.
`;
  await writeFile(inRoot('docs/benchmarks.md'), text);
}
