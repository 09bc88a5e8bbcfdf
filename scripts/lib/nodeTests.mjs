/** Runs tests of Node's own runner and reads off how many passed. */
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';
import { stream } from './processes.mjs';

/** The closing lines of a TAP report: `# pass 12`. */
function totals(tap) {
  const read = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return {
    passed: read('pass'),
    failed: read('fail') + read('cancelled'),
    skipped: read('skipped') + read('todo'),
  };
}

async function matches(patterns) {
  const files = [];
  for await (const file of glob(patterns, { cwd: root })) files.push(file);
  return files.sort();
}

/**
 * Runs all test files that match, their output going straight through.
 * @param {string[]} patterns
 * @param {{ concurrency?: number, env?: Record<string, string>, skip?: RegExp }} [options] tests
 *   whose name matches `skip` are left out and not counted
 */
export async function nodeTests(patterns, { concurrency = 2, env, skip } = {}) {
  const files = await matches(patterns);
  if (files.length === 0) {
    console.error(`No test file matches ${patterns.join(', ')}.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-tests-'));
  const report = path.join(folder, 'report.tap');
  try {
    const args = [
      '--test',
      `--test-concurrency=${concurrency}`,
      ...(skip ? [`--test-skip-pattern=${skip}`] : []),
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
      ...files,
    ];
    const code = await stream(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
    });
    const result = totals(await readFile(report, 'utf8').catch(() => ''));
    // A runner that ends badly without naming a failed test has failed all the same.
    return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
