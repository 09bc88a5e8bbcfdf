/** The way of a stranger: from what `npm start -- --demo` opens to why a message cost what it did. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import { root } from '../../../scripts/shared/paths.mjs';
import { longestWaitMs, retry } from '../../../scripts/shared/retry.ts';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { shortAddress } from '../../../scripts/vscode/shortAddress.mjs';
import { demoSetting, ownSetting } from '../../../scripts/vscode/startSetting.mjs';
import {
  settingsForPeople,
  startServer,
  windowAddress,
  withoutMarketplace,
  writeUserSettings,
} from '../../../scripts/vscode/vscodeServer.mjs';
import { expectedSets, unpackSet } from '../../lib/transcriptSets.ts';
import { answer, transcriptOf, write } from './lib/records.mjs';
import {
  expectNoViolation,
  frameWith,
  unfoldSection,
  watchErrors,
  watchPolicy,
} from './lib/webview.mjs';
import { test } from './lib/window.mjs';

const day = 86_400_000;

/** A window of `npm start`, with everything it needs in a throw-away folder. */
class StartWindow {
  static async open(settingOf, { claude } = {}) {
    const window = new StartWindow();
    window.home = await mkdtemp(path.join(tmpdir(), 'outlay-start-'));
    const dataDir = path.join(window.home, 'server');
    window.setting = await settingOf(path.join(window.home, 'dev'));
    await writeUserSettings(dataDir, settingsForPeople);
    const { folder, env } = window.setting;
    window.server = await startServer({
      dataDir,
      env: {
        ...withoutMarketplace,
        CLAUDE_CONFIG_DIR: claude ?? path.join(window.home, 'nothing'),
        ...env,
      },
      source: root,
      bare: true,
    });
    window.short = await shortAddress(windowAddress(window.server, { folder }));
    window.browser = await launchChromium({ steadyFonts: true });
    window.page = await window.browser.newPage({
      reducedMotion: 'reduce',
      viewport: { width: 1400, height: 900 },
    });
    window.page.setDefaultTimeout(longestWaitMs);
    await window.page.goto(window.short.address);
    return window;
  }

  toast(text) {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({
      hasText: text,
    });
  }

  /** Runs the command that the palette finds first for these words. */
  choose(words) {
    const palette = this.page.locator('.quick-input-widget');
    return retry(`“${words}” is chosen`, async (timeout) => {
      await this.page.keyboard.press('F1');
      await palette.locator('input').first().fill(`>${words}`, { timeout });
      await palette.locator('.monaco-list-row', { hasText: words }).first().click({ timeout });
    });
  }

