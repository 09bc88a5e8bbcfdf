/**
 * What is on the screen is what was looked at by eye: pictures in six themes. In this window it
 * is always the same moment, so that nothing in them hangs on the clock.
 */
import { expect } from '@playwright/test';
import { retry } from '../../../scripts/shared/retry.ts';
import { themes } from '../../../scripts/vscode/page.mjs';
import {
  lineNamesMissing,
  otherClass,
  otherColours,
  otherDigit,
  strayMark,
  textMissing,
  textsSwapped,
} from './lib/changes.mjs';
import { writeList, writeWeeks, writeWhole } from './lib/history.mjs';
import { openSessions, unfold, waitForRows } from './lib/tree.mjs';
import { frameWith, sessionFrame } from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

/** A Thursday afternoon. */
const now = Date.parse('2026-11-12T14:20:00Z');

test.describe('pictures', () => {
  let workbench;
  test.beforeAll(async () => {
    workbench = await openWindow({
      viewport: { width: 1280, height: 2800 },
      settings: {
        'outlay.timeZone': 'UTC',
        'outlay.budget.dailyUsd': 20,
        'outlay.budget.monthlyUsd': 150,
      },
      standingAt: now,
    });
    writeList(workbench.paths.claude, now);
    await readAll();
    await workbench.waitForStatus(/unpriced|\$/);
  });
  test.afterAll(() => workbench?.close());

  /** What the watcher may have missed is looked for by the clock, which stands still. */
  const readAll = () => workbench.executeCommand('outlay.rescan');

  /** Takes a picture in each theme and compares it. */
  async function expectPictures(name, options) {
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.mouse.move(5, 2795);
      await expect(workbench.page).toHaveScreenshot(`${name}-${theme}.png`, await options());
    }
    await workbench.setTheme('dark');
  }

  /** A panel as it stands in the window, which is tall enough for all of it. */
  const panel = async (name) => {
    const frame = await frameWith(workbench, `.${name}:has(.card, .budget, .outlier-list)`);
    // The day of the price catalogue is another one with each release.
    return { clip: await frame.locator(`.${name}`).boundingBox(), mask: [frame.locator('footer')] };
  };

  /** A picture is that of the panel, and with one thing changed on the page it is another. */
  async function expectOther(name, change, what) {
    const frame = await frameWith(workbench, `.${name}:has(.card, .budget, .outlier-list)`);
    const reference = `${name}-dark.png`;
    await expect(workbench.page).toHaveScreenshot(reference, await panel(name));
    const undo = await frame.evaluateHandle(change, what);
    await expect(workbench.page).not.toHaveScreenshot(reference, await panel(name));
    await undo.evaluate((back) => back());
  }

  /** Opens a panel in the place of all that is open. */
  async function openPanel(command, name) {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand(command);
    await frameWith(workbench, `.${name}:has(.card, .budget, .outlier-list)`);
  }

  test('of the list of sessions are those that were looked at', async () => {
    await openSessions(workbench);
    await waitForRows(workbench, (list) => list.length === 7);
    await unfold(workbench, 'Fix the flaky');
    await waitForRows(workbench, (list) => list.length === 8);
    // Nothing is hovered, focused or selected.
    await workbench.executeCommand('workbench.action.focusActiveEditorGroup');
    await expectPictures('sessions', async () => {
      const tree = workbench.page.locator('.sidebar .tree-explorer-viewlet-tree-view').nth(1);
      const clip = { ...(await tree.boundingBox()), height: 200 };
      return { clip };
    });
  });

  test('of the session panel are those that were looked at', async () => {
    writeWhole(workbench.paths.claude);
    await readAll();
    await workbench.executeCommand('workbench.action.closeSidebar');
    const frame = await retry('the session is open', async () => {
      await workbench.executeCommand('outlay.openSession', 'whole');
      await workbench.page
        .locator('.tab')
        .filter({ hasText: 'Fix the flaky' })
        .waitFor({ timeout: 3_000 });
      return sessionFrame(workbench, 'Fix the flaky');
    });
    await frame.locator('.messages tr.row').nth(11).waitFor();
    await frame.locator('.messages .opener').first().click();
    await frame.locator('.arithmetic').waitFor();
    await expectPictures('session', () => panel('session'));
  });

  test('of the session panel are others when a bar has another colour', () =>
    expectOther('session', otherClass, ['.strip-fill.plain', 'plain', 'lost']));

  test('of the session panel are others when a label is missing', () =>
    expectOther('session', textMissing, '[data-card="cost"] .detail'));

  test('of the session panel are others when one digit of a small figure is another', () =>
    expectOther('session', otherDigit, '.messages strong'));

  test('of the session panel are others when the chart is of another session', () =>
    expectOther('session', strayMark, 'canvas'));

  test('of the dashboard are those that were looked at', async () => {
    writeWeeks(workbench.paths.claude, now);
    await readAll();
    await openPanel('outlay.openDashboard', 'dashboard');
    await expectPictures('dashboard', () => panel('dashboard'));
  });

  test('of the dashboard are others when two figures have changed places', () =>
    expectOther('dashboard', textsSwapped, '[data-part="by-project"] .bar-figure'));

  test('of burn rate are those that were looked at', async () => {
    await openPanel('outlay.openBurn', 'burn');
    await expectPictures('burn', () => panel('burn'));
  });

  test('of burn rate are others when a yardstick is missing', () =>
    expectOther('burn', textMissing, '.burn .card .detail'));

  test('of burn rate are others when the lines of the chart have no names', () =>
    expectOther('burn', lineNamesMissing, '[data-part="pace"] canvas'));

  test('of burn rate are others when two figures have changed places', () =>
    expectOther('burn', textsSwapped, '.burn .card .figure'));

  test('of budgets are those that were looked at', async () => {
    await workbench.setSettings({
      'outlay.budget.projects': { '/home/dev/billing-api': { monthlyUsd: 44 } },
    });
    await openPanel('outlay.openBudgets', 'budgets');
    const frame = await frameWith(workbench, '.budgets:has(.budget)');
    await expect(frame.locator('.budget')).toHaveCount(3);
    await frame.locator('[data-part="history-2"] canvas').waitFor();
    await expectPictures('budgets', () => panel('budgets'));
  });

  test('of budgets are others when a strip has no colour', () =>
    expectOther('budgets', otherClass, ['.strip.critical', 'critical', 'ok']));

  test('of budgets are others when a forecast is missing', () =>
    expectOther('budgets', textMissing, '.how-far .quiet'));

  test('of budgets are others when two figures have changed places', () =>
    expectOther('budgets', textsSwapped, '.budget .amount'));

  test('of anomalies are those that were looked at', async () => {
    await openPanel('outlay.openAnomalies', 'anomalies');
    await expectPictures('anomalies', () => panel('anomalies'));
  });

  test('of anomalies are others when the chart has another colour', () =>
    expectOther('anomalies', otherColours, '[data-part="outliers-chart"] canvas'));

  test('of anomalies are others when a likely reason is missing', () =>
    expectOther('anomalies', textMissing, '[data-part="outliers"] .why'));

  test('of anomalies are others when two figures have changed places', () =>
    expectOther('anomalies', textsSwapped, '.anomalies .cost p'));
});
