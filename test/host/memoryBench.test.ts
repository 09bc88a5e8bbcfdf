/**
 * For `npm run bench`, not for tests: memory of the extension host after a garbage collection, with Outlay on
 * a long history and the tree open; in the run `bench-bare` Outlay is not there.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { OutlayApi } from '../../src/extension.ts';

const run = process.env.OUTLAY_TEST_RUN ?? '';

/** Resident memory in MB, when what is not needed any more has been given back. */
async function settledMb(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    await sleep(500);
  }
  return process.memoryUsage.rss() / 1024 / 1024;
}

if (run === 'bench-memory' || run === 'bench-bare') {
  describe('the extension host’s memory', () => {
    it('after a garbage collection', async () => {
      if (run === 'bench-memory') {
        const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
        if (extension === undefined) throw new Error('Outlay is not there');
        const api = await extension.activate();
        while (api.spend.indexer.kind !== 'watching') await sleep(50);
        await vscode.commands.executeCommand('outlay.sessions.focus');
      } else if (vscode.extensions.getExtension('outlay.outlay') !== undefined) {
        throw new Error('Outlay is there');
      }
      await sleep(8_000);
      writeFileSync(
        process.env.OUTLAY_BENCH_RESULTS ?? '',
        JSON.stringify({ mb: await settledMb() }),
      );
    });
  });
}
