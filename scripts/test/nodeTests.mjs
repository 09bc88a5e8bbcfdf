/** Runs tests of Node's own runner and reads off how many passed and which failed. */
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot, root } from '../shared/paths.mjs';
import { stream } from '../shared/processes.mjs';

const reporter = pathToFileURL(inRoot('scripts/test/resultsReporter.mjs'));

async function matches(patterns) {
  const files = [];
  for await (const file of glob(patterns, { cwd: root })) files.push(file);
  return files.sort();
}

/** Runs these files; answers with the exit code and what the reporter of results says of each. */
async function runFiles(files, concurrency) {
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-tests-'));
  const report = path.join(folder, 'results.json');
  try {
    const args = [
      '--test',
      `--test-concurrency=${concurrency}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`],
      ...files,
    ];
    const code = await stream(process.execPath, args, { cwd: root });
    // Nothing when the runner did not get that far.
    const text = await readFile(report, 'utf8').catch(() => '');
    return { code, results: text ? JSON.parse(text) : [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs all test files that match, their output going straight through.
 * @param {string[]} patterns
 * @param {object} [options]
 * @param {number} [options.concurrency] files at a time
 */
export async function nodeTests(patterns, { concurrency = 2 } = {}) {
  const sum = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const fail = (error) => {
    sum.failed += 1;
    sum.failures.push({ name: patterns.join(', '), error });
  };
  const files = await matches(patterns);
  if (files.length === 0) {
    fail('No test file matches.');
    return sum;
  }
  let { code, results } = await runFiles(files, concurrency);
  // Node 24 aborts now and then in V8 ("Check failed: jit_page.has_value()"), whatever it runs; with
  // it go the results of all files of the process.
  const crashed = results.filter((result) => result.crashed).map(({ file }) => file);
  if (crashed.length > 0) {
    console.error(`The runtime itself crashed, so once more: ${crashed.join(', ')}`);
    const again = await runFiles(crashed, 1);
    code = again.code;
    results = [...results.filter((result) => !result.crashed), ...again.results];
  }
  for (const { passed, failed, skipped, failures } of results) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.failures.push(...failures);
  }
  // A runner that ends badly without naming a failed test has failed all the same.
  if (code !== 0 && sum.failed === 0) fail(`The runner ended with code ${code}.`);
  return sum;
}
