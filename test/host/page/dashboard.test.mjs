/** The dashboard as a person uses it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { answer, append, clientTotal, customTitle, transcriptOf, write } from './lib/records.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  expectAccessible,
  expectNarrow,
  factsOf,
  figureOf,
  frameWith,
  outlastsReload,
  unfoldSection,
  waitForFigure,
  watchPolicy,
} from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const hour = 3_600_000;
const day = 24 * hour;

/** Bars of a list: name, figure and share. */
const bars = (frame, part) =>
  frame
    .locator(`[data-part="${part}"] .bars li`)
    .evaluateAll((list) =>
      list.map((item) =>
        ['.bar-name', '.bar-figure', '.bar-share'].map((one) => item.querySelector(one).innerText),
      ),
    );
const dollars = (usd) => (usd === 0 ? '$0' : `$${usd.toFixed(2)}`);

test.describe('the dashboard', () => {
  let workbench;
  let policy;
  let file;
  const session = 'dash-session';
  const cwd = '/home/dev/shop';

  const dashboard = () => frameWith(workbench, '.dashboard:has(.card)');
  const open = async () => {
    await workbench.executeCommand('outlay.openDashboard');
    return dashboard();
  };
  const choosePeriod = async (frame, value) => {
    await frame.locator(`.filters [data-value="${value}"]`).click();
    await frame.locator(`.filters [data-value="${value}"][aria-checked="true"]`).waitFor();
  };

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 1000 } });
    policy = watchPolicy(workbench);
    const { claude } = workbench.paths;
    const now = Date.now();
    const one = (id, title, usd, age, more = {}) => {
      const at = now - age;
      const own = { session: id, cwd, at, ...more };
      const transcript = transcriptOf(claude, { session: id, cwd: own.cwd });
      write(transcript, [customTitle(id, title), answer(id, usd, own)], at);
      return transcript;
    };
    file = one(session, 'Fix the upload', 3, 2 * 60_000);
    append(file, answer('second', 0.5, { session, cwd, model: 'claude-sonnet-5-5' }));
    append(file, clientTotal(session, 3.6));
    one('dash-2', 'Export invoices', 1.5, 2 * day, { cwd: '/home/dev/billing', branch: 'export' });
    one('dash-3', 'Try the new model', 1, 3 * day, { model: 'model-x' });
    await workbench.setSettings({ 'outlay.budget.monthlyUsd': 100 });
    await workbench.waitForStatus(/\$3\.60/);
  });
  test.afterAll(() => workbench.close());

  test('is what a click on the status bar opens', async () => {
    await retry('the panel is open', async (timeout) => {
      await workbench.statusItem().click({ timeout });
      await workbench.page
        .locator('.tab')
        .filter({ hasText: 'Outlay Dashboard' })
        .waitFor({ timeout });
    });
    const frame = await dashboard();
    await choosePeriod(frame, '30d');
    await waitForFigure(frame, 'cost', '≥ $5.10');
  });

  test('says what the terminal says', async () => {
    const frame = await dashboard();
    const said = await terminalSays(workbench, 'report', '--period', '30d');
    assert.equal(await figureOf(frame, 'cost'), `≥ ${dollars(said.total_cost_usd)}`);
    const facts = await factsOf(frame);
    assert.deepEqual(facts.slice(1, 4), [
      '4 messages',
      `${said.sessions} sessions`,
      `${said.runs} runs`,
    ]);
    assert.equal(facts.at(-1), `${dollars(said.backgroundUsd)} of Claude Code’s own overhead`);
    // The chart's own legend names what its bars are stacked by.
    await frame.locator('[data-part="spend"] [data-value="project"]').click();
    await frame.locator('[data-part="by-model"]').waitFor();
    for (const [part, json, name] of [
      ['by-model', 'byModel', (text) => text.replace(/^claude-/, '')],
      ['by-project', 'byProject', (text) => path.basename(text)],
      ['by-agent', 'byAgent', (text) => (text === 'main' ? 'Main thread' : text)],
      ['by-branch', 'byBranch', (text) => text],
    ]) {
      const expected = said[json].map((group) => {
        const [key] = Object.values(group);
        const label = key === '(background)' ? 'Claude Code overhead' : name(key);
        const unpriced = group.unpricedMessages > 0;
        const cost = dollars(group.cost_usd);
        if (!unpriced) return [label, cost];
        return [label, group.cost_usd === 0 ? 'no price' : `≥ ${cost}`];
      });
      const shown = await bars(frame, part);
      assert.deepEqual(
        shown.map(([label, cost]) => [label, cost]),
        expected,
        part,
      );
    }
    const classes = (await bars(frame, 'classes')).map(([, cost]) => cost);
    assert.deepEqual(
      classes,
      said.byTokenClass.map(({ cost_usd }) => dollars(cost_usd)),
    );
    await frame.locator('[data-part="spend"] [data-value="model"]').click();
  });

  test('answers first: how much, how much of the budget, where it leads', async () => {
    const frame = await dashboard();
    await choosePeriod(frame, 'month');
    await expect(frame.locator('.answer')).toHaveText(/^\$\d+\.\d\d in \w+ so far$/);
    const ahead = frame.locator('[data-card="ahead"] .detail').first();
    await expect(ahead).toHaveText('inside the budget of $100');
    const budget = await frame.locator('[data-part="budgets"] li').innerText();
    assert.match(
      budget,
      /^\w+\s+\$\d+\.\d\d left of \$100\s+\d+% used\s+likely \$\d+(\.\d\d)?.*: stays inside$/,
    );
    await choosePeriod(frame, '30d');
  });

  test('is narrowed to a bar that is clicked, in every part, and widened again', async () => {
    const frame = await dashboard();
    const billing = frame.locator('[data-part="by-project"] button').filter({ hasText: 'billing' });
    // By the keyboard: what is in focus stays there, whatever is known first.
    await frame.evaluate(() => {
      window.wasHidden = false;
      const folds = document.querySelector('.folds');
      const look = () => {
        window.wasHidden ||= folds.hidden;
      };
      new MutationObserver(look).observe(folds, { attributes: true });
    });
    await billing.focus();
    await billing.press('Enter');
    await waitForFigure(frame, 'cost', '$1.50');
    const inFocus = await frame.evaluate(() => document.activeElement?.textContent ?? '');
    assert.match(inFocus, /billing/);
    assert.equal(await frame.evaluate(() => window.wasHidden), false);
    assert.equal((await bars(frame, 'by-project')).length, 1);
    await unfoldSection(frame, 'session-lists');
    assert.deepEqual(await frame.locator('[data-part="sessions"] tbody .opener').allInnerTexts(), [
      'Export invoices',
    ]);
    assert.equal(await billing.getAttribute('aria-pressed'), 'true');
    await frame.locator('.filters vscode-button').filter({ hasText: 'Clear Filters' }).click();
    await waitForFigure(frame, 'cost', '≥ $5.10');
  });

  test('shows its chart as a table, each row a day that can be looked at alone', async () => {
    const frame = await dashboard();
    const spend = frame.locator('[data-part="spend"]');
    const said = await terminalSays(workbench, 'report', '--period', '30d');
    assert.match(
      await spend.locator('canvas').getAttribute('aria-label'),
      /^Spend by day\. \$5\.10 in all; most in \w+ \d+: \$3\.60\.$/,
    );
    await spend.locator('vscode-button').filter({ hasText: 'Show as Table' }).click();
    const rows = spend.locator('tbody tr[data-key]');
    await rows.first().waitFor();
    const totals = await rows.evaluateAll((list) => list.map((row) => row.cells[1].innerText));
    assert.equal(totals.length, 31);
    assert.deepEqual(
      totals.filter((text) => text !== '$0'),
      said.byDay
        .map(({ cost_usd }) => cost_usd)
        .filter((usd) => usd > 0)
        .map(dollars),
    );
    await rows.last().locator('.opener').click();
    await waitForFigure(frame, 'cost', '$3.60');
    await spend.locator('vscode-button').filter({ hasText: 'Show as Chart' }).click();
    await choosePeriod(frame, '30d');
    await waitForFigure(frame, 'cost', '≥ $5.10');
  });

  test('gives its figures to the clipboard, as CSV', async () => {
    const frame = await dashboard();
    const spend = frame.locator('[data-part="spend"]');
    await spend.locator('summary').click();
    await spend.getByRole('button', { name: 'Copy as CSV' }).click();
    await workbench.page.locator('.statusbar-item').filter({ hasText: 'Copied.' }).waitFor();
  });

  test('opens a session from its lists', async () => {
    const frame = await dashboard();
    await unfoldSection(frame, 'session-lists');
    await frame.locator('[data-part="sessions"] .opener').first().focus();
    await workbench.page.keyboard.press('Enter');
    await frameWith(workbench, '.session:has(.card)', 'Fix the upload');
    await workbench.executeCommand('workbench.action.closeActiveEditor');
  });

  test('says what other models would have cost, and what comes next, once it is unfolded', async () => {
    const frame = await dashboard();
    const section = frame.locator('details[data-part="outlook"]');
    assert.equal(await section.locator('.what-if').count(), 0);
    await unfoldSection(frame, 'outlook');
    const said = await terminalSays(workbench, 'counterfactual', '--period', '30d');
    const names = section.locator('.what-if .name');
    await expect(names).toHaveCount(said.baselines.length);
    const shown = await section
      .locator('.what-if li')
      .evaluateAll((list) => list.map((item) => item.children[1].innerText));
    assert.deepEqual(
      shown,
      said.baselines
        .map(({ baseline_usd }) => baseline_usd)
        .sort((a, b) => a - b)
        .map(dollars),
    );
    await expect(section.locator('[data-part="what-next"] li')).toHaveCount(3);
    await section.locator('summary').first().click();
  });

  test('moves with a line that is appended', async () => {
    const frame = await open();
    append(file, answer('third', 1, { session, cwd }));
    await waitForFigure(frame, 'cost', '≥ $6.10');
    await frame.locator('[role="status"]').filter({ hasText: 'live' }).waitFor();
  });

  test('shows what is known first, beside the rest of before', async () => {
    const frame = await dashboard();
    // The page is told again what it was told last, without its details.
    await frame.evaluate(() => {
      window.addEventListener('message', ({ data }) => {
        // The answer to the question before may still be on its way.
        if (data.type !== 'show' || data.question.period !== '7d') return;
        if (data.data.details !== null) window.told = data;
      });
    });
    await choosePeriod(frame, '7d');
    await until('the page is told', () => frame.evaluate(() => window.told !== undefined));
    const tell = (period, cost) =>
      frame.evaluate(
        ([asked, figure]) => {
          const message = structuredClone(window.told);
          message.data.details = null;
          message.data.choices.project = [];
          message.data.cards[0].figure = figure;
          message.question.period = asked;
          window.dispatchEvent(new MessageEvent('message', { data: message }));
        },
        [period, cost],
      );
    await tell('7d', '$77');
    await waitForFigure(frame, 'cost', '$77');
    assert.equal(await frame.locator('.folds').isVisible(), true);
    assert.equal(await frame.locator('.bone').isVisible(), false);
    assert.ok((await frame.locator('vscode-dropdown[aria-label="Project"]').count()) > 0);
    // The answer to another question: what is below is of the one before, and says that it is out of date.
    await tell('month', '$78');
    await expect(frame.locator('[data-card="cost"] .figure')).toHaveText('$78');
    assert.equal(await frame.locator('.folds[aria-busy="true"]').isVisible(), true);
    assert.equal(await frame.locator('.bone').isVisible(), false);
    await choosePeriod(frame, '30d');
    await frame.locator('.folds[aria-busy="false"]').waitFor();
  });

  test('has no violation that axe-core finds, in any theme', async () => {
    const frame = await dashboard();
    await expectAccessible(workbench, frame);
  });

  test('remembers which of its sections are open when it is opened anew', async () => {
    await unfoldSection(await dashboard(), 'rhythm');
    await retry('another one has it open', async () => {
      await workbench.executeCommand('workbench.action.closeActiveEditor');
      const frame = await open();
      await frame.locator('details[data-part="rhythm"][open]').waitFor({ timeout: 3_000 });
    });
    const frame = await dashboard();
    await frame.locator('details[data-part="rhythm"] summary').first().click();
    await frame.locator('details[data-part="rhythm"]:not([open])').waitFor();
    await choosePeriod(frame, '30d');
  });

  test('comes back after a reload as it was', async () => {
    const chosen = (frame) =>
      frame
        .locator('[aria-checked="true"]')
        .evaluateAll((list) => list.map((radio) => radio.dataset.value).join(' '));
    await outlastsReload(workbench, {
      open,
      selector: '.dashboard:has(.card)',
      set: async (frame) => {
        await frame.locator('[data-part="spend"] [data-value="project"]').click();
        await choosePeriod(frame, '7d');
      },
      holds: async (frame) => (await chosen(frame)) === '7d project',
    });
    await waitForFigure(await dashboard(), 'cost', '≥ $6.10');
  });

  test('fits a window of 320 pixels: nothing is cut but what can be scrolled', async () => {
    const frame = await open();
    await expectNarrow(workbench, frame);
  });

  test('breaks no content security policy', () => assert.deepEqual(policy(), []));
});
