/** The view and the panel of budgets as a person uses them, in one window. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry } from '../../../scripts/shared/retry.ts';
import { noonZone } from '../../lib/noonZone.ts';
import { answer, append, customTitle, transcriptOf, write } from './lib/records.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  chooseInMenu,
  hoverOver,
  openView,
  rows,
  waitForRows,
  waitForWelcome,
} from './lib/tree.mjs';
import {
  expectAccessible,
  expectNarrow,
  frameWith,
  outlastsReload,
  watchPolicy,
} from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const minute = 60_000;
const day = 24 * 60 * minute;
const view = 'budgets';
const monthName = new Intl.DateTimeFormat('en', { month: 'long', timeZone: noonZone() });

test.describe('budgets', () => {
  let workbench;
  let policy;
  let project;
  let file;
  const input = () => workbench.page.locator('.quick-input-widget input[type="text"]');
  const widget = () => workbench.page.locator('.quick-input-widget');
  const panel = (text = '') => frameWith(workbench, '.budgets:has(.answer)', text);
  const open = async () => {
    await workbench.executeCommand('outlay.openBudgets');
    return panel();
  };
  /** Types an answer into the box that is open, and sends it. */
  const type = async (text) => {
    await widget().waitFor();
    await input().fill(text);
    await input().press('Enter');
    await widget().waitFor({ state: 'hidden' });
  };
  const rowOf = (frame, name) =>
    frame.locator('.budget').filter({ has: frame.locator(`h3:text-is("${name}")`) });
  const config = () => JSON.parse(readFileSync(path.join(workbench.paths.data, 'config.json')));
  const projectFile = () => path.join(project, '.outlay.json');
  const list = async () =>
    (await rows(workbench, view)).map(({ label, description }) => `${label}: ${description}`);

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 1000 } });
    policy = watchPolicy(workbench);
    project = path.join(workbench.paths.data, '..', 'billing-api');
    mkdirSync(project, { recursive: true });
    const now = Date.now();
    const one = (id, usd, age, cwd) => {
      const own = { session: id, cwd, at: now - age };
      const at = transcriptOf(workbench.paths.claude, own);
      write(at, [customTitle(id, `Work ${id}`), answer(id, usd, own)], own.at);
      return at;
    };
    file = one('a', 4, 20 * minute, project);
    one('b', 2.12, 30 * minute, '/home/dev/shop');
    for (let ago = 1; ago < 6; ago++) one(`d${ago}`, 3, ago * day, '/home/dev/shop');
    await workbench.waitForStatus(/^\$6\.12$/);
    await openView(workbench, view);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('are none at first: the view says so, and what to do', async () => {
    const said = await waitForWelcome(workbench, /No budget is set/, view);
    assert.match(said, /Add a Budget…/);
    const frame = await open();
    await expect(frame.locator('h1.answer')).toHaveText('No budget is set');
    await frame
      .locator('vscode-button[appearance="primary"]')
      .filter({ hasText: 'Add a' })
      .waitFor();
  });

  test('are added with amounts that are offered, and written into the settings', async () => {
    await retry('a budget is added', async (timeout) => {
      await workbench.calm();
      await workbench.executeCommand('workbench.action.closeQuickOpen');
      void workbench.executeCommand('outlay.addBudget').catch(() => {});
      await widget()
        .locator('.monaco-list-row')
        .filter({ hasText: 'A day' })
        .first()
        .click({ timeout });
      await widget()
        .locator('.monaco-list-row')
        .filter({ hasText: '$10' })
        .first()
        .click({ timeout });
    });
    await waitForRows(workbench, (seen) => seen[0]?.description.startsWith('$3.88 left'), view);
    await expect.poll(() => config().settings?.['outlay.budget.dailyUsd']).toBe(10);
  });

  test('say what is left and what comes of it, in view, panel, hover and terminal alike', async () => {
    await workbench.setSettings({ 'outlay.budget.monthlyUsd': 150 });
    writeFileSync(projectFile(), JSON.stringify({ budgets: [{ period: 'day', limit: 5 }] }));
    await waitForRows(workbench, (seen) => seen.length === 3, view);
    const seen = await rows(workbench, view);
    assert.deepEqual(
      seen.map(({ label, icon }) => [label, icon]),
      [
        ['billing-api', 'warning'],
        ['Today', 'check'],
        [monthName.format(Date.now()), 'check'],
      ],
    );
    assert.match(seen[0].spoken, /billing-api, \$4\.00 of \$5, \$1\.00 left/);
    const hover = await hoverOver(workbench, 'billing-api', 'can only make limits tighter', view);
    assert.match(
      await hover.innerText(),
      /80% used · \$4\.00 of \$5[\s\S]*At 75%: status bar turns yellow/,
    );
    const frame = await open();
    await frame.locator('.budget').nth(2).waitFor();
    const budgets = await frame
      .locator('.budget')
      .evaluateAll((items) =>
        items.map((item) =>
          ['h3', '.amount', '.used'].map((one) => item.querySelector(one).innerText),
        ),
      );
    assert.deepEqual(budgets[0], ['billing-api', '$1.00', '⚠ 80% used']);
    const said = await terminalSays(workbench, 'budget', 'check');
    assert.deepEqual(
      said.budgets.map(({ remaining_usd, level }) => [remaining_usd.toFixed(2), level]),
      [
        ['1.00', 'WARNING'],
        ['3.88', 'INFO'],
        [(150 - said.budgets[2].spent_usd).toFixed(2), 'OK'],
      ],
    );
    for (const [index, budget] of said.budgets.entries()) {
      const left = `$${budget.remaining_usd.toFixed(2)}`;
      assert.equal(budgets[index][1], left);
      assert.ok(seen[index].description.startsWith(`${left} left`), seen[index].description);
    }
  });

  test('agree on every surface in the same moment, and say which budget it is', async () => {
    append(file, answer('over', 5.3, { session: 'a', cwd: project }));
    await workbench.waitForStatus(/^\$1\.42 over \$10$/);
    await waitForRows(
      workbench,
      (seen) => seen.some(({ description }) => description.startsWith('$1.42 over')),
      view,
    );
    const said = await terminalSays(workbench, 'budget', 'check');
    const daily = said.budgets.find(({ scope }) => scope === 'global');
    assert.deepEqual([daily.spent_usd, daily.level], [11.42, 'HARD_STOP']);
    const { text } = await workbench.statusTooltip();
    assert.match(text, /Over today’s budget by \$1\.42 since \d+:\d\d [AP]M/);
    const frame = await open();
    const own = rowOf(frame, 'Today');
    await expect(own.locator('.amount')).toHaveText('$1.42');
    assert.equal(await own.getAttribute('data-level'), 'stop');
    await workbench.executeCommand('outlay.openDashboard');
    const dashboard = await frameWith(workbench, '.dashboard:has(.card)');
    const bar = dashboard.locator('.budgets li').filter({ hasText: 'Today' });
    await expect(bar.locator('.budget-line').first()).toHaveText('Today$1.42 over $10');
    assert.match(
      await bar.locator('.budget-line').last().innerText(),
      /114% used\s.*used up since/,
    );
    assert.match(
      await dashboard.locator('.answer').innerText(),
      /^Over (today’s budget|the budget “billing-api”) since \d/,
    );
    await workbench.page
      .locator('.activitybar .action-item')
      .filter({ has: workbench.page.locator('[aria-label*="Outlay"]') })
      .locator('.badge-content', { hasText: /^1$/ })
      .waitFor();
    await workbench.executeCommand('workbench.action.closeActiveEditor');
  });

  test('are raised until midnight from the view, and taken back', async () => {
    await chooseInMenu(workbench, 'Today', 'Raise a Budget Until Midnight…', view);
    await widget().waitFor();
    await input().fill('10');
    await expect(widget().locator('.quick-input-message')).toContainText(
      'Enter more than the current $10',
    );
    await type('20');
    await workbench.waitForStatus(/^\$11\.42$/);
    await waitForRows(
      workbench,
      (seen) => seen.some(({ description }) => description === '$8.58 left, raised until midnight'),
      view,
    );
    const [line] = readFileSync(path.join(workbench.paths.data, 'audit.jsonl'), 'utf8').split('\n');
    const { by, what, from, to } = JSON.parse(line);
    assert.deepEqual([by, what, from, to], ['editor', 'raise', 10e9, 20e9]);
    await chooseInMenu(workbench, 'Today', 'Resume a Budget', view);
    await workbench.waitForStatus(/^\$1\.42 over \$10$/);
  });

  test('are paused from the panel with the keyboard, and then alarm nobody', async () => {
    const frame = await open();
    const own = rowOf(frame, 'Today');
    const items = own.locator('.menu li button');
    // A panel that takes the focus late takes it from the menu, which closes.
    await retry('the menu is open', async (timeout) => {
      if (!(await items.first().isVisible())) {
        await own.locator('summary').focus();
        await workbench.page.keyboard.press('Enter');
      }
      const texts = ['Raise Until Midnight…', 'Raise for…', 'Pause for an Hour', 'Remove…'];
      await expect(items).toHaveText(texts, { timeout });
      await expect(items.first()).toBeVisible({ timeout });
    });
    // What is spent meanwhile changes the figures, and takes the menu away from nobody.
    append(file, answer('meanwhile', 0.58, { session: 'a', cwd: project }));
    await expect(own.locator('.amount')).toHaveText('$2.00');
    await expect(items.first()).toBeVisible();
    for (let n = 0; n < 3; n++) await workbench.page.keyboard.press('Tab');
    await expect(items.nth(2)).toBeFocused();
    await workbench.page.keyboard.press('Enter');
    await expect(own.locator('.notes')).toContainText('paused until');
    await workbench.waitForStatus(/^\$12\.00/);
    await own.locator('summary').click();
    await own.locator('.menu li button').filter({ hasText: 'Resume' }).click();
    await workbench.waitForStatus(/^\$2\.00 over \$10$/);
  });

  test('are changed and removed where they come from', async () => {
    const month = (await list()).find((text) => !/^(Today|billing)/.test(text)).split(':')[0];
    await chooseInMenu(workbench, month, 'Change a Budget…', view);
    await widget().waitFor();
    await input().fill('much');
    await expect(widget().locator('.quick-input-message')).toContainText('Enter dollars and cents');
    await type('200');
    await expect.poll(() => config().settings?.['outlay.budget.monthlyUsd']).toBe(200);
    await chooseInMenu(workbench, 'billing-api', 'Change a Budget…', view);
    await workbench.page.locator('.tab').filter({ hasText: '.outlay.json' }).waitFor();
    await workbench.executeCommand('workbench.action.closeActiveEditor');
    await terminalSays(workbench, 'budget', 'set', '1M', '--unit', 'tokens', '--period', 'week');
    await waitForRows(workbench, (seen) => seen.length === 4, view);
    await chooseInMenu(workbench, 'This week', 'Remove a Budget…', view);
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'Remove the budget “This week” of 1.0M tokens?' }).waitFor();
    await dialog.locator('.monaco-button').filter({ hasText: 'Remove' }).click();
    await waitForRows(workbench, (seen) => seen.length === 3, view);
    assert.deepEqual(config().budgets, []);
  });

  test('of a project file hold only as far as they are good, and go with it', async () => {
    const budgets = [
      { period: 'day', limit: 7, scope: 'global' },
      { period: 'week', limit: 90 },
    ];
    writeFileSync(projectFile(), JSON.stringify({ budgets }));
    const frame = await open();
    await frame.locator('footer').filter({ hasText: 'budgets[0] does not hold' }).waitFor();
    await waitForRows(
      workbench,
      (seen) => seen.some(({ description }) => /^\$80\.12 left/.test(description)),
      view,
    );
    rmSync(projectFile());
    await waitForRows(workbench, (seen) => seen.length === 2, view);
  });

  test('ask nothing while nobody looks', async () => {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('workbench.view.explorer');
    append(file, answer('unseen', 1, { session: 'a', cwd: project }));
    await workbench.waitForStatus(/^\$3\.00 over \$10$/);
    await openView(workbench, view);
    await waitForRows(workbench, (seen) => seen[0]?.description.startsWith('$3.00 over'), view);
  });

  test('have charts of the last months, as a table too, and say what happens when', async () => {
    const frame = await open();
    await frame.locator('[data-part="history-1"]').waitFor();
    const titles = await frame.locator('.history h2').allInnerTexts();
    assert.deepEqual(
      titles.map((title) => title.toLowerCase()),
      ['whole month', 'days over $10'],
    );
    const part = frame.locator('[data-part="history-0"]');
    await part.locator('vscode-button').filter({ hasText: 'Show as Table' }).click();
    await expect(part.locator('tbody tr.row')).toHaveCount(6);
    await part.locator('vscode-button').filter({ hasText: 'Show as Chart' }).click();
    await expect(frame.locator('.levels li')).toHaveCount(3);
    await expect(frame.locator('.levels')).toContainText('status bar turns yellow');
  });

  test('have no violation that axe-core finds, in any theme, and fit every width', async () => {
    const frame = await open();
    await expectAccessible(workbench, frame);
    for (const width of [600, 900, 1400]) {
      await workbench.page.setViewportSize({ width: width + 380, height: 900 });
      await expect
        .poll(() =>
          frame.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          ),
        )
        .toBe(0);
    }
    await workbench.page.setViewportSize({ width: 1280, height: 1000 });
    await expectNarrow(workbench, frame);
  });

  test('come back after a reload as they were', async () => {
    const isTable = (frame) => frame.locator('[data-part="history-0"] tbody').count();
    await outlastsReload(workbench, {
      open,
      selector: '.budgets:has(.answer)',
      set: async (frame) => {
        if ((await isTable(frame)) > 0) return;
        await frame
          .locator('[data-part="history-0"] vscode-button')
          .filter({ hasText: 'Show as Table' })
          .click();
      },
      holds: async (frame) => frame !== undefined && (await isTable(frame)) > 0,
    });
  });

  test('break no content security policy', () => assert.deepEqual(policy(), []));
});
