/** Settings as a person meets them: the warning about bad ones, and the pickers that write them. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { openWindow, test } from './lib/window.mjs';

/** A response of so many dollars, dated now. Opus 5.5 output costs $20 a million. */
function answer(id, usd, model = 'claude-opus-5-5') {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}`,
    sessionId: 'session-one',
    timestamp: new Date().toISOString(),
    requestId: `req-${id}`,
    cwd: '/home/dev/shop',
    message: {
      id: `msg-${id}`,
      model,
      stop_reason: 'end_turn',
      usage: { input_tokens: 0, output_tokens: Math.round((usd / 20) * 1e6) },
    },
  })}\n`;
}

test.describe('settings on the screen', () => {
  let workbench;
  let file;
  const rows = () => workbench.page.locator('.quick-input-list .monaco-list-row');
  const input = () => workbench.page.locator('.quick-input-widget input[type="text"]');
  const pick = async (text) => {
    await rows().filter({ hasText: text }).first().click();
  };
  const written = () => {
    const mirror = path.join(workbench.paths.data, 'config.json');
    return JSON.parse(readFileSync(mirror, 'utf8')).settings;
  };
  /** Outlay's notifications; VS Code has its own. */
  const told = async () =>
    (await workbench.notifications()).filter((text) => text.startsWith('Outlay'));
  /** Writes into the box that is asked with until it answers with these words, or has none to say. */
  const write = (text, answer) =>
    retry(`"${text}" is written`, async (timeout) => {
      await input().fill(text, { timeout });
      const message = workbench.page.locator('.quick-input-message');
      const refusal = message.filter({ hasText: /^Enter / });
      if (answer) await message.filter({ hasText: answer }).waitFor({ timeout });
      else await refusal.waitFor({ state: 'hidden', timeout });
    });
  const mirrors = (key, value) => expect.poll(() => written()[key]).toBe(value);
  /** Runs a command that the palette does not list; it ends only when it has its answer. */
  const start = (command) => void workbench.executeCommand(command).catch(() => {});
  /** Opens a list by a command and chooses an entry of it. */
  const chooseIn = async (command, entry) => {
    start(command);
    await pick(entry);
  };

  test.beforeAll(async () => {
    workbench = await openWindow({
      settings: { 'outlay.billing': 'free', 'outlay.statusBar.show': ['today', 'year', 'budget'] },
    });
    file = path.join(workbench.paths.claude, 'projects/-home-dev-shop/session-one.jsonl');
    mkdirSync(path.dirname(file), { recursive: true });
    appendFileSync(file, answer('a', 3));
    await workbench.waitForStatus(/^\$3\.00$/);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('that cannot be used are named in one warning, and only once', async () => {
    await expect.poll(told).toHaveLength(1);
    const [text] = await told();
    assert.match(text, /^Outlay: 2 settings have values it cannot use\./);
    assert.match(text, /outlay\.billing must be "api" or "subscription"; its default applies/);
    assert.match(text, /outlay\.statusBar\.show\[1\] must be .*; it is ignored until then\./);
    const buttons = workbench.page
      .locator('.notifications-center .notification-list-item', { hasText: 'Outlay: 2' })
      .locator('.monaco-button');
    assert.deepEqual(await buttons.allInnerTexts(), ['Open Settings', 'Show Log']);
    await buttons.first().click();
    await workbench.page.locator('.settings-editor').waitFor();
    await expect.poll(told).toEqual([]);
    // Another change and another start say nothing new.
    await workbench.setSettings({ 'outlay.weekStart': 'sunday' });
    await workbench.reload();
    await workbench.waitForStatus(/^\$3\.00$/);
    await workbench.page.waitForTimeout(1500);
    assert.deepEqual(await told(), []);
    await workbench.setSettings({ 'outlay.statusBar.show': null });
    await expect.poll(told).toHaveLength(1);
    assert.match((await told())[0], /^Outlay: 1 setting has a value/);
    await workbench.setSettings({ 'outlay.billing': null });
    await workbench.executeCommand('notifications.clearAll');
    await workbench.executeCommand('notifications.hideList');
  });

  test('a daily budget is chosen by what was spent', async () => {
    start('outlay.setDailyBudget');
    await rows().filter({ hasText: 'Other amount' }).waitFor();
    assert.equal(
      await input().getAttribute('placeholder'),
      'Spend on 1 of the last 30 days: $3.00',
    );
    const texts = await rows().allInnerTexts();
    assert.match(
      texts[1],
      /\$6\.00\s*about twice your average day · never exceeded in the last 30 days/,
    );
    await pick('$5.00');
    await mirrors('outlay.budget.dailyUsd', 5);
    assert.match(await workbench.statusText(), /^\$3\.00$/);
    start('outlay.setDailyBudget');
    await rows().filter({ hasText: 'your budget now' }).waitFor();
    await pick('Other amount');
    await write('1,000', 'Enter dollars');
    await write('12,50');
    await input().press('Enter');
    await mirrors('outlay.budget.dailyUsd', 12.5);
    await chooseIn('outlay.setDailyBudget', 'No daily budget');
    await workbench.waitForStatus(/^\$3\.00$/);
    await mirrors('outlay.budget.dailyUsd', undefined);
  });

  test('a currency is shown at a rate of today, and taken back', async () => {
    await chooseIn('outlay.setCurrency', 'EUR');
    await workbench.page.locator('.quick-input-title', { hasText: 'how many EUR' }).waitFor();
    await write('0', 'above 0');
    await write('0.5');
    await input().press('Enter');
    await workbench.waitForStatus(/^€1\.50$/);
    await until('it is written', () => {
      const { code, rates } = written()['outlay.currency'];
      assert.equal(code, 'EUR');
      assert.deepEqual(Object.values(rates), [0.5]);
      return true;
    });
    await chooseIn('outlay.setCurrency', 'Back to US dollars');
    await workbench.waitForStatus(/^\$3\.00$/);
  });

  test('a model’s name is only text where it is given a price', async () => {
    const name = 'm$(bug)[a](command:b)';
    appendFileSync(file, answer('b', 1, name));
    await workbench.waitForStatus(/1 without a price/);
    start('outlay.setPrice');
    const row = rows().filter({ hasText: '1 message' });
    await row.waitFor();
    assert.match(await row.innerText(), /m\$ \(bug\)\[a\] \(command:b\)/);
    assert.equal(await row.locator('.codicon-bug').count(), 0);
    await row.click();
    await pick('It runs on my own machine');
    await expect.poll(told).toHaveLength(1);
    assert.match((await told())[0], /cannot use this price: .*is not a model id/);
    assert.equal(await workbench.page.locator('.notification-list-item-message a').count(), 0);
  });
});