  async look(name) {
    const folder = process.env.OUTLAY_LOOK;
    if (folder) await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  async close() {
    await this.browser?.close();
    this.short?.stop();
    await this.server?.stop();
    await this.setting?.end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

test.describe('a stranger with the demo', () => {
  let window;
  test.beforeAll(async () => {
    window = await StartWindow.open(demoSetting);
  });
  test.afterAll(() => window?.close());

  test('sees the dashboard, that it is a demo, and gets to why a message cost so much', async () => {
    const [broken, failed] = [watchPolicy(window), watchErrors(window)];
    assert.ok(window.short.address.length < 40, window.short.address);
    const dashboard = await frameWith(window, '.dashboard', '$');
    const banner = dashboard.locator('.banner');
    await expect(banner).toContainText('Demo. Made-up sessions');
    await expect(dashboard.locator('h1')).not.toBeEmpty();
    await expect(window.page.locator('.explorer-folders-view')).toHaveCount(0);
    const sessions = window.page.locator('.sidebar .pane').nth(1);
    const outlier = sessions.locator('.monaco-list-row', { hasText: 'Move the checkout' });
    await expect(outlier).toContainText(/\$\d/);
    await window.look('demo-dashboard');
    await expectNoViolation(dashboard, 'the banner', '.banner');

    // Below the sessions of a project that has most of them.
    await sessions
      .locator('.monaco-list-row', { hasText: /^\s*shop/ })
      .first()
      .click();
    const cold = sessions.locator('.monaco-list-row', { hasText: 'Why does the monthly export' });
    await cold.dblclick();
    const session = await frameWith(window, '.session:has(.card)', 'Why does the monthly export');
    await expect(session.locator('body')).toContainText('Made-up sessions');
    // Of all messages the one after lunch cost most, and it is said why.
    const row = session
      .locator('[role="row"], tr')
      .filter({ hasText: /expired/ })
      .first();
    await expect(row).toContainText(/\$0\.[2-9]|\$1/);
    await retry('the row is in view', (timeout) => row.scrollIntoViewIfNeeded({ timeout }));
    await window.look('demo-session');
    assert.deepEqual([broken(), failed()], [[], []]);
  });

  test('sees it grow at the pace of a person, never ahead of the clock', async () => {
    const item = window.page.locator('.statusbar-item[id="outlay.outlay.spend"]');
    await expect(item).toContainText('$');
    const before = await item.innerText();
    await expect(item).not.toHaveText(before, { timeout: 90_000 });
  });

  test('gets notifications, and its own sessions back', async () => {
    await window.choose('Outlay: Pause');
    await window.choose('Outlay: Rescan');
    await expect(window.toast('Outlay is paused')).toBeVisible();
    await window.toast('Outlay is paused').getByText('Resume', { exact: true }).click();
    const frame = await frameWith(window, '.banner', 'Made-up');
    await frame.locator('.banner vscode-button').click();
    const item = window.page.locator('.statusbar-item[id="outlay.outlay.spend"]');
    await expect(item).toContainText('No transcripts');
    await expect(frame.locator('.banner')).toHaveCount(0);
  });
});

test.describe('a stranger without transcripts', () => {
  let window;
  test.beforeAll(async () => {
    window = await StartWindow.open((devDir) => ownSetting(devDir, { realStore: false }));
  });
  test.afterAll(() => window?.close());

  test('sees the walkthrough, by the questions people have', async () => {
    const { page } = window;
    const steps = page.locator('.gettingStartedContainer .getting-started-step');
    await expect(steps.first()).toContainText('See what Claude Code costs');
    const titles = await steps.locator('.step-title').allInnerTexts();
    assert.equal(titles.length, 5);
    await expect(page.getByText('Try the Demo')).toBeVisible();
    await window.look('walkthrough');
    await page.getByText('Say how you pay').click();
    await page.getByRole('button', { name: 'How Do You Pay?' }).click();
    const rows = page.locator('.quick-input-list .monaco-list-row');
    await expect(rows.first()).toContainText('Pro, Max, Team or Enterprise Plan');
    await page.keyboard.press('Escape');
  });
});

/** A stranger who has used Claude Code: a folder of transcripts, written before the window opens. */
async function openWith(transcripts) {
  const claude = await mkdtemp(path.join(tmpdir(), 'outlay-stranger-'));
  await mkdir(path.join(claude, 'projects'), { recursive: true });
  transcripts(claude);
  const window = await StartWindow.open(
    async (devDir) => {
      const { env, ...setting } = await ownSetting(devDir, { realStore: false });
      return { ...setting, env: { ...env, CLAUDE_CONFIG_DIR: claude } };
    },
    { claude },
  );
  return { window, claude };
}

test.describe('a stranger with three years of real transcripts', () => {
  const sets = Object.values(expectedSets);
  const messages = sets.reduce((count, set) => count + set.messages, 0);
  let window;
  let claude;
  test.beforeAll(async () => {
    ({ window, claude } = await openWith((folder) => {
      for (const set of Object.keys(expectedSets)) unpackSet(set, folder);
    }));
  });
  test.afterAll(async () => {
    await window?.close();
    await rm(claude, { recursive: true, force: true });
  });

  test('is told what was found, sees all of it, and gets to why a message cost so much', async () => {
    const [broken, failed] = [watchPolicy(window), watchErrors(window)];
    const greeting = window.toast('Outlay found');
    // What of it is of this month depends on the day.
    await expect(greeting).toContainText(/found \d+ sessions: \$\d/);
    await window.look('real-greeting');
    await greeting.getByText('Open Dashboard', { exact: true }).click();
    const dashboard = await frameWith(window, '.dashboard:has(.card, .actions)');
    await expect(dashboard.locator('h1')).not.toBeEmpty();
    await window.look('real-month');
    await dashboard.getByText('All time', { exact: true }).first().click();
    await expect(dashboard.locator('.facts')).toContainText(
      `${messages.toLocaleString('en')} messages`,
    );
    await window.look('real-all-time');
    await expectNoViolation(dashboard, 'the dashboard', '.dashboard');

    await unfoldSection(dashboard, 'session-lists');
    const dearest = dashboard.locator('[data-part="sessions"] .opener').first();
    await retry('the most expensive session is opened', (timeout) => dearest.click({ timeout }));
    const session = await frameWith(window, '.session:has(.card)');
    // Its messages stand by their cost: of the first it is said what was asked, and the sum.
    const first = session.locator('.messages .opener').first();
    await retry('its first message is opened', async (timeout) => {
      await first.click({ timeout });
      await session.locator('.arithmetic').waitFor({ timeout });
    });
    await expect(session.locator('.arithmetic')).toContainText(/× \$[\d.]+ per million = \$/);
    await expect(session.locator('.arithmetic')).toContainText('Price list entry: claude-');
    await window.look('real-session');
    await expectNoViolation(session, 'the session', '.session');
    assert.deepEqual([broken(), failed()], [[], []]);
  });
});

test.describe('a stranger whose sessions ended months ago', () => {
  let window;
  let claude;
  test.beforeAll(async () => {
    ({ window, claude } = await openWith((folder) => {
      const place = { session: 'old', cwd: '/home/dev/shop' };
      const at = Date.now() - 120 * day;
      write(transcriptOf(folder, place), [answer('a', 41.2, { ...place, at })]);
    }));
  });
  test.afterAll(async () => {
    await window?.close();
    await rm(claude, { recursive: true, force: true });
  });

  test('is greeted with what was found, once, and sees the dashboard', async () => {
    const words = 'Outlay found 1 session: $41.20, and nothing this month.';
    await expect(window.toast(words)).toBeVisible();
    const dashboard = await frameWith(window, '.dashboard');
    await expect(dashboard.locator('h1')).not.toBeEmpty();
    await window.look('old');
    await window.toast(words).getByText('How Do You Pay?').click();
    await expect(window.page.locator('.quick-input-title')).toHaveText(
      'How do you pay for Claude Code?',
    );
    await window.page.keyboard.press('Escape');
    await window.page.reload();
    await frameWith(window, '.dashboard');
    await expect(window.toast('Outlay found')).toHaveCount(0);
  });
});
