/** "Open in Browser": the panels of a window in a page of their own, through a port it forwards. */
import assert from 'node:assert/strict';
import { expect } from '@playwright/test';
import { startPortProxy } from './lib/portProxy.mjs';
import { answer, append, transcriptOf, write } from './lib/records.mjs';
import { openWindow, test } from './lib/window.mjs';

test.describe('open in browser', () => {
  const shop = { session: 'shop-session', cwd: '/home/dev/shop' };
  let proxy;
  let workbench;

  test.beforeAll(async () => {
    proxy = await startPortProxy();
    workbench = await openWindow({ forwardsTo: proxy.template });
    write(transcriptOf(workbench.paths.claude, shop), [answer('one', 3, shop)]);
    await workbench.waitForStatus(/\$3\.00/);
  });
  test.afterAll(async () => {
    await workbench?.close();
    proxy?.close();
  });

  test('shows the dashboard of this window, live, and the pages beside it', async () => {
    const opened = workbench.page.context().waitForEvent('page');
    await workbench.executeCommand('outlay.openInBrowser');
    const page = await opened;
    await expect(page.locator('main')).toContainText('$3.00');
    assert.match(page.url(), /\/proxy\/\d+\/$/, 'the token is not left in the address');
    append(transcriptOf(workbench.paths.claude, shop), answer('two', 2, shop));
    await expect(page.locator('main')).toContainText('$5.00');
    await page.getByRole('link', { name: 'Burn Rate' }).click();
    await expect(page.locator('main h1')).toBeVisible();
    assert.match(page.url(), /\/proxy\/\d+\/burn/);
    await page.close();
  });
});
