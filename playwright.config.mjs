/** How page tests are run: `npm test -- page`, or `npx playwright test NAME`. */
import { defineConfig } from '@playwright/test';
import { longestWaitMs } from './scripts/shared/retry.ts';

export default defineConfig({
  testDir: 'test/host',
  globalSetup: './scripts/test/pageSetup.mjs',
  testMatch: ['page/*.test.mjs', 'page-packed/*.test.mjs'],
  outputDir: 'artifacts/pictures',
  snapshotPathTemplate: '{testDir}/page/references/{arg}{ext}',
  workers: 2,
  timeout: 5 * longestWaitMs,
  expect: {
    timeout: longestWaitMs,
    toPass: { timeout: longestWaitMs },
    // Edges are smoothed a little differently by another browser; a digit changes many more pixels.
    toHaveScreenshot: { threshold: 0.08, maxDiffPixels: 16 },
  },
});
