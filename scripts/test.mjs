/**
 * Runs everything that says whether the project is right, and adds it up.
 *
 *     npm test [-- PART…]     parts: see `parts` below; default: all of them, two beside each other
 *
 * A part that fails does not stop the later ones. At the end the failed tests are named; the last line is "N passed, N failed".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { clientTests } from './clientTest.mjs';
import { hostTests } from './hostTest.mjs';
import { requireNode24 } from './lib/node24.mjs';
import { nodeTests } from './lib/nodeTests.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run, stream } from './lib/processes.mjs';
import { inOneLine } from './lib/resultsReporter.mjs';

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

const parts = {
  types,
  lint: () => check('node_modules/@biomejs/biome/bin/biome', 'ci', '.'),
  build: () => check('esbuild.mjs'),
  unit: () => nodeTests(['test/unit/**/*.test.ts']),
  cli: () => nodeTests(['test/cli/**/*.test.ts']),
  store: () => nodeTests(['test/store/**/*.test.ts']),
  package: () => nodeTests(['test/package/*.test.mjs'], { concurrency: 1 }),
  host: () => hostTests(),
  page: () => nodeTests(['test/host/page/*.test.mjs'], { isolated: false }),
  'page-packed': () => nodeTests(['test/host/page-packed/*.test.mjs']),
  client: () => clientTests(),
};

function chosenParts() {
  const named = process.argv.slice(2);
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
 * Parts that need no editor, or hardly one: they run beside those that do, which wait for one most of
 * the time. Both rows end at about the same time.
 */
const aside = ['types', 'lint', 'unit', 'cli', 'store', 'package', 'client'];

/** Runs some parts in a process of their own, after everybody else; prints what it said at the end. */
async function runAside(names) {
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-aside-'));
  const resultFile = path.join(folder, 'results.json');
  try {
    const output = await run(process.execPath, [inRoot('scripts/test.mjs'), ...names], {
      cwd: root,
      env: { ...process.env, OUTLAY_ASIDE: resultFile },
    }).catch((error) => error.message);
    const text = await readFile(resultFile, 'utf8').catch(() => undefined);
    const failures = [{ name: 'the parts aside', error: inOneLine(output) }];
    const nothing = [{ ...none, name: 'aside', seconds: '0', failed: 1, failures }];
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

/** Everything: what needs an editor in turn, the rest beside it. */
async function runAll() {
  const built = await runPart('build');
  const beside = runAside(aside);
  const others = Object.keys(parts).filter((name) => name !== 'build' && !aside.includes(name));
  const done = await runInTurn(others);
  const { output, results } = await beside;
  console.log(output);
  return [built, ...results, ...done];
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

shareCompiled();
const asideFile = process.env.OUTLAY_ASIDE;
// The editor's tests come first where both want the processor.
if (asideFile) setPriority(10);
const chosen = chosenParts();
const everything = chosen.length === Object.keys(parts).length;
const results = everything ? await runAll() : await runInTurn(chosen);
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
if (failures.length > 0) console.log('\n=== failed');
for (const failure of failures.slice(0, mostNamed)) console.log(failure);
if (failures.length > mostNamed) console.log(`… and ${failures.length - mostNamed} more`);

const sum = results.reduce(add, none);
const failed = sum.failed + sum.skipped;
console.log(`${sum.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
