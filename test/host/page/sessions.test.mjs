/** The sessions view as a person uses it: states, items, grouping, filter, actions, ten thousand. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { millionStore } from './lib/million.mjs';
import {
  answer,
  append,
  atWork,
  clientTotal,
  customTitle,
  transcriptOf,
  write,
  writeMeta,
} from './lib/records.mjs';
import {
  chooseInAction,
  chooseInMenu,
  clickAction,
  filterBy,
  hoverOver,
  openSessions,
  row,
  rows,
  unfold,
  waitForMessage,
  waitForRows,
  waitForWelcome,
} from './lib/tree.mjs';
import { sessionFrame } from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const hour = 3_600_000;
const labels = (list) => list.map(({ label }) => label);

/** The sessions among the rows, without projects, parts and pages. */
const sessionsIn = (list) => list.filter(({ label }) => /^\$\d/.test(label));

/** Three sessions of two projects: one live with a subagent and background, two that have ended. */
function writeSessions(claude, projects) {
  const now = Date.now();
  const shop = path.join(projects, 'shop');
  const api = path.join(projects, 'billing-api');
  for (const folder of [shop, api]) mkdirSync(folder, { recursive: true });
  const live = { session: 'live-session', cwd: shop };
  write(transcriptOf(claude, live), [
    customTitle('live-session', 'Fix flaky upload test'),
    answer('l1', 2, { ...live, at: now - 60_000 }),
    answer('l2', 1, { ...live, at: now - 50_000 }),
    clientTotal('live-session', 3.75),
  ]);
  const agent = transcriptOf(claude, { ...live, agent: 'x1' });
  write(agent, [answer('l3', 0.5, { ...live, agent: 'x1', at: now - 55_000 })]);
  writeMeta(agent, 'Explore');
  const dated = (session, cwd, usd, title, age) =>
    write(
      transcriptOf(claude, { session, cwd }),
      [
        customTitle(session, title),
        answer(session, usd, { session, cwd, at: now - age, model: 'claude-sonnet-5-5' }),
      ],
      now - age,
    );
  dated('old-session', shop, 8, 'Add gift cards', 3 * hour);
  dated('api-session', api, 4, 'Export invoices', 30 * hour);
  return { shop, api, live: transcriptOf(claude, live) };
}

