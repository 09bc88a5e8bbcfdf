/** What Claude Code told its status line of a plan, as a subscriber sees it in the editor. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { expect } from '@playwright/test';
import { inRoot } from '../../../scripts/shared/paths.mjs';
import { answer, append, transcriptOf, write } from './lib/records.mjs';
import { expectAccessible, figureOf, frameWith } from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

test.describe('a plan’s windows', () => {
  let workbench;
  let file;
  const cwd = '/home/dev/shop';
  const session = 'aaaaaaaa-0000-4000-8000-000000000001';

  /** Claude Code asks for its status line. */
  const report = (fiveHours, minutes) => {
    const seconds = Math.floor(Date.now() / 1000);
    const rate_limits = {
      five_hour: { used_percentage: fiveHours, resets_at: seconds + minutes * 60 },
      seven_day: { used_percentage: 48, resets_at: seconds + 3 * 86_400 },
    };
    execFileSync(process.execPath, [inRoot('dist/cli.cjs'), 'statusline'], {
      input: JSON.stringify({ session_id: session, cwd, rate_limits }),
      env: {
        ...process.env,
        OUTLAY_DATA_DIR: workbench.paths.data,
        OUTLAY_STORE: workbench.paths.store,
      },
    });
  };

  test.beforeAll(async () => {
    workbench = await openWindow();
    file = transcriptOf(workbench.paths.claude, { session, cwd });
    const at = Date.now() - 60_000;
    write(file, [answer('a', 3, { session, cwd, at })], at);
    await workbench.setSettings({ 'outlay.billing': 'subscription' });
    await workbench.waitForStatus(/\$3\.00/);
  });
  test.afterAll(() => workbench?.close());

  test('are nowhere while Claude Code has told none', async () => {
    const { text } = await workbench.statusTooltip();
    assert.doesNotMatch(text, /Plan/);
  });

  test('stand first in the tooltip, with their age', async () => {
    report(62.4, 90);
    append(file, answer('b', 1, { session, cwd }));
    await workbench.waitForStatus(/\$4\.00/);
    const { text } = await workbench.statusTooltip();
    assert.match(
      text,
      /Plan, 5 hours[\s\S]*62%[\s\S]*reported by Claude Code[\s\S]*Plan, week[\s\S]*48%/,
    );
    assert.ok(text.indexOf('Plan, week') < text.indexOf('Today'), text);
  });

  test('are cards of the dashboard, and one whose window is over is gone', async () => {
    await workbench.executeCommand('outlay.openDashboard');
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await expect(frame.locator('.card').first()).toContainText('Plan, 5 hours');
    assert.equal(await figureOf(frame, 'five_hour'), '62%');
    assert.equal(await figureOf(frame, 'seven_day'), '48%');
    await expectAccessible(workbench, frame);
    report(99, -1);
    append(file, answer('c', 1, { session, cwd }));
    await expect(frame.locator('[data-card="five_hour"]')).toHaveCount(0);
    await expect(frame.locator('[data-card="seven_day"]')).toHaveCount(1);
  });
});
