/** The demo as a person sees it, and that it ends with the window. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkbench } from '../../../scripts/lib/page.mjs';

describe('the demo', () => {
  let workbench;
  let folder;
  const leftovers = () => (existsSync(folder) ? readdirSync(folder) : []);
  before(async () => {
    workbench = await openWorkbench();
    folder = path.join(workbench.home, 'server/data/User/globalStorage/outlay.outlay/demo');
  });
  after(() => workbench?.close());

  it('is called one in the status bar, in the list and in a notification', async () => {
    await workbench.waitForStatus('No transcripts', { timeoutMs: 60_000 });
    await workbench.runCommand('Outlay: Open Demo');
    await workbench.waitForStatus(/\$\d.*demo/, { timeoutMs: 30_000 });
    assert.equal(leftovers().length, 1);
    const pane = workbench.page.locator('.pane-body').filter({ hasText: 'Add gift cards' });
    await pane.first().waitFor();
    assert.match(await pane.first().innerText(), /shop[\s\S]*\$\d/);
    await workbench.executeCommand('notifications.showList');
    const message = workbench.page.locator('.notification-list-item-message').first();
    await message.waitFor();
    assert.match(await message.innerText(), /made-up sessions.*Outlay: Close Demo/);
  });

  it('ends when the window is reloaded, and leaves nothing behind', async () => {
    await workbench.reload();
    await workbench.waitForStatus('No transcripts', { timeoutMs: 60_000 });
    const end = Date.now() + 15_000;
    while (leftovers().length > 0 && Date.now() < end) await sleep(50);
    assert.deepEqual(leftovers(), []);
  });
});
