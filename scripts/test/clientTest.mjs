/**
 * Holds Outlay against the real Claude Code: installs it, and runs the tests of `test/client`.
 *
 *     npm run test:client [-- FILE…]
 */
import { build } from '../../esbuild.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { nodeTests } from './nodeTests.mjs';
import { installedClient } from './realClient.mjs';

requireNode24();

/** Runs the named test files (all, when none is named). */
export async function clientTests(files = []) {
  await installedClient();
  const patterns = files.length > 0 ? files : ['test/client/*.test.mjs'];
  return nodeTests(patterns, { concurrency: 2 });
}

if (import.meta.main) {
  // One test looks at a running VS Code, which loads what was built.
  await build();
  const { passed, failed, skipped } = await clientTests(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed + skipped > 0 ? 1 : 0;
}
