/** Status bar and sessions view when the store cannot be opened. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openSessions, waitForWelcome } from './lib/tree.mjs';
import { openWindow, test } from './lib/window.mjs';

test.describe('a window without a usable store', () => {
  let workbench;
  test.afterAll(() => workbench?.close());

  test('says so, with the reason and a way to it', async () => {
    const home = path.join(import.meta.dirname, '../../../.vscode-test/no-store');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(path.join(home, 'data/outlay.db'), { recursive: true });
    workbench = await openWindow({ home });
    await workbench.waitForStatus('store unavailable');
    const { text } = await workbench.statusTooltip();
    assert.match(text, /Store unavailable\..*outlay\.db.*not a regular file.*outlay\.storePath/s);
    await openSessions(workbench);
    await waitForWelcome(workbench, /The store is unavailable[\s\S]*Show Log/);
  });
});
