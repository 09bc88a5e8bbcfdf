/**
 * What is on the screen is what was looked at by eye: pictures in the four themes. In this window it
 * is always the same moment, so that nothing in them hangs on the clock.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { insist, until } from '../../../scripts/shared/patience.mjs';
import { differs, expectPicture } from '../../../scripts/test/pictures.mjs';
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
import { openWindow } from './lib/window.mjs';

const reference = (name) => path.join(import.meta.dirname, 'references', `${name}.png`);
/** A Thursday afternoon. */
const now = Date.parse('2026-11-12T14:20:00Z');

describe('pictures', () => {
  let workbench;
  before(async () => {
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
  after(() => workbench?.close());

  /** What the watcher may have missed is looked for by the clock, which stands still. */
  const readAll = () => workbench.executeCommand('outlay.rescan');

  /** Takes a picture in each theme and compares it. */
  async function expectPictures(name, take) {
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.mouse.move(5, 2795);
      await expectPicture(take, reference(`${name}-${theme}`));
    }
    await workbench.setTheme('dark');
  }

  /** A panel as it stands in the window, which is tall enough for all of it. */
  const panel = async (name) => {
    const frame = await frameWith(workbench, `.${name}:has(.card)`);
    return workbench.page.screenshot({
      animations: 'disabled',
      clip: await frame.locator(`.${name}`).boundingBox(),
      // The day of the price catalogue is another one with each release.
      mask: [frame.locator('footer')],
    });
  };

  /** A picture is that of the panel, and with one thing changed on the page it is another. */
  async function expectOther(name, change, what) {
    const frame = await frameWith(workbench, `.${name}:has(.card)`);
    const wanted = readFileSync(reference(`${name}-dark`));
    const isSame = async () => !differs(await panel(name), wanted);
    await until('the picture is that of the panel', isSame);
    const undo = await frame.evaluateHandle(change, what);
    await until('the picture is another', async () => !(await isSame()));
    await undo.evaluate((back) => back());
  }

  /** Opens a panel in the place of all that is open. */
  async function openPanel(command, name) {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand(command);
    await frameWith(workbench, `.${name}:has(.card)`);
  }

  it('of the list of sessions are those that were looked at', async () => {
    await openSessions(workbench);
    await waitForRows(workbench, (list) => list.length === 7);
    await unfold(workbench, 'Fix the flaky');
    await waitForRows(workbench, (list) => list.length === 8);
    // Nothing is hovered, focused or selected.
    await workbench.executeCommand('workbench.action.focusActiveEditorGroup');
    await expectPictures('sessions', async () => {
      const tree = workbench.page.locator('.sidebar .tree-explorer-viewlet-tree-view').first();
      const clip = { ...(await tree.boundingBox()), height: 200 };
      return workbench.page.screenshot({ animations: 'disabled', clip });
    });
  });

  it('of the session panel are those that were looked at', async () => {
    writeWhole(workbench.paths.claude);
    await readAll();
    await workbench.executeCommand('workbench.action.closeSidebar');
    const frame = await insist('the session is open', async () => {
      await workbench.executeCommand('outlay.openSession', 'whole');
      await workbench.page
        .locator('.tab')
        .filter({ hasText: 'Fix the flaky' })
        .waitFor({ timeout: 3_000 });
      return sessionFrame(workbench, 'Fix the flaky');
    });
    await frame.locator('.messages tr.row').nth(21).waitFor();
    await frame.locator('.messages .opener').first().click();
    await frame.locator('.arithmetic').waitFor();
    await expectPictures('session', () => panel('session'));
  });

  it('of the session panel are others when a bar has another colour', () =>
    expectOther('session', otherClass, ['.bar.opus', 'opus', 'haiku']));

  it('of the session panel are others when a label is missing', () =>
    expectOther('session', textMissing, '[data-card="tokens"] .detail'));

  it('of the session panel are others when one digit of a small figure is another', () =>
    expectOther('session', otherDigit, '.dollars'));

  it('of the session panel are others when the chart is of another session', () =>
    expectOther('session', strayMark, 'canvas'));

  it('of the dashboard are those that were looked at', async () => {
    writeWeeks(workbench.paths.claude, now);
    await readAll();
    await openPanel('outlay.openDashboard', 'dashboard');
    await expectPictures('dashboard', () => panel('dashboard'));
  });

  it('of the dashboard are others when two figures have changed places', () =>
    expectOther('dashboard', textsSwapped, '[data-part="by-model"] .bar-figure'));

  it('of burn rate are those that were looked at', async () => {
    await openPanel('outlay.openBurn', 'burn');
    await expectPictures('burn', () => panel('burn'));
  });

  it('of burn rate are others when a warning has no colour', () =>
    expectOther('burn', otherClass, ['[data-card="hour"]', 'warning', 'info']));

  it('of burn rate are others when the lines of the chart have no names', () =>
    expectOther('burn', lineNamesMissing, '[data-part="burn"] canvas'));

  it('of burn rate are others when two figures have changed places', () =>
    expectOther('burn', textsSwapped, '[data-part="budgets"] td:nth-child(3)'));

  it('of anomalies are those that were looked at', async () => {
    await openPanel('outlay.openAnomalies', 'anomalies');
    await expectPictures('anomalies', () => panel('anomalies'));
  });

  it('of anomalies are others when the projection has another colour', () =>
    expectOther('anomalies', otherColours, '[data-part="projection"] canvas'));

  it('of anomalies are others when a likely reason is missing', () =>
    expectOther('anomalies', textMissing, '[data-part="outliers"] tbody td:last-child'));

  it('of anomalies are others when two figures have changed places', () =>
    expectOther('anomalies', textsSwapped, '.anomalies .card .figure'));
});
