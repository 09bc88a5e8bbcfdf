/**
 * Runs the tests of `test/host` inside a real VS Code: from source, from the packed extension and
 * with the native module missing.
 *
 *     npm run test:host -- [source] [packed] [no-native]
 */

import { packForThisMachine } from '../release/pack.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { runHostTests } from './hostRun.mjs';

requireNode24();

/** What asks the store: another one with the other engine; its lists are tested without an editor. */
const storeTests = '^(activation|spend|what is stored) ';
/** What can be missing from the package: its bundles, threads, addon, texts, demo and launcher. */
const packedTests =
  '^(activation|spend|demo|what is stored|the command outlay in a terminal) |are shown as a Markdown';

const chosen = (tests) => ({ OUTLAY_TEST_GREP: process.env.OUTLAY_TEST_GREP ?? tests });

const runs = {
  source: () => ({}),
  packed: async () => ({ vsix: await packForThisMachine(), env: chosen(packedTests) }),
  'no-native': () => ({ env: { OUTLAY_NO_NATIVE: '1', ...chosen(storeTests) } }),
};

/** Runs the named ones (all, when none is named) and adds their numbers up. */
export async function hostTests(names = []) {
  const sum = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of names.length > 0 ? names : Object.keys(runs)) {
    if (!Object.hasOwn(runs, name)) throw new Error(`There is no host run "${name}".`);
    console.log(`\n— VS Code, ${name}`);
    const options = await runs[name]();
    const result = await runHostTests({ name, ...options });
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.skipped += result.pending;
    sum.failures.push(...result.failures);
  }
  return sum;
}

if (import.meta.main) {
  const { passed, failed } = await hostTests(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