test.describe('the sessions view', () => {
  let workbench;
  let places;
  test.beforeAll(async () => {
    workbench = await openWindow();
    await openSessions(workbench);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());
  /** Whatever the tests before have left: all sessions, none excluded or filtered away. */
  const everythingIsListed = async () => {
    await workbench.executeCommand('notifications.clearAll');
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('outlay.resume');
    await workbench.executeCommand('outlay.clearSessionFilter');
    await workbench.executeCommand('outlay.showExcluded');
    // At work, however long the tests before took.
    append(places.live, atWork('live-session', places.shop));
    await openSessions(workbench);
    await waitForRows(workbench, (list) => sessionsIn(list).length === 3);
  };

  test('says where to begin when there is nothing', async () => {
    await workbench.waitForStatus('No transcripts');
    const text = await waitForWelcome(workbench, /No Claude Code sessions found/);
    assert.match(text, /See Where Outlay Looks/);
    assert.match(text, /try the demo/);
  });

  test('says that it is paused when it has read nothing', async () => {
    await workbench.executeCommand('outlay.pause');
    try {
      await workbench.waitForStatus('paused');
      await waitForWelcome(workbench, /Outlay is paused[\s\S]*Resume/);
    } finally {
      await workbench.executeCommand('outlay.resume');
    }
  });

  test('lists sessions by project, the live one first, with total, model and age', async () => {
    places = writeSessions(workbench.paths.claude, path.join(workbench.home, 'projects'));
    const seen = await waitForRows(
      workbench,
      (list) => list.length === 5 && /11\.75 · 2/.test(list[0].description),
    );
    assert.deepEqual(
      seen.map(({ level, label, description }) => [level, label, description]),
      [
        [1, 'shop', '$11.75 · 2 sessions · live'],
        [2, '$3.75  Fix flaky upload test', 'live · opus-5-5'],
        [2, '$8.00  Add gift cards', 'sonnet-5-5 · 3 h ago'],
        [1, 'billing-api', '$4.00 · 1 session'],
        [2, '$4.00  Export invoices', 'sonnet-5-5 · 1 d ago'],
      ],
    );
    assert.equal(seen[1].icon, 'pulse');
    assert.match(seen[1].spoken, /^Fix flaky upload test, \$3\.75, live, opus-5-5/);
  });

  test('shows below a session its main thread, subagents and background with their shares', async () => {
    await unfold(workbench, 'Fix flaky upload test');
    const seen = await waitForRows(workbench, (list) => list.length === 8);
    assert.deepEqual(
      seen.slice(2, 5).map(({ label, description }) => [label, description]),
      [
        ['Main thread', '$3.00 · 80% · opus-5-5'],
        ['Explore', '$0.50 · 13% · opus-5-5'],
        ['Claude Code overhead', '$0.25 · 7%'],
      ],
    );
  });

  test('follows a session that is being written, and tells the tooltip how it adds up', async () => {
    append(places.live, answer('l4', 1, { session: 'live-session', cwd: places.shop }));
    await waitForRows(workbench, (list) => labels(list).includes('$4.75  Fix flaky upload test'));
    await hoverOver(
      workbench,
      'Fix flaky upload test',
      /Messages \$4\.50 \+ overhead \$0\.25 = \$4\.75/,
    );
    await workbench.page.mouse.move(600, 300);
    await unfold(workbench, 'Fix flaky upload test');
  });

  test('groups by day or not at all, and sorts by cost', async () => {
    await chooseInAction(workbench, 'Group Sessions By', 'By day');
    const byDay = await waitForRows(workbench, (list) => labels(list)[0] === 'Today');
    // It is noon, so thirty hours ago was yesterday.
    assert.ok(labels(byDay).includes('Yesterday'));
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await waitForRows(workbench, (list) => list.length === 3);
    await chooseInAction(workbench, 'Sort Sessions By', 'Most expensive first');
    const flat = await waitForRows(workbench, (list) =>
      /Add gift cards/.test(labels(list)[1] ?? ''),
    );
    assert.deepEqual(labels(flat), [
      '$4.75  Fix flaky upload test',
      '$8.00  Add gift cards',
      '$4.00  Export invoices',
    ]);
    assert.match(flat[2].description, /billing-api$/);
  });

  test('filters by words and conditions, says so, and can be cleared', async () => {
    await everythingIsListed();
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await clickAction(workbench, 'Filter Sessions');
    const title = workbench.page.locator('.quick-input-title', { hasText: 'Filter sessions' });
    await title.waitFor();
    await filterBy(workbench, 'invoices');
    await waitForRows(workbench, (list) => list.length === 1);
    await waitForMessage(workbench, /Filter: "invoices"\. 1 of 3 sessions\./);
    await clickAction(workbench, 'Clear Filter');
    await waitForRows(workbench, (list) => list.length === 3);
    await filterBy(workbench, '', 'Live');
    await waitForRows(workbench, (list) => list.length === 1);
    await waitForMessage(workbench, /Filter: live/);
  });

  test('remembers grouping, order and filter over a reload', async () => {
    await everythingIsListed();
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await chooseInAction(workbench, 'Sort Sessions By', 'Most expensive first');
    const filtered = workbench.page.getByText(/Filter: live/).first();
    await retry('the filter outlasts a reload', async (timeout) => {
      await workbench.executeCommand('outlay.clearSessionFilter');
      await filterBy(workbench, '', 'Live');
      await filtered.waitFor({ timeout });
      // VS Code writes down what a window keeps a moment later.
      await workbench.page.waitForTimeout(timeout / 3);
      await workbench.reload();
      await openSessions(workbench);
      await filtered.waitFor({ timeout });
    });
    append(places.live, atWork('live-session', places.shop));
    const seen = await waitForRows(workbench, (list) => list.length === 1);
    assert.equal(seen[0].level, 1);
    await waitForMessage(workbench, /Filter: live/);
    await filterBy(workbench, 'no such words');
    await waitForWelcome(workbench, /No sessions match the filter/);
    await workbench.page.locator('.welcome-view-content').getByText('Clear Filter').click();
    const flat = await waitForRows(workbench, (list) => list.length === 3);
    assert.ok(flat.every(({ level }) => level === 1));
    assert.match(labels(flat)[1], /Add gift cards/);
  });

  test('copies the id and the command that resumes a session', async () => {
    await everythingIsListed();
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copies = async (entry, wanted) => {
      await chooseInMenu(workbench, 'Add gift cards', entry);
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      await expect.poll(clipboard).toBe(wanted);
    };
    await copies('Copy Session ID', 'old-session');
    await copies('Copy Resume Command', 'claude --resume old-session');
  });

  test('resumes a session in a terminal of its folder', async () => {
    await everythingIsListed();
    // A program by the name of Claude Code's that notes where and with what it was started.
    const bin = path.join(workbench.home, 'bin');
    const noted = path.join(workbench.home, 'noted');
    mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\nprintf '%s|' "$PWD" "$CLAUDE_CONFIG_DIR" "$@" > '${noted}'\n`;
    writeFileSync(path.join(bin, 'claude'), script, { mode: 0o755 });
    await workbench.setSettings({
      'terminal.integrated.env.linux': { PATH: `${bin}:${process.env.PATH}` },
    });
    await chooseInMenu(workbench, 'Add gift cards', 'Resume in Terminal');
    const text = await until('it is started', () => {
      const said = existsSync(noted) ? readFileSync(noted, 'utf8') : '';
      return said.endsWith('|') && said;
    });
    assert.equal(text, `${places.shop}|${workbench.paths.claude}|--resume|old-session|`);
    await workbench.executeCommand('workbench.action.terminal.killAll');
  });

  test('opens the transcript, and offers to open a project that is not in this window', async () => {
    await everythingIsListed();
    await chooseInMenu(workbench, 'Add gift cards', 'Open Transcript');
    await workbench.page.locator('.tab[data-resource-name="old-session.jsonl"]').waitFor();
    await chooseInMenu(workbench, 'Add gift cards', 'Reveal Project');
    await expectNotification(workbench, 'shop is not in this window');
    await workbench.executeCommand('notifications.clearAll');
  });

  test('takes a session off the list, and back', async () => {
    await everythingIsListed();
    await chooseInMenu(workbench, 'Add gift cards', 'Exclude from List');
    await waitForRows(workbench, (list) => sessionsIn(list).length === 2);
    // What is not listed still counts.
    assert.match(await workbench.statusText(), /\$12\.75/);
    await workbench.executeCommand('outlay.showExcluded');
    await waitForRows(workbench, (list) => sessionsIn(list).length === 3);
  });

  test('has a badge only while a budget is used up', async () => {
    const badge = workbench.page
      .locator('.activitybar .action-item', {
        has: workbench.page.locator('[aria-label^="Outlay"]'),
      })
      .locator('.badge-content');
    try {
      await workbench.setSettings({ 'outlay.budget.dailyUsd': 100 });
      await until('the budget is there', async () =>
        /budget for/.test(await workbench.statusAriaLabel()),
      );
      assert.equal((await badge.allInnerTexts()).join(''), '');
      await workbench.setSettings({ 'outlay.budget.dailyUsd': 1 });
      await workbench.waitForStatus(/over \$1/);
      await expect(badge).toHaveText('1');
    } finally {
      await workbench.setSettings({ 'outlay.budget.dailyUsd': null });
    }
  });

  test('is walked through with the keyboard alone, up to an open panel', async () => {
    await everythingIsListed();
    const { page } = workbench;
    const focused = page.locator('.sidebar .monaco-list-row.focused');
    // VS Code may still be moving the focus: the keys are pressed until they arrive.
    await retry('a panel is open', async (timeout) => {
      await workbench.executeCommand('outlay.sessions.focus');
      await page.keyboard.press('Home');
      // It is below the live one, and below its project where there are any.
      for (let row = 0; row < 8 && !/Add gift cards/.test(await focused.innerText()); row++) {
        await page.keyboard.press('ArrowDown');
      }
      await focused.filter({ hasText: 'Add gift cards' }).waitFor({ timeout });
      await page.keyboard.press('Enter');
      await page.locator('.tab').filter({ hasText: 'Add gift cards' }).waitFor({ timeout });
    });
  });

  test('keeps its rows and says so while it is paused', async () => {
    await everythingIsListed();
    await workbench.executeCommand('outlay.pause');
    await workbench.waitForStatus('paused');
    await waitForMessage(workbench, /Paused/);
    assert.equal(sessionsIn(await rows(workbench)).length, 3);
    await workbench.executeCommand('outlay.resume');
  });
});

test.describe('the sessions view with a million messages in ten thousand sessions', () => {
  let workbench;
  test.afterAll(() => workbench?.close());

  test('shows them a page at a time, and opens one', async () => {
    workbench = await openWindow({ env: { OUTLAY_STORE: millionStore() } });
    await workbench.waitForStatus(/\$\d/);
    await openSessions(workbench);
    await waitForRows(workbench, (list) => list.length > 5);
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await waitForRows(workbench, (list) => list[0]?.level === 1 && /Session/.test(list[0].label));
    const atTheEnd = (label) =>
      until(`"${label}" is at the end`, async () => {
        await workbench.executeCommand('outlay.sessions.focus');
        await workbench.page.keyboard.press('End');
        return labels(await rows(workbench)).includes(label);
      });
    await atTheEnd('Show more (9,970 left)');
    await row(workbench, 'Show more').click();
    await atTheEnd('Show more (9,920 left)');
    await workbench.executeCommand('outlay.openSession', 'session-005000');
    const frame = await sessionFrame(workbench, 'Session 5000');
    await frame.locator('[data-card="messages"] .figure', { hasText: /^100$/ }).waitFor();
  });
});
