/**
 * Runs everything that says whether the project is right, and adds it up.
 *
 *     npm test [-- PART…]     parts: see `parts` below; default: all of them, in rows beside each other
 *     npm test -- --at 2026-12-01T00:10 --zone Europe/Berlin [PART…]     as if it were then and there
 *
 * A part that fails does not stop the later ones. At the end the failed tests are named; the last line is "N passed, N failed".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, root } from '../shared/paths.mjs';
import { run, stream } from '../shared/processes.mjs';
import { findChromium } from '../vscode/chromium.mjs';
import { installedServer } from '../vscode/serverInstall.mjs';
import { clientTests } from './clientTest.mjs';
import { hostTests } from './hostTest.mjs';
import { localMinute, moveTo, zoneAfterMidnight } from './hours.mjs';
import { nodeTests } from './nodeTests.mjs';
import { inOneLine } from './resultsReporter.mjs';

requireNode24();

/** Runs one program of the tool chain: one check, passed or failed. */
async function check(script, ...args) {
  const code = await stream(process.execPath, [inRoot(script), ...args], { cwd: root });
  if (code === 0) return { ...none, passed: 1 };
  const name = `${path.basename(script)} ${args.join(' ')}`;
  return { ...none, failed: 1, failures: [{ name, error: `exit code ${code}, see above` }] };
}

function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  };
}

const none = { passed: 0, failed: 0, skipped: 0, failures: [] };

async function types() {
  const tsc = 'node_modules/typescript/bin/tsc';
  let sum = await check(tsc, '-p', 'tsconfig.json');
  for await (const _ of glob('webview/**/*.ts', { cwd: root })) {
    sum = add(sum, await check(tsc, '-p', 'webview/tsconfig.json'));
    break;
  }
  return sum;
}

/**
 * Tests of the page that are about panels, and the list of sessions, which shares the million messages
 * with them: about half of what all of them take.
 */
const panelPages = new Set(
  ['burnAnomalies', 'dashboard', 'panelSets', 'pictures', 'sessionPanel', 'sessions'].map(
    (name) => `${name}.test.mjs`,
  ),
);

/** Tests of the page: these, or the others. */
async function pages(ofPanels) {
  const files = await Array.fromAsync(glob('test/host/page/*.test.mjs', { cwd: root }));
  return files.filter((file) => panelPages.has(path.basename(file)) === ofPanels).sort();
}

const parts = {
  types,
  lint: () => check('node_modules/@biomejs/biome/bin/biome', 'ci', '.'),
  build: () => check('esbuild.mjs'),
  unit: () => nodeTests(['test/unit/**/*.test.ts']),
  cli: () => nodeTests(['test/cli/**/*.test.ts']),
  store: () => nodeTests(['test/store/**/*.test.ts']),
  package: () => nodeTests(['test/package/*.test.mjs'], { concurrency: 1 }),
  host: () => hostTests(),
  page: async () => nodeTests(await pages(false), { isolated: false }),
  panels: async () => nodeTests(await pages(true), { isolated: false }),
  'page-packed': () => nodeTests(['test/host/page-packed/*.test.mjs']),
  client: () => clientTests(),
};

function chosenParts(named) {
  const unknown = named.find((name) => !Object.hasOwn(parts, name));
  if (unknown) {
    console.error(`There is no part "${unknown}": choose from ${Object.keys(parts).join(', ')}.`);
    process.exit(2);
  }
  return named.length > 0 ? named : Object.keys(parts);
}

async function runPart(name) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  let result;
  try {
    result = await parts[name]();
  } catch (error) {
    console.error(error);
    const failure = { name: 'the part itself', error: inOneLine(String(error)) };
    result = { ...none, failed: 1, failures: [failure] };
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return { name, seconds, ...result };
}

/**
 * Everything runs in rows beside each other, since each waits a good deal: for an editor, a client, a
 * disk. They end at about the same time. What the first says is seen at once.
 */
const editorRows = [
  ['panels', 'page-packed'],
  ['page', 'host', 'package', 'client'],
];
const noEditor = Object.keys(parts).filter(
  (name) => name !== 'build' && !editorRows.flat().includes(name),
);
// Tests of the editor come first where both want the processor.
const asideNiceness = 10;

