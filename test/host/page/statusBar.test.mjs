/** The status bar as a person sees it: figures, levels, states, tooltip, reload. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { until } from '../../../scripts/shared/retry.ts';
import { themes } from '../../../scripts/vscode/page.mjs';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { frameWith } from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

/** A response's line of so many dollars, dated now. Opus 5.5 output costs $20 a million. */
function answer(id, usd, more = {}) {
  const { model = 'claude-opus-5-5', session = 'session-one', cwd = '/home/dev/shop' } = more;
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}`,
    sessionId: session,
    timestamp: new Date().toISOString(),
    requestId: `req-${id}`,
    cwd,
    message: {
      id: `msg-${id}`,
      model,
      stop_reason: 'end_turn',
      usage: { input_tokens: 0, output_tokens: Math.round((usd / 20) * 1e6) },
    },
  })}\n`;
}

test.describe('the status bar', () => {
  let workbench;
  let file;
  const append = (...line) => appendFileSync(file, answer(...line));
  test.beforeAll(async () => {
    workbench = await openWindow();
    file = path.join(workbench.paths.claude, 'projects/-home-dev-shop/session-one.jsonl');
    mkdirSync(path.dirname(file), { recursive: true });
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  const otherLines = () =>
    answer('c', 1, { session: 'session-two' }) +
    `${JSON.stringify({ type: 'custom-title', sessionId: 'session-two', customTitle: '<img src=x onerror=alert(1)> [fix](command:x) $(bug)' })}\n` +
    `${JSON.stringify({ type: 'cost-state', sessionId: 'session-two', totalCostUSD: 1.25, modelUsage: {} })}\n`;
  const writeOther = () =>
    writeFileSync(path.join(path.dirname(file), 'session-two.jsonl'), otherLines());
  const lines = [['a', 4.12], ['b', 0.3], writeOther, ['d', 1, { model: 'model-x' }], ['e', 1]];
  /**
   * As the tests before leave it when they pass: no settings, and so many of these lines. One that is
   * there already counts once.
   */
  const given = async (figure, count) => {
    await workbench.executeCommand('outlay.resume');
    await workbench.setSettings({
      'outlay.budget.dailyUsd': null,
      'outlay.statusBar.show': null,
      'outlay.billing': null,
      'outlay.prices.overrides': null,
    });
    for (const line of lines.slice(0, count)) {
      if (typeof line === 'function') line();
      else append(...line);
    }
    await workbench.waitForStatus(figure);
  };

  test('says that there are no transcripts, where it looked and what to do', async () => {
    await workbench.waitForStatus('No transcripts');
    const { text } = await workbench.statusTooltip();
    assert.match(text, /No transcripts found/);
    assert.ok(text.includes(workbench.paths.claude), text);
    assert.match(text, /Where does Outlay look\?/);
    await workbench.executeCommand('outlay.rescan');
  });

  test('shows today as soon as a line is there', async () => {
    append('a', 4.12);
    await workbench.waitForStatus(/^\$4\.12$/);
    append('b', 0.3);
    await workbench.waitForStatus(/^\$4\.42$/);
  });

  test('says what is spent of the budget once it warns, and each level by an icon', async () => {
    await given(/^\$4\.42$/, 2);
    const level = async (limit, text, icon) => {
      await workbench.setSettings({ 'outlay.budget.dailyUsd': limit });
      await workbench.waitForStatus(text);
      assert.equal(await workbench.statusItem().locator(`.codicon-${icon}`).count(), 1, icon);
    };
    await level(50, /^\$4\.42$/, 'outlay-spend');
    await level(8.84, /^\$4\.42$/, 'outlay-spend');
    await level(5.5, /^\$4\.42 of \$5\.50$/, 'warning');
    await level(4.9, /^\$4\.42 of \$4\.90$/, 'error');
    await level(4.42, /^\$4\.42 of \$4\.42$/, 'circle-slash');
    const label = await workbench.statusAriaLabel();
    assert.match(label, /budget for Today: \$4\.42 of \$4\.42/);
    await level(3, /^\$1\.42 over \$3$/, 'circle-slash');
    // 99.96 % is not over.
    await level(4.4218, /^\$4\.42 of \$4\.42$/, 'error');
    await workbench.setSettings({ 'outlay.budget.dailyUsd': null });
    await workbench.waitForStatus(/^\$4\.42$/);
  });

  test('shows the figures that are wished for', async () => {
    await given(/^\$4\.42$/, 2);
    await workbench.setSettings({ 'outlay.statusBar.show': ['session', 'month'] });
    await workbench.waitForStatus(/^session \$4\.42 · month \$4\.42$/);
    await workbench.setSettings({
      'outlay.billing': 'subscription',
      'outlay.statusBar.show': null,
    });
    await workbench.waitForStatus(/^worth \$4\.42$/);
    assert.match((await workbench.statusTooltip()).text, /a subscription has no price per token/i);
    await workbench.setSettings({ 'outlay.billing': null });
    await workbench.waitForStatus(/^\$4\.42$/);
  });

  test('explains the figures in its tooltip', async () => {
    await given(/^\$4\.42$/, 2);
    // The session that was written last is the one that is explained.
    writeOther();
    await workbench.waitForStatus(/^\$5\.67$/);
    const { text, html } = await workbench.statusTooltip();
    for (const part of [
      /Today\s*\$5\.67/,
      /Week\s*\$5\.67/,
      /Month\s*\$5\.67/,
      /Last hour\s*\$5\.67/,
    ]) {
      assert.match(text, part);
    }
    assert.doesNotMatch(text, /a day at that rate|on track/, 'hours are no forecast');
    assert.match(text, /Claude Code’s overhead today: \$0\.25/);
    assert.match(text, /messages \$1\.00 \+ overhead \$0\.25; Claude Code says \$1\.25/);
    // A title is text, whatever it says.
    assert.ok(text.includes('<img src=x onerror=alert(1)> [fix](command:x) $(bug)'), text);
    assert.doesNotMatch(html, /<img|href="command:x"|codicon-bug/);
  });

  test('counts a model without a price beside the figure, with a way to price it', async () => {
    await given(/^\$5\.67 ·\s+1 without a price$/, 4);
    const { text } = await workbench.statusTooltip();
    assert.match(text, /No price: 1 message of model-x, not counted\. Set a price for model-x…/);
    const overrides = { models: { 'model-x': { input: 1, output: 20 } } };
    await workbench.setSettings({ 'outlay.prices.overrides': overrides });
    await workbench.waitForStatus(/^\$6\.67$/);
    await workbench.setSettings({ 'outlay.prices.overrides': null });
    await workbench.waitForStatus(/1 without a price/);
  });

  test('says when it is paused, and goes on where it stopped', async () => {
    await given(/^\$5\.67/, 4);
    await workbench.runCommand('Outlay: Pause');
    await workbench.waitForStatus(/^\$5\.67 paused$/);
    append('e', 1);
    await workbench.page.waitForTimeout(300);
    assert.match(await workbench.statusText(), /^\$5\.67 paused$/);
    await workbench.runCommand('Outlay: Resume');
    await workbench.waitForStatus(/^\$6\.67/);
  });

  test('shows the demo until a reload, and the right figure again after it', async () => {
    const folder = path.join(
      workbench.server.dataDir,
      'data/User/globalStorage/outlay.outlay/demo',
    );
    const leftovers = () => (existsSync(folder) ? readdirSync(folder) : []);
    await given(/^\$6\.67/, 5);
    await workbench.runCommand('Outlay: Open Demo');
    await workbench.waitForStatus(/\$\d.*demo/);
    assert.equal(leftovers().length, 1);
    const pane = workbench.page.locator('.pane-body').filter({ hasText: 'Move the checkout' });
    await pane
      .filter({ hasText: /shop[\s\S]*\$\d/ })
      .first()
      .waitFor();
    const frame = await frameWith(workbench, '.banner', 'Made-up sessions');
    await expect(frame.locator('.banner vscode-button')).toHaveText('Close Demo');
    await workbench.reload();
    await workbench.waitForStatus(/^\$6\.67/);
    await expect.poll(leftovers).toEqual([]);
    append('f', 1);
    await workbench.waitForStatus(/^\$7\.67/);
  });

  test('opens the same diagnostics as the terminal', async () => {
    await workbench.runCommand('Outlay: Show Diagnostics');
    // The preview stands in nested frames that come and go while it loads.
    const shown = async () => {
      const texts = workbench.page.frames().map((frame) =>
        frame
          .locator('body')
          .innerText({ timeout: 500 })
          .catch(() => ''),
      );
      return (await Promise.all(texts)).some((text) => /Outlay Diagnostics[\s\S]*Store/.test(text));
    };
    await until('the diagnostics are there', shown);
  });

  test('is there in every theme', async () => {
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      assert.match(await workbench.statusText(), /^\$\d\.\d\d/, theme);
    }
  });
});

test.describe('the status bar of a second window', () => {
  let workbench;
  let other;
  test.afterAll(async () => {
    await workbench?.close();
    await other?.stop();
  });

  test('shows what another process writes into the store', async () => {
    const home = path.join(import.meta.dirname, '../../../.vscode-test/second-window');
    rmSync(home, { recursive: true, force: true });
    const claude = path.join(home, 'claude');
    const file = path.join(claude, 'projects/-home-dev-shop/session-one.jsonl');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, answer('a', 1));
    const said = [];
    other = new Indexer(
      {
        storeFile: path.join(home, 'data/outlay.db'),
        mode: 'watch',
        role: 'editor',
        configDirs: [],
        rootsSetting: [claude],
        env: {},
        home,
        priceOverrides: {},
        storeTitles: true,
        polling: 'auto',
        paused: false,
      },
      (message) => said.push(message),
    );
    await other.start();
    workbench = await openWindow({ home });
    await workbench.waitForStatus(/^\$1\.00$/);
    for (let i = 0; i < 5; i++) {
      appendFileSync(file, answer(`more-${i}`, 1));
      await workbench.waitForStatus(new RegExp(`^\\$${i + 2}\\.00$`));
    }
    // The window becomes the writer when the other one goes.
    await other.stop();
    other = undefined;
    appendFileSync(file, answer('last', 1));
    await workbench.waitForStatus(/^\$7\.00$/);
  });
});
