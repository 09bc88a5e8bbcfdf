/** Alerts as a person sees them: one notification in one of two windows, and what its buttons do. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { expectNotification, openWindow, test } from './lib/window.mjs';

/** A response's line of so many dollars, dated now. Opus 5.5 output costs $20 a million. */
function answer(id, usd) {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}`,
    sessionId: 'session-one',
    timestamp: new Date().toISOString(),
    requestId: `req-${id}`,
    cwd: '/home/dev/shop',
    message: {
      id: `msg-${id}`,
      model: 'claude-opus-5-5',
      stop_reason: 'end_turn',
      usage: { input_tokens: 0, output_tokens: Math.round((usd / 20) * 1e6) },
    },
  })}\n`;
}

const title = `${JSON.stringify({ type: 'custom-title', sessionId: 'session-one', customTitle: 'Fix the flaky upload test' })}\n`;

const settings = {
  'outlay.alerts.enabled': true,
  'outlay.alerts.quiet': ['spike', 'acceleration', 'outlier', 'forecast'],
  'outlay.budget.dailyUsd': 10,
};

test.describe('an alert in two windows', () => {
  let one;
  let two;
  let file;
  test.beforeAll(async () => {
    one = await openWindow({ settings });
    const { data, store, claude } = one.paths;
    two = await openWindow({
      settings,
      env: { OUTLAY_DATA_DIR: data, OUTLAY_STORE: store, CLAUDE_CONFIG_DIR: claude },
    });
    file = path.join(claude, 'projects/-home-dev-shop/session-one.jsonl');
    mkdirSync(path.dirname(file), { recursive: true });
  });
  test.afterAll(async () => {
    await two?.close();
    await one?.close();
  });

  /** Opens the list of alerts; the command ends only when the list is closed. */
  const showAlerts = (window) => void window.executeCommand('outlay.showAlerts').catch(() => {});
  const history = () => {
    const written = path.join(one.paths.data, 'alerts.jsonl');
    if (!existsSync(written)) return [];
    return readFileSync(written, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const shownIn = async (window, words) =>
    (await window.notifications()).filter((text) => text.includes(words));

  test('is a notification in one of them, and its button opens what did it', async () => {
    appendFileSync(file, title + answer('a', 12));
    for (const window of [one, two]) await window.waitForStatus('$2.00 over $10');
    await until('it was told', () => history().some(({ channel }) => channel === 'editor'));
    const words = 'budget of $10 is used up: $12 since';
    let where;
    await until('a window shows it', async () => {
      for (const window of [one, two]) {
        if ((await shownIn(window, words)).length > 0) where = window;
      }
      return where !== undefined;
    });
    const both = [...(await shownIn(one, words)), ...(await shownIn(two, words))];
    assert.equal(both.length, 1, both.join('\n'));
    assert.match(both[0], /over by \$2\. “Fix the flaky upload test” made all of it\./);
    assert.equal(history().filter(({ kind }) => kind === 'alert').length, 1);
    await retry('its button is pressed', async (timeout) => {
      await where.notifications();
      const notice = where.page.locator('.notifications-center .notification-list-item', {
        hasText: 'is used up',
      });
      await notice.hover({ timeout });
      await notice.getByText('See What Did It', { exact: true }).click({ timeout });
    });
    await expect(
      where.page.locator('.tabs-container .tab', { hasText: 'Fix the flaky upload test' }),
    ).toBeVisible();
  });

  test('is in the list of both', async () => {
    for (const window of [one, two]) {
      showAlerts(window);
      const row = window.page.locator('.quick-input-list .monaco-list-row', {
        hasText: 'is used up: $12 since',
      });
      await expect(row).toHaveCount(1);
      await window.calm();
    }
  });

  test('more of the same says nothing; raised for today, it is told at its new level', async () => {
    appendFileSync(file, answer('b', 1));
    for (const window of [one, two]) await window.waitForStatus('$3.00 over $10');
    showAlerts(one);
    const input = one.page.locator('.quick-input-widget input[type="text"]');
    await one.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'is used up: $12 since' })
      .click();
    await one.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Raise for Today…' })
      .click();
    await expect(input).toHaveValue('15');
    await input.fill('14');
    await one.page.keyboard.press('Enter');
    await until('it was told', () => history().filter(({ kind }) => kind === 'alert').length === 2);
    const levels = history()
      .filter(({ kind }) => kind === 'alert')
      .map(({ alert }) => alert.level);
    assert.deepEqual(levels, ['stop', 'critical']);
  });

  test('a test alert is shown', async () => {
    void one.executeCommand('outlay.testAlert').catch(() => {});
    const rows = one.page.locator('.quick-input-list .monaco-list-row');
    await expect(rows.filter({ hasText: 'Program of your own' })).toBeVisible();
    await one.page.locator('.quick-input-widget input[type="text"]').fill('Notification');
    await expect(rows).toHaveCount(1);
    await one.page.keyboard.press('Enter');
    await expectNotification(one, 'This is a test alert from Outlay');
  });
});
