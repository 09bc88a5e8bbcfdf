/** Runs tests of Node's own runner and reads off how many passed and which failed. */
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot, root } from './paths.mjs';
import { stream } from './processes.mjs';

/** What the reporter of results wrote; nothing when the runner did not get that far. */
async function readResults(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text ? JSON.parse(text) : { passed: 0, failed: 0, skipped: 0, failures: [] };
}

async function matches(patterns) {
  const files = [];
  for await (const file of glob(patterns, { cwd: root })) files.push(file);
  return files.sort();
}

/**
 * Runs all test files that match, their output going straight through.
 * @param {string[]} patterns
 * @param {{ concurrency?: number }} [options]
 */
export async function nodeTests(patterns, { concurrency = 2 } = {}) {
  const files = await matches(patterns);
  if (files.length === 0) {
    console.error(`No test file matches ${patterns.join(', ')}.`);
    return { passed: 0, failed: 1, skipped: 0, failures: [] };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-tests-'));
  const report = path.join(folder, 'results.json');
  try {
    const args = [
      '--test',
      `--test-concurrency=${concurrency}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      `--test-reporter=${pathToFileURL(inRoot('scripts/lib/resultsReporter.mjs'))}`,
      `--test-reporter-destination=${report}`,
      ...files,
    ];
    const code = await stream(process.execPath, args, { cwd: root });
    const result = await readResults(report);
    // A runner that ends badly without naming a failed test has failed all the same.
    return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
