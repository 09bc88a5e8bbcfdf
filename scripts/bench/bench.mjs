/**
 * Measures what the README and docs/bench.md claim, side by side with ccusage in one run.
 *
 *     npm run bench -- [--rounds N] [--write]     --write refreshes docs/bench.md
 *     npm run bench -- --reports [--rounds N]     only the terminal's reports on a million messages
 *     npm run bench -- --guard                    only the guard's answers
 *
 * Machines are noisy: each round runs every tool once, and medians and ratios are what counts. Totals
 * must agree before a time is shown. The views are timed on made-up stores, and in a real VS Code.
 */
import { spawnSync } from 'node:child_process';
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
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, scratch } from '../shared/paths.mjs';
import { scratchInstall } from '../shared/scratchInstall.mjs';
import { runHostTests } from '../test/hostRun.mjs';
import { writeBigSet } from './bigSet.mjs';
import { guardTable, guardTimes } from './guardTimes.mjs';

requireNode24();

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean' },
    reports: { type: 'boolean' },
    guard: { type: 'boolean' },
  },
});
const rounds = Number(values.rounds);
const home = path.join(scratch, 'bench');
const transcripts = path.join(home, 'transcripts');
const store = path.join(home, 'store/outlay.db');
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
  return { ms, stdout: child.stdout, peakMb: Number(used[1]) / 1024, cpuMs: Number(used[2]) };
}

const outlay = (args, env) =>
  timed(process.execPath, ['--require', inRoot('scripts/bench/sayUsed.cjs'), cli, ...args], env);
const outlayOnSet = (command) =>
  outlay([command, '--json', '--config-dir', transcripts, '--store', store]);

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

await buildProduct();
prepareMillion();
const guard = () => guardTable(guardTimes({ home, store: million, bundle: cli, now: endMs }));
if (values.guard) {
  console.log(guard());
  process.exit();
}
if (values.reports) {
  console.log(reportRows(millionReports()));
  process.exit();
}
const set = await prepareTranscripts();
const peer = await preparePeer();
const times = { cat: [], index: [], ccusage: [], sessions: [], peak: [] };
for (let round = 0; round < rounds; round++) {
  const find = ['-c', `find '${transcripts}' -name '*.jsonl' -print0 | xargs -0 cat > /dev/null`];
  times.cat.push(timed('sh', find).ms);
  await rm(path.dirname(store), { recursive: true, force: true });
  const index = outlayOnSet('index');
  times.index.push(index.ms);
  times.peak.push(index.peakMb);
  const peerArgs = ['daily', '--json', '--offline', '--mode', 'calculate'];
  const theirs = timed(peer, peerArgs, { CLAUDE_CONFIG_DIR: transcripts });
  times.ccusage.push(theirs.ms);
  const ours = outlayOnSet('sessions');
  times.sessions.push(ours.ms);
  requireAgreement(ours.stdout, theirs.stdout);
  const shown = Object.entries(times).map(([name, list]) => `${name} ${list.at(-1).toFixed(0)}`);
  console.log(`round ${round + 1}: ${shown.join(', ')}`);
}

const queries = millionMessages();
console.log('reports on it …');
const reports = millionReports();
console.log('10,000 sessions …');
const views = await sessionTimes(path.join(home, 'sessions'));
const hooks = guard();
const held = await hostThread();
const ratio = (a, b) => (median(times[a]) / median(times[b])).toFixed(2);
const table = `| what | median | beside |
| --- | --- | --- |
| \`cat\` of the transcripts (page cache warm) | ${ms(median(times.cat))} | |
| \`outlay index\`, first time, store written | ${ms(median(times.index))} | ${ratio('index', 'ccusage')} × ccusage; peak memory ${median(times.peak).toFixed(0)} MB |
| \`ccusage daily\` ${peerVersion} (native code, stores nothing) | ${ms(median(times.ccusage))} | |
| \`outlay sessions\`, index up to date | ${ms(median(times.sessions))} | 1/${ratio('ccusage', 'sessions')} of ccusage |
${queries.map(([name, time]) => `| a million messages: ${name} | ${ms(time)} | |`).join('\n')}
${reportRows(reports)}
${views.map(([name, time, beside]) => `| ${name} | ${ms(time)} | ${beside} |`).join('\n')}
`;
const hostRow = (what, { longestCpu, longest, p99, cpu }) =>
  `| ${what} | ${ms(longestCpu)} | ${ms(longest)} | ${ms(p99)} | ${ms(cpu)} |`;
const hostTable = `| 10,000 sessions in the store, and | longest turn, processor | longest turn, clock | 99 of 100 below | processor time in all |
| --- | --- | --- | --- | --- |
${hostRow('no view of Outlay open, 50 lines appended', held.hidden)}
${hostRow('the tree opens', held.opening)}
${hostRow('the tree open, 50 lines appended', held.tree)}
${hostRow('a session of 10,000 messages opens', held.openingPanel)}
${hostRow('it is open, 50 lines appended to it', held.panel)}
`;
const words = `${(set.bytes / 1e6).toFixed(0)} MB in ${set.files} sessions, ${availableParallelism()} cores, Node ${process.versions.node}, ${rounds} rounds.`;
console.log(`\n${words}\n\n${table}\n${hooks}\n\n${hostTable}`);
if (values.write) {
  const text = `# Speed

Measured by \`npm run bench\`: every round runs each tool once on the same made-up transcripts, after
their token totals were found equal. ${words}

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

${hostTable}
## What is not reached yet

The first index should take less time than ccusage needs to read everything once. Outlay stores every
message with its detail while ccusage keeps nothing; from then on Outlay reads only what is new.

Insights over all time take about four seconds on a million messages, most of it for putting 115,000 runs
together; anomalies by logarithms take three where a third of all messages lies apart.

No turn of the extension host's thread should be longer than 20 ms. In plain Node each piece of work keeps
to that; in the editor the longest turns are still longer, when the tree is first opened by far.
`;
  await writeFile(inRoot('docs/bench.md'), text);
}