/** Runs a row in a process of its own; answers with its results and what it said. */
async function runAside(names, zone) {
  const priority = names === noEditor ? asideNiceness : 0;
  const env = { ...process.env, ...(zone && { TZ: zone }) };
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-aside-'));
  const resultFile = path.join(folder, 'results.json');
  try {
    const output = await run(process.execPath, [inRoot('scripts/test/run.mjs'), ...names], {
      cwd: root,
      env: { ...env, OUTLAY_ASIDE: resultFile, OUTLAY_PRIORITY: String(priority) },
    }).catch((error) => error.message);
    const text = await readFile(resultFile, 'utf8').catch(() => undefined);
    const failures = [{ name: `the row ${names.join(', ')}`, error: inOneLine(output) }];
    const nothing = [{ ...none, name: names[0], seconds: '0', failed: 1, failures }];
    return { output, results: text ? JSON.parse(text) : nothing };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runInTurn(names) {
  const done = [];
  for (const name of names) done.push(await runPart(name));
  return done;
}

/**
 * What holds at noon only must not hold up: one row, another each day, runs where it is just after
 * midnight.
 */
function earlyRow(rows) {
  const row = rows[Math.floor(Date.now() / 86_400_000) % rows.length];
  const zone = zoneAfterMidnight();
  const again = `--at ${localMinute(zone)} --zone ${zone}`;
  return { row, zone, text: `Just after midnight: ${row.join(', ')} run as with ${again}` };
}

/** Everything, in rows; their results in the order of the parts. */
async function runAll() {
  // What several rows need is brought once; the first part that misses it says so.
  await Promise.allSettled([installedServer(), findChromium()]);
  const built = await runPart('build');
  const rows = [...editorRows, noEditor];
  const early = isMoved ? undefined : earlyRow(rows);
  if (early) console.log(early.text);
  const zoneOf = (row) => (row === early?.row ? early.zone : undefined);
  const [first, ...others] = rows;
  const aside = others.map((row) => runAside(row, zoneOf(row)));
  // The others have their environment already.
  if (zoneOf(first)) process.env.TZ = early.zone;
  const results = [built, ...(await runInTurn(first))];
  for (const row of aside) {
    const { output, results: more } = await row;
    console.log(output);
    results.push(...more);
  }
  const order = Object.keys(parts);
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { results, early: early?.text };
}

/**
 * Most of the hundreds of processes of a run load the same files: Node compiles them once, and keeps
 * what it has compiled for as long as the run lasts.
 */
function shareCompiled() {
  if (process.env.NODE_COMPILE_CACHE) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'outlay-compiled-'));
  process.env.NODE_COMPILE_CACHE = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function readArguments() {
  try {
    const options = { at: { type: 'string' }, zone: { type: 'string' } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    moveTo(values);
    return { named: positionals, isMoved: Object.keys(values).length > 0 };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

shareCompiled();
const { named, isMoved } = readArguments();
const asideFile = process.env.OUTLAY_ASIDE;
if (process.env.OUTLAY_PRIORITY) setPriority(Number(process.env.OUTLAY_PRIORITY));
const chosen = chosenParts(named);
const everything = chosen.length === Object.keys(parts).length;
const { results, early } = everything ? await runAll() : { results: await runInTurn(chosen) };
if (asideFile) await writeFile(asideFile, JSON.stringify(results));

console.log('\n=== sum');
for (const { name, passed, failed, skipped, seconds } of results) {
  // A test that is skipped proves nothing, and nobody would notice: it counts as failed.
  const note = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${name.padEnd(11)} ${passed} passed, ${failed} failed${note} (${seconds} s)`);
}

/** Records of a run may keep only its end: what failed is named there again. */
const mostNamed = 58;
const failures = results.flatMap(({ name, failures }) =>
  failures.map((failure) => `${name}: ${failure.name} — ${failure.error}`),
);
if (early) console.log(early);
if (failures.length > 0) console.log('\n=== failed');
for (const failure of failures.slice(0, mostNamed)) console.log(failure);
if (failures.length > mostNamed) console.log(`… and ${failures.length - mostNamed} more`);

const sum = results.reduce(add, none);
const failed = sum.failed + sum.skipped;
console.log(`${sum.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
