/**
 * The entry VS Code calls inside its extension host: runs every `*.test.ts` of this folder with
 * Mocha and leaves the numbers where the script that started the host reads them.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { longestWaitMs } from '../../scripts/shared/retry.ts';
import { noonZone } from '../lib/noonZone.ts';

/** What one run in a host came to. */
interface HostResult {
  passed: number;
  failed: number;
  pending: number;
  failures: { name: string; error: string }[];
}

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 3 * longestWaitMs, color: false });
  const grep = process.env.OUTLAY_TEST_GREP;
  if (grep) mocha.grep(grep);

  const here = import.meta.dirname;
  for (const file of readdirSync(here).sort()) {
    // Of a host without Outlay nothing else may be loaded.
    const wanted = process.env.OUTLAY_TEST_FILE ?? file;
    if (file.endsWith('.test.cjs') && file === wanted) mocha.addFile(join(here, file));
  }

  // What is spent during a run is spent on one day, whenever it runs.
  if (vscode.extensions.getExtension('outlay.outlay') !== undefined) {
    const settings = vscode.workspace.getConfiguration('outlay');
    await settings.update('timeZone', noonZone(), vscode.ConfigurationTarget.Global);
  }

  const result = await new Promise<HostResult>((resolve) => {
    const failures: HostResult['failures'] = [];
    const runner = mocha.run(() => {
      const stats = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      resolve({
        passed: stats.passes,
        failed: stats.failures,
        pending: stats.pending,
        failures,
      });
    });
    runner.on('fail', (test, error: Error) => {
      failures.push({ name: test.fullTitle(), error: error.message });
    });
  });

  const resultFile = process.env.OUTLAY_TEST_RESULTS;
  if (resultFile) writeFileSync(resultFile, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} test(s) failed`);
}
