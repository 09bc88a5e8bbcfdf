/**
 * First indexes beside what peers take on the same transcripts, generated and real ones; histories that grow;
 * and one of ten gigabytes for its memory. Totals must agree before a time is shown.
 */
import { mkdirSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expectedSets, unpackSet } from '../../test/lib/transcriptSets.ts';
import { inRoot } from '../shared/paths.mjs';
import { scratchInstall } from '../shared/scratchInstall.mjs';
import { writeBigSet } from './bigSet.mjs';
import { factor, held, median, megabytes, ms, row, timed, timedWhole } from './measure.mjs';

/** The last releases whose native programs are in the registry for Linux. */
const ccusageVersion = '20.0.24';
const tokscaleVersion = '4.17.0';

/** Transcripts of so many times as much history, and the last of all of them. */
const growthSteps = [1, 2, 4, 8];

/** Says on its standard error what Outlay used. */
const sayUsed = inRoot('scripts/bench/sayUsed.cjs');

/**
 * @param {{ home: string, cli: string, rounds: number }} options folder of what is made, the terminal
 *   command's bundle
 */
export async function firstIndexes({ home, cli, rounds }) {
  const peers = await preparePeers();
  const set = await generatedSet(home);
  const sets = { generated: path.join(home, 'transcripts'), real: await realSet(home) };
  const compare = (name) => compareOn(sets[name], { name, home, cli, rounds, peers });
  const generated = compare('generated');
  const real = compare('real');
  console.log('histories that grow …');
  const grown = await growth({ home, cli, rounds });
  return { set, transcripts: sets.generated, generated, real, grown };
}

/** The options that name a set of transcripts and the store it has to itself. */
export const optionsOf = (home, name, transcripts) => [
  ...['--config-dir', transcripts],
  ...['--store', path.join(home, 'store', name, 'outlay.db')],
];

/** Transcripts of a heavy month: 744 MB. Made once, kept for the next run. */
async function generatedSet(home) {
  const note = path.join(home, 'set.json');
  const known = await readFile(note, 'utf8').catch(() => undefined);
  if (known) return JSON.parse(known);
  const folder = path.join(home, 'transcripts');
  await rm(folder, { recursive: true, force: true });
  const set = writeBigSet(folder, { messages: 36_000, bytes: 744e6, days: 60 });
  await writeFile(note, JSON.stringify(set));
  return set;
}

/** The real transcripts the tests go by, unpacked. */
async function realSet(home) {
  const folder = path.join(home, 'real');
  await rm(folder, { recursive: true, force: true });
  for (const set of Object.keys(expectedSets)) unpackSet(set, folder);
  return folder;
}

async function preparePeers() {
  const platform = `${process.platform}-${process.arch}`;
  const ccusage = await scratchInstall({
    name: 'ccusage',
    version: ccusageVersion,
    packages: [`ccusage@${ccusageVersion}`, `@ccusage/ccusage-${platform}@${ccusageVersion}`],
    announce: `Installing ccusage ${ccusageVersion}…`,
  });
  const native = `@tokscale/cli-${platform}-gnu`;
  const tokscale = await scratchInstall({
    name: 'tokscale',
    version: tokscaleVersion,
    packages: [`${native}@${tokscaleVersion}`],
    announce: `Installing tokscale ${tokscaleVersion}…`,
  });
  return {
    ccusage: path.join(ccusage, 'node_modules/.bin/ccusage'),
    tokscale: path.join(tokscale, 'node_modules', native, 'bin/tokscale'),
  };
}

/** First index and peers side by side on a set of transcripts, in rounds: medians. */
function compareOn(transcripts, { name, home, cli, rounds, peers }) {
  const on = optionsOf(home, name, transcripts);
  const times = {};
  const note = (what, value) => {
    times[what] ??= [];
    times[what].push(value);
  };
  for (let round = 0; round < rounds; round++) {
    const find = ['-c', `find '${transcripts}' -name '*.jsonl' -print0 | xargs -0 cat > /dev/null`];
    note('cat', timed('sh', find).ms);
    rmSync(path.join(home, 'store', name), { recursive: true, force: true });
    const index = timedWhole(process.execPath, [
      ...['--require', sayUsed, cli, 'index', '--json', ...on],
    ]);
    note('index', index.ms);
    note('indexCpu', index.cpuMs);
    note('peak', index.peakMb);
    const peerArgs = ['daily', '--json', '--offline', '--mode', 'calculate'];
    const theirs = timedWhole(peers.ccusage, peerArgs, { CLAUDE_CONFIG_DIR: transcripts });
    note('ccusage', theirs.ms);
    note('ccusageCpu', theirs.cpuMs);
    const other = runTokscale(peers.tokscale, transcripts, home);
    note('tokscaleCpu', other.cpuMs);
    const ours = timed(process.execPath, ['--require', sayUsed, cli, 'sessions', '--json', ...on]);
    note('sessions', ours.ms);
    if (name === 'generated') requireAgreement(ours.stdout, theirs.stdout, other.stdout);
    const shown = Object.entries(times).map(([what, list]) => `${what} ${list.at(-1).toFixed(0)}`);
    console.log(`${name}, round ${round + 1}: ${shown.join(', ')}`);
  }
  return Object.fromEntries(Object.entries(times).map(([what, list]) => [what, median(list)]));
}

/** For the first time, as far as it knows: what it keeps of earlier readings is in its home. */
function runTokscale(program, transcripts, home) {
  const own = path.join(home, 'tokscale');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  symlinkSync(transcripts, path.join(own, '.claude'));
  return timedWhole(program, ['models', '--json', '--client', 'claude'], { HOME: own });
}

