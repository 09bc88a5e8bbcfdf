/**
 * The loop while editing, in less than half a minute: types, lint, and the tests that reach what
 * has changed since the branch left main, nearest first; when nothing has, all quick unit tests.
 *
 *     npm run test:fast [-- COMMIT]     what has changed since COMMIT instead
 *
 * What there is no time for is named at the end; tests in an editor are never run here.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from '../../esbuild.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, root, scratch } from '../shared/paths.mjs';
import { run } from '../shared/processes.mjs';
import { distancesTo, importGraph } from './importGraph.mjs';

requireNode24();

/** No test file is started that would not be done by then. */
const budgetSeconds = 22;
/** Seconds of the test files that take one or more, on a quiet machine. */
const secondsOf = JSON.parse(readFileSync(inRoot('scripts/test/seconds.json'), 'utf8'));
const elapsed = () => performance.now() / 1000;
const layers = 'test/unit/layers.test.ts';
const isTest = (file) => /^test\/(unit|store|cli)\/.*\.test\.ts$/.test(file);
const isQuick = (file) => file.startsWith('test/unit/') && !(file in secondsOf);

function git(...args) {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  return execFileSync('git', args, options).split('\n').filter(Boolean);
}

/** The commit at which the branch left main; HEAD where there is no main. */
function branchPoint() {
  for (const name of ['origin/main', 'main']) {
    try {
      return git('merge-base', 'HEAD', name)[0];
    } catch {}
  }
  return 'HEAD';
}

function changedFiles() {
  const tracked = git('diff', '--name-only', process.argv[2] ?? branchPoint());
  return [...new Set([...tracked, ...git('ls-files', '--others', '--exclude-standard')])];
}

const changed = changedFiles();
let passed = 0;
const failed = [];

/** Does one job; its output is shown only when it fails. */
async function job(name, work) {
  try {
    await work();
    passed += 1;
    console.log(`${elapsed().toFixed(1).padStart(5)} s  ok      ${name}`);
  } catch (error) {
    failed.push(name);
    console.log(`${elapsed().toFixed(1).padStart(5)} s  FAILED  ${name}\n${error.message}`);
  }
}

const node = (program, ...args) => run(process.execPath, [program, ...args], { cwd: root });
const tsc = (project, cache) =>
  node(
    'node_modules/typescript/bin/tsc',
    ...['-p', project, '--incremental', '--tsBuildInfoFile', path.join(scratch, cache)],
  );
const test = (...args) => node('--test', '--test-reporter=dot', ...args);

async function checks() {
  await job('types', () => tsc('tsconfig.json', 'types.tsbuildinfo'));
  await job('types of webviews', () => tsc('webview/tsconfig.json', 'webview.tsbuildinfo'));
  const files = changed.length > 0 ? changed.filter((file) => existsSync(inRoot(file))) : ['.'];
  const options = ['--no-errors-on-unmatched', '--files-ignore-unknown=true'];
  await job('lint', () =>
    node('node_modules/@biomejs/biome/bin/biome', 'ci', ...options, ...files),
  );
}

/** The quick unit tests (all, when nothing has changed), and the other test files that reach what has changed, the nearest first. */
async function chooseTests() {
  const graph = await importGraph();
  const distances = await distancesTo(changed, graph);
  const reaching = [...distances.keys()].filter(isTest);
  console.log(`${changed.length} files have changed, ${reaching.length} test files reach them`);
  const queue = reaching.filter((file) => !isQuick(file));
  // Those of the terminal run what was built.
  if (queue.some((file) => file.startsWith('test/cli/'))) await job('build', () => build());
  const unit = changed.length > 0 ? [...reaching, layers] : [...graph.keys()].filter(isTest);
  return { quick: [...new Set(unit.filter(isQuick))], queue };
}

/** Runs the nearest file there is time for, again and again. */
async function drain(queue) {
  for (;;) {
    const left = budgetSeconds - elapsed();
    const next = queue.findIndex((file) => (secondsOf[file] ?? 1) < left);
    if (next < 0) return;
    const [file] = queue.splice(next, 1);
    await job(file, () => test(file));
  }
}

process.env.NODE_COMPILE_CACHE ??= path.join(scratch, 'compiled');
const chosen = chooseTests();
const quickTests = chosen.then(({ quick }) =>
  job(`${quick.length} files of unit tests`, () => test('--test-isolation=none', ...quick)),
);
// Two rows, for two processors.
const rows = [checks(), quickTests].map(async (row) => {
  await row;
  await drain((await chosen).queue);
});
await Promise.all(rows);

const { queue: left } = await chosen;
if (left.length > 0) console.log(`\nNo time for:\n  ${left.join('\n  ')}`);
if (failed.length > 0) console.log(`\nFailed:\n  ${failed.join('\n  ')}`);
console.log(`${passed} passed, ${failed.length} failed (${elapsed().toFixed(1)} s)`);
process.exitCode = failed.length > 0 ? 1 : 0;
