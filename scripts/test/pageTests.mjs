/** Runs the tests of `test/host/page*` with Playwright's runner, and counts as `nodeTests` does. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot, root } from '../shared/paths.mjs';
import { run, stream } from '../shared/processes.mjs';
import { inOneLine } from './resultsReporter.mjs';

const runner = inRoot('node_modules/@playwright/test/cli.js');

/** The tests of a suite in Playwright's report: file, name, status and error. */
function testsIn({ title, specs = [], suites = [] }, above = []) {
  const names = [...above, title];
  const own = specs.map(({ file, title, tests: [test] }) => ({
    file,
    name: [...names.slice(1), title].join(' › '),
    status: test.status,
    error: inOneLine(test.results.at(-1)?.error?.message ?? 'It did not run.'),
  }));
  return [...own, ...suites.flatMap((suite) => testsIn(suite, names))];
}

async function runFiles(files, { quiet, env: surroundings }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'outlay-pages-'));
  const report = path.join(folder, 'results.json');
  try {
    const args = [runner, 'test', '--reporter=list,json', ...files];
    const env = { ...surroundings, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
    const options = { cwd: root, env };
    if (quiet) console.log(await run(process.execPath, args, options).catch(String));
    else await stream(process.execPath, args, options);
    const { suites, errors } = JSON.parse(await readFile(report, 'utf8'));
    const broken = errors.map(({ message }) => ({
      name: 'a file',
      status: 'unexpected',
      error: inOneLine(message),
    }));
    return [...suites.flatMap((suite) => testsIn(suite)), ...broken];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs them all, two files at a time. A file in which a test failed is run once more, whole, when the
 * others have ended: an editor on a busy machine may lose a click, and tests of a window build on one
 * another. What fails again has failed; what does not is named all the same.
 * @param {object} [options]
 * @param {boolean} [options.quiet] what they print follows at the end
 * @param {Record<string, string>} [options.env] added to the environment
 */
export async function pageTests({ quiet = false, env = {} } = {}) {
  // As it is now: what runs beside may be given another zone in a moment.
  const options = { quiet, env: { ...process.env, ...env } };
  let tests = await runFiles([], options);
  const lost = tests.filter(({ status, file }) => status === 'unexpected' && file !== undefined);
  const files = [...new Set(lost.map(({ file }) => file))];
  if (files.length > 0 && files.length <= mostAgain) {
    console.error(`Failed, so once more: ${files.join(', ')}`);
    const kept = tests.filter(({ file }) => !files.includes(file));
    tests = [...kept, ...(await runFiles(files, options))];
  }
  const failures = tests.filter(({ status }) => status === 'unexpected');
  const isAgain = ({ name }) => failures.some((failure) => failure.name === name);
  return {
    passed: tests.filter(({ status }) => status === 'expected').length,
    failed: failures.length,
    skipped: tests.filter(({ status }) => status === 'skipped').length,
    failures,
    passedAgain: lost.filter((test) => !isAgain(test)),
  };
}

/** Of more files than these something is wrong that a second run would only tell again. */
const mostAgain = 4;