/** All must have counted the same tokens, or their times mean nothing. */
function requireAgreement(ours, ccusage, tokscale) {
  const mine = JSON.parse(ours).totals;
  const { totals } = JSON.parse(ccusage);
  const { entries } = JSON.parse(tokscale);
  const summed = (key) => entries.reduce((sum, entry) => sum + entry[key], 0);
  const written = mine.cacheWrite5m + mine.cacheWrite1h;
  const rows = [
    ['input', mine.input, totals.inputTokens, summed('input')],
    ['output', mine.output, totals.outputTokens, summed('output')],
    ['cache writes', written, totals.cacheCreationTokens, summed('cacheWrite')],
    ['cache reads', mine.cacheRead, totals.cacheReadTokens, summed('cacheRead')],
  ];
  for (const [name, a, b, c] of rows) {
    if (a !== b) throw new Error(`${name}: Outlay counts ${a}, ccusage ${b}`);
    if (a !== c) throw new Error(`${name}: Outlay counts ${a}, tokscale ${c}`);
  }
}

/**
 * Wall time of the first index of growing histories, in milliseconds, each in as many rounds as all; fixed
 * costs are in them.
 */
async function growth({ home, cli, rounds }) {
  const sets = growthSteps.map((times) => ({ times, folder: path.join(home, `growth-${times}`) }));
  for (const { times, folder } of sets) {
    await rm(folder, { recursive: true, force: true });
    writeBigSet(folder, { messages: 4000 * times, bytes: 80e6 * times, days: 60 });
  }
  const runs = sets.map(() => []);
  for (let round = 0; round < rounds; round++) {
    sets.forEach(({ times, folder }, i) => {
      const name = `growth-${times}`;
      rmSync(path.join(home, 'store', name), { recursive: true, force: true });
      const args = [cli, 'index', ...optionsOf(home, name, folder)];
      runs[i].push(timed(process.execPath, args).ms);
    });
  }
  for (const { folder } of sets) await rm(folder, { recursive: true, force: true });
  return runs.map(median);
}

/**
 * The first index of ten gigabytes, once, for its memory in MB; undefined where the disk has no room.
 * @returns {Promise<{ peakMb: number, ms: number, bytes: number } | undefined>}
 */
export async function tenGigabytes({ home, cli }) {
  await mkdir(home, { recursive: true });
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize < 14e9) return undefined;
  const folder = path.join(home, 'ten-gigabytes');
  const store = path.join(home, 'store/ten-gigabytes');
  try {
    for (const old of [folder, store]) await rm(old, { recursive: true, force: true });
    const { bytes } = writeBigSet(folder, { messages: 480_000, bytes: 10e9, days: 700 });
    const on = optionsOf(home, 'ten-gigabytes', folder);
    const run = timed(process.execPath, ['--require', sayUsed, cli, 'index', ...on]);
    return { peakMb: run.peakMb, ms: run.ms, bytes };
  } finally {
    for (const old of [folder, store]) await rm(old, { recursive: true, force: true });
  }
}

/** What must hold of first indexes. */
export function indexTargets({ generated, real, grown }, ten) {
  return [
    held(
      'first index, generated: wall time against ccusage',
      generated.index / generated.ccusage,
      0.8,
      factor,
    ),
    held(
      'first index, generated: processor time against ccusage',
      generated.indexCpu / generated.ccusageCpu,
      1,
      factor,
    ),
    held('first index, real: wall time against ccusage', real.index / real.ccusage, 0.8, factor),
    held(
      'first index, real: processor time against ccusage',
      real.indexCpu / real.ccusageCpu,
      1,
      factor,
    ),
    held('first index, generated: peak memory', generated.peak, 250, megabytes),
    ...(ten === undefined
      ? []
      : [held('first index of 10 GB: peak memory', ten.peakMb, 250, megabytes)]),
    held(
      'first index, twice the history: wall time against once, the longest step',
      steepest(grown),
      2.2,
      factor,
    ),
  ];
}

/** The most that doubling the history multiplies the time by. */
function steepest(times) {
  return Math.max(...times.slice(1).map((each, i) => each / times[i]));
}

/** The figures behind them, with what stands beside. */
export function indexRows({ generated, real, grown }, ten) {
  const each = grown.map((time, i) => `${growthSteps[i]} ×: ${ms(time)}`).join(', ');
  return [
    row(
      '`cat` of the transcripts (page cache warm)',
      ms(generated.cat),
      `real ones: ${ms(real.cat)}`,
    ),
    row(
      '`outlay index`, first time, store written',
      ms(generated.index),
      `processor ${ms(generated.indexCpu)}; real ones: ${ms(real.index)}, processor ${ms(real.indexCpu)}`,
    ),
    row(
      `\`ccusage daily\` ${ccusageVersion} (native code, stores nothing)`,
      ms(generated.ccusage),
      `processor ${ms(generated.ccusageCpu)}; real ones: ${ms(real.ccusage)}, processor ${ms(real.ccusageCpu)}`,
    ),
    row(
      `\`tokscale models\` ${tokscaleVersion} (native code, keeps a cache), first time, processor time`,
      ms(generated.tokscaleCpu),
      `real ones: ${ms(real.tokscaleCpu)}; its clock counts what it asks the network, too`,
    ),
    row('first index of so many times as much history, 80 MB each', ms(grown[0]), each),
    ...(ten === undefined
      ? []
      : [
          row(
            `first index of ${(ten.bytes / 1e9).toFixed(1)} GB`,
            ms(ten.ms),
            `peak memory ${megabytes(ten.peakMb)}`,
          ),
        ]),
    row(
      '`outlay sessions`, index up to date',
      ms(generated.sessions),
      `1/${(generated.ccusage / generated.sessions).toFixed(2)} of ccusage`,
    ),
  ];
}
