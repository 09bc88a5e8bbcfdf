/** The palette as a person sees it, and documents: a report that is refined by its own links. */
import assert from 'node:assert/strict';
import { expect } from '@playwright/test';
import { retry } from '../../../scripts/shared/retry.ts';
import { answer, transcriptOf, write } from './lib/records.mjs';
import { openSessions, waitForRows } from './lib/tree.mjs';
import { expectNoViolation, frameWith, watchErrors, watchPolicy } from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const day = 86_400_000;

test.describe('the palette and its documents', () => {
  let workbench;
  const rows = () => workbench.page.locator('.quick-input-list .monaco-list-row');
  const title = () => workbench.page.locator('.quick-input-title');
  const listed = async (words) => {
    const input = workbench.page.locator('.quick-input-widget input[type="text"]');
    await retry('the palette lists something', async (timeout) => {
      await workbench.page.keyboard.press('F1');
      await input.fill(`>${words}`, { timeout });
      await rows().first().waitFor({ timeout });
    });
    const texts = await rows().locator('.monaco-icon-label').allInnerTexts();
    await workbench.page.keyboard.press('Escape');
    return texts.map((text) => text.trim());
  };
  test.beforeAll(async () => {
    workbench = await openWindow();
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('without transcripts the palette offers nothing that needs some', async () => {
    await workbench.waitForStatus('No transcripts');
    await expect.poll(() => listed('Outlay: Where')).toContain('Outlay: Where Outlay Looks');
    await expect.poll(() => listed('Outlay: Report')).not.toContain('Outlay: Report…');
    assert.ok(!(await listed('Outlay: Open')).includes('Outlay: Open Session'));
    await workbench.runCommand('Outlay: Where Outlay Looks');
    const place = rows().filter({ hasText: workbench.paths.claude });
    await expect(place).toContainText('0 transcripts');
    await expect(rows().filter({ hasText: 'Open Demo' })).toBeVisible();
    await workbench.page.keyboard.press('Escape');
    // The hover has no more to offer than that either.
    const { text } = await workbench.statusTooltip();
    assert.doesNotMatch(text, /Pause|daily budget|list prices/);
  });

  /** Two sessions, one of them of this month; what is there already counts once. */
  const given = async () => {
    const place = { session: 'one', cwd: '/home/dev/shop' };
    const other = { session: 'two', cwd: '/home/dev/billing-api' };
    write(transcriptOf(workbench.paths.claude, place), [
      answer('a', 2, { ...place, at: Date.now() }),
      answer('b', 1, { ...place, at: Date.now(), model: 'claude-sonnet-5-5' }),
    ]);
    const before = { ...other, at: Date.now() - 80 * day };
    write(transcriptOf(workbench.paths.claude, other), [answer('c', 4, before)]);
    await workbench.waitForStatus('$3.00');
  };

  test('a report opens at once, and its links ask it anew', async () => {
    await given();
    const [broken, failed] = [watchPolicy(workbench), watchErrors(workbench)];
    await workbench.runCommand('Outlay: Report…');
    await expect(rows().first()).toContainText('Cost Report');
    await workbench.page.keyboard.press('Enter');
    let frame = await frameWith(workbench, 'main', 'Cost report');
    const tab = workbench.page.locator('.tabs-container .tab.active .tab-label');
    await expect(tab).toHaveText('Cost Report');
    await expect(frame.locator('main')).toContainText('$3.00');
    await frame.getByRole('link', { name: 'Period: This month' }).click();
    await expect(title()).toHaveText('Cost Report: Period');
    await rows().filter({ hasText: 'All time' }).click();
    frame = await frameWith(workbench, 'nav', 'Period: All time');
    await expect(frame.locator('main')).toContainText('$7.00');
    await frame.getByRole('link', { name: 'Project: All projects' }).click();
    await rows().filter({ hasText: 'billing-api' }).click();
    frame = await frameWith(workbench, 'nav', 'Project: billing-api');
    await expect(frame.locator('main')).toContainText('$4.00');
    await expect(workbench.page.locator('.tabs-container .tab')).toHaveCount(1);
    // The document runs no scripts, so a copy of it is looked through.
    const copy = await workbench.page.context().browser().newPage();
    await copy.setContent(await frame.content());
    await expectNoViolation(copy);
    await copy.close();
    await frame.getByRole('link', { name: 'Open Dashboard' }).click();
    await expect(tab).toHaveText(/Dashboard|Claude/);
    assert.deepEqual([broken(), failed()], [[], []]);
    await workbench.executeCommand('workbench.action.closeAllEditors');
  });

  test('a report about a session is its panel', async () => {
    await given();
    void workbench.executeCommand('outlay.report.session').catch(() => {});
    await expect(title()).toHaveText('Open a session');
    await expect(rows().first()).toContainText('$');
  });

  test('what a link may run is on a list', async () => {
    const markdown = '[Help](command:outlay.help) [Close](command:workbench.action.closeWindow)';
    const html = await workbench.executeCommand('markdown.api.render', markdown);
    assert.match(html, /command:workbench/);
    const { documentCommands } = await import('../../../src/views/core/documentCommands.ts');
    assert.ok(documentCommands.every((command) => command.startsWith('outlay.')));
    for (const command of ['resumeInTerminal', 'openTranscript', 'applyInsight', 'testAlert']) {
      assert.ok(!documentCommands.includes(`outlay.${command}`), command);
    }
  });

  test('looking again says that it does, and when it is done', async () => {
    await given();
    const bar = workbench.page.locator('.statusbar');
    void workbench.executeCommand('outlay.rescan').catch(() => {});
    await expect(bar).toContainText('Outlay is up to date: 2 transcripts.');
    await openSessions(workbench);
    await waitForRows(workbench, (list) => list.some((row) => /live/.test(row.description)));
    await workbench.executeCommand('outlay.pause');
    await workbench.waitForStatus('paused');
    // What nobody reads, nobody knows to be alive.
    await waitForRows(workbench, (list) => !list.some((row) => /live/.test(row.description)));
    await workbench.executeCommand('outlay.rescan');
    await expect
      .poll(() => workbench.notifications())
      .toContainEqual(expect.stringContaining('Outlay is paused, so nothing is read.'));
    await workbench.executeCommand('outlay.resume');
  });

  test('filtering shows what is filtered', async () => {
    await workbench.executeCommand('workbench.view.explorer');
    void workbench.executeCommand('outlay.filterSessions').catch(() => {});
    await expect(title()).toHaveText('Filter sessions');
    await expect(workbench.page.locator('.sidebar .composite.title')).toContainText(/Outlay/i);
    await workbench.page.keyboard.press('Escape');
  });
});
