/** The demo as a person sees it, and that it ends with the window. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openWorkbench } from '../../../scripts/lib/page.mjs';
import { until } from '../../../scripts/lib/patience.mjs';

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
    await workbench.waitForStatus('No transcripts');
    await workbench.runCommand('Outlay: Open Demo');
    await workbench.waitForStatus(/\$\d.*demo/);
    assert.equal(leftovers().length, 1);
    const pane = workbench.page.locator('.pane-body').filter({ hasText: 'Add gift cards' });
    await pane
      .filter({ hasText: /shop[\s\S]*\$\d/ })
      .first()
      .waitFor();
    await workbench.executeCommand('notifications.showList');
    await workbench.page
      .locator('.notification-list-item-message')
      .filter({ hasText: /made-up sessions.*Outlay: Close Demo/ })
      .waitFor();
  });

  it('ends when the window is reloaded, and leaves nothing behind', async () => {
    await workbench.reload();
    await workbench.waitForStatus('No transcripts');
    await until(
      () => `nothing is left of it, but ${leftovers()}`,
      () => leftovers().length === 0,
    );
  });
});
