/**
 * Runs everything that says whether the project is right, and adds it up.
 *
 *     npm test [-- PART…]     parts: see `parts` below; default: all of them, page tests beside the others
 *     npm test -- --at 2026-12-01T00:10 --zone Europe/Berlin [PART…]     as if it were then and there
 *
 * A part that fails does not stop the later ones. At the end the failed tests are named; the last line is "N passed, N failed".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, root } from '../shared/paths.mjs';
import { stream } from '../shared/processes.mjs';
import { findChromium } from '../vscode/chromium.mjs';
import { installedServer } from '../vscode/serverInstall.mjs';
import { clientTests } from './clientTest.mjs';
import { hostTests } from './hostTest.mjs';
import { localMinute, moveTo, zoneAfterMidnight } from './hours.mjs';
import { nodeTests } from './nodeTests.mjs';
import { pageTests } from './pageTests.mjs';
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

const tsc = (project) => check('node_modules/typescript/bin/tsc', '-p', project);

const parts = {
  types: async () => add(await tsc('tsconfig.json'), await tsc('webview/tsconfig.json')),
  lint: () => check('node_modules/@biomejs/biome/bin/biome', 'ci', '.'),
  build: () => check('esbuild.mjs'),
  unit: () => nodeTests(['test/unit/**/*.test.ts']),
  cli: () => nodeTests(['test/cli/**/*.test.ts']),
  store: () => nodeTests(['test/store/**/*.test.ts']),
  package: () => nodeTests(['test/package/*.test.mjs'], { concurrency: 1 }),
  host: () => hostTests(),
  page: pageTests,
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

async function runPart(name, options) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  let result;
  try {
    result = await parts[name](options);
  } catch (error) {
    console.error(error);
    const failure = { name: 'the part itself', error: inOneLine(String(error)) };
    result = { ...none, failed: 1, failures: [failure] };
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return { name, seconds, ...result };
}

async function runInTurn(names) {
  const done = [];
  for (const name of names) done.push(await runPart(name));
  return done;
}

/**
 * What holds at noon only must not hold up: the page tests or the others, in turn each day, run where
 * it is just after midnight.
 */
function afterMidnight(others) {
  const zone = zoneAfterMidnight();
  const names = Math.floor(Date.now() / 86_400_000) % 2 === 0 ? ['page'] : others;
  const again = `--at ${localMinute(zone)} --zone ${zone}`;
  return { names, zone, text: `Just after midnight: ${names.join(', ')} run as with ${again}` };
}

/**
 * Everything, in two rows of about the same length: page tests, which wait a good deal for an editor,
 * and after them the real client's; beside them the other parts. What page tests print follows at
 * their end.
 */
async function runAll() {
  // What several parts need is installed once; the first part that misses it says so.
  await Promise.allSettled([installedServer(), findChromium()]);
  const built = await runPart('build');
  const others = Object.keys(parts).filter((name) => name !== 'build' && name !== 'page');
  const early = isMoved ? undefined : afterMidnight(others);
  if (early) console.log(early.text);
  const env = early?.names.includes('page') ? { TZ: early.zone } : {};
  const page = runPart('page', { quiet: true, env });
  // Page tests have their environment already.
  if (early?.names === others) process.env.TZ = early.zone;
  const client = page.then(() => runPart('client'));
  // What waits for an editor as well goes first; what computes has both cores once the pages are done.
  const computing = others.filter((name) => name !== 'client' && name !== 'host');
  const beside = await runInTurn(['host', ...computing]);
  const results = [built, ...beside, await page, await client];
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
const chosen = chosenParts(named);
const everything = chosen.length === Object.keys(parts).length;
const { results, early } = everything ? await runAll() : { results: await runInTurn(chosen) };

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
for (const { name, passedAgain = [] } of results) {
  for (const test of passedAgain)
    console.log(`${name}: only in its second run: ${test.name} — ${test.error}`);
}
if (failures.length > 0) console.log('\n=== failed');
for (const failure of failures.slice(0, mostNamed)) console.log(failure);
if (failures.length > mostNamed) console.log(`… and ${failures.length - mostNamed} more`);

const sum = results.reduce(add, none);
const failed = sum.failed + sum.skipped;
console.log(`${sum.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
