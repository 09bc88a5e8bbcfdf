/** The panels of burn rate and of anomalies as a person uses them, in one window. */
import assert from 'node:assert/strict';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { answer, append, customTitle, transcriptOf, write } from './lib/records.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  expectAccessible,
  expectNarrow,
  figureOf,
  frameWith,
  outlastsReload,
  waitForFigure,
  watchPolicy,
} from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const minute = 60_000;
const hour = 60 * minute;

const usd = (value) => (value === 0 ? '$0' : `$${value.toFixed(2)}`);
const waitForAnswer = (frame, wanted) =>
  expect(frame.locator('h1.answer')).toHaveText(wanted, { useInnerText: true });
/** The rows of a table, once there are so many. */
const rowsOf = (frame, part, count) =>
  until(`${part} has ${count} rows`, async () => {
    const rows = await frame
      .locator(`[data-part="${part}"] tbody tr.row`)
      .evaluateAll((list) =>
        list.map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
      );
    return (typeof count === 'function' ? count(rows.length) : rows.length === count) && rows;
  });
const press = (frame, part, label) => {
  const button = frame.locator(`[data-part="${part}"] vscode-button`).filter({ hasText: label });
  let tried = false;
  return retry(`"${label}" is pressed`, async (timeout) => {
    // A click that was given up may have been one all the same: then the button says something else.
    if (tried && (await button.count()) === 0) return;
    tried = true;
    await button.click({ timeout });
  });
};
/** A chart's rows as its table has them, and back to the chart. */
async function tableOf(frame, part, count) {
  await press(frame, part, 'Show as Table');
  const rows = await rowsOf(frame, part, count);
  await press(frame, part, 'Show as Chart');
  return rows;
}

test.describe('burn rate and anomalies', () => {
  let workbench;
  let policy;
  const cwd = '/home/dev/shop';
  const burn = () => frameWith(workbench, '.burn:has(.card)');
  const anomalies = () => frameWith(workbench, '.anomalies:has(h1.answer)');
  const open = async (command, frame) => {
    await workbench.executeCommand(command);
    return frame();
  };

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 900 } });
    policy = watchPolicy(workbench);
    const now = Date.now();
    // Every few hours a session of about a dollar, one of them of twenty.
    for (let n = 0; n < 24; n++) {
      const own = { session: `work-${n}`, cwd: n % 2 === 0 ? cwd : '/home/dev/docs' };
      const at = now - 20 * minute - n * 5 * hour;
      const cost = n === 9 ? 20 : 1 + (n % 5) / 10;
      const lines = [
        customTitle(own.session, n === 9 ? 'Rewrite everything' : `Work ${n}`),
        answer(`${n}-a`, cost / 4, { ...own, at }),
        answer(`${n}-b`, (cost * 3) / 4, { ...own, at: at + minute }),
      ];
      write(transcriptOf(workbench.paths.claude, own), lines, at + minute);
    }
    await workbench.setSettings({ 'outlay.budget.dailyUsd': 400 });
    await workbench.waitForStatus(/\$\d/);
    const frame = await open('outlay.openBurn', burn);
    await expect.poll(async () => (await terminalSays(workbench, 'anomaly')).count).toBe(24);
    await waitForFigure(frame, 'hour', '$1.00');
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('burn says in its cards and its bars what the terminal says', async () => {
    const frame = await open('outlay.openBurn', burn);
    const hourly = await terminalSays(workbench, 'burn', '--bucket', '1h', '--lookback', '25h');
    assert.equal(await figureOf(frame, 'hour'), usd(hourly.latest_usd));
    const weekly = await terminalSays(workbench, 'burn', '--bucket', '7d', '--lookback', '14d');
    assert.equal(await figureOf(frame, 'week'), usd(weekly.latest_usd));
    const { forecast } = weekly;
    assert.equal(await figureOf(frame, 'pace'), usd(forecast.today.spent_usd));
    const card = frame.locator('[data-card="ahead"]');
    await expect(card.locator('.detail').first()).toHaveText('inside the day’s budget of $400');
    const about = (value) => (value < 4.5 ? usd(value) : `$${Math.round(value)}`);
    assert.equal(await figureOf(frame, 'ahead'), about(forecast.today.projected_usd));
    const label = await frame.locator('[data-part="pace"] canvas').getAttribute('aria-label');
    assert.ok(label.includes(`${usd(forecast.today.spent_usd)} so far`), label);
    await press(frame, 'pace', 'Show as Table');
    // It is about noon in the window.
    const hours = 14;
    const shown = await rowsOf(frame, 'pace', (count) => count > 0 && count <= hours);
    await press(frame, 'pace', 'Show as Chart');
    const sum = shown.reduce((total, [, cost]) => total + Number(cost.replace('$', '')), 0);
    assert.ok(Math.abs(sum - forecast.today.spent_usd) < 0.05, String(sum));
  });

  test('burn compares days and months with the arrow keys', async () => {
    const frame = await burn();
    await frame.locator('[data-value="today"]').focus();
    await workbench.page.keyboard.press('ArrowRight');
    await expect(frame.locator('[data-card="pace"] h2')).toHaveText('These 7 days');
    assert.equal(await frame.evaluate(() => document.activeElement?.dataset.value), '7d');
    await workbench.page.keyboard.press('ArrowRight');
    await expect(frame.locator('[data-card="ahead"] h2')).toHaveText('On track this month for');
    await workbench.page.keyboard.press('ArrowRight');
    await expect(frame.locator('[data-card="pace"] h2')).toHaveText('Today so far');
  });

  test('burn says that a project is none, with the way back', async () => {
    const question = { period: 'today', project: '/home/dev/nowhere' };
    await workbench.executeCommand('outlay.openBurn', question);
    const empty = await frameWith(workbench, '.empty', 'no longer exists (filter');
    await retry('it starts over', (timeout) =>
      empty.locator('vscode-button').filter({ hasText: 'Start Over' }).click({ timeout }),
    );
    await expect((await burn()).locator('[data-card="pace"] h2')).toHaveText('Today so far');
  });

  test('burn moves with a line that is appended', async () => {
    const frame = await burn();
    const own = { session: 'work-0', cwd };
    append(transcriptOf(workbench.paths.claude, own), answer('new', 0.5, own));
    await waitForFigure(frame, 'hour', '$1.50');
    // For the reload to come: VS Code writes down what a page keeps only once in a while.
    await frame.locator('[data-value="7d"]').click();
    await expect(frame.locator('[data-card="pace"] h2')).toHaveText('These 7 days');
  });

  test('anomalies say what stands out, by how much and why', async () => {
    const frame = await open('outlay.openAnomalies', anomalies);
    const said = await terminalSays(workbench, 'anomaly', '--period', '30d');
    assert.deepEqual([said.count, said.outlierCount], [24, 1]);
    await waitForAnswer(frame, '1 of 24 sessions stands out');
    const more = usd(20 - said.median_usd);
    await expect(frame.locator('.lead')).toHaveText(
      `It cost ${more} more than a usual one. Output is most of it.`,
    );
    const row = frame.locator('[data-part="outliers"] li');
    await expect(row).toHaveCount(1);
    await expect(row.locator('.opener')).toHaveText('Rewrite everything');
    await expect(row.locator('.amount')).toHaveText('$20.00');
    await expect(row.locator('.cost')).toContainText(`${Math.round(20 / said.median_usd)}× usual`);
    await expect(row.locator('.what')).toContainText('docs, ');
    await expect(row.locator('.why')).toHaveText(/^2 messages · 100% Output · mostly opus-5-5$/);
    assert.equal((await tableOf(frame, 'outliers-chart', 24)).length, 24);
  });

  test('anomalies open a session from the list, and from the chart by a click', async () => {
    const closeSession = async () => {
      await frameWith(workbench, '.session:has(.card)', 'Rewrite everything');
      await workbench.executeCommand('workbench.action.closeActiveEditor');
    };
    const panel = await open('outlay.openAnomalies', anomalies);
    await panel.locator('[data-part="outliers"] .opener').focus();
    await workbench.page.keyboard.press('Enter');
    await closeSession();
    await retry('the highest mark is clicked', async (timeout) => {
      const frame = await anomalies();
      const canvas = frame.locator('[data-part="outliers-chart"] canvas');
      // The highest pixel of the outliers' colour belongs to what costs most.
      const position = await canvas.evaluate((element) => {
        const style = getComputedStyle(document.body);
        const colour = style.getPropertyValue('--vscode-outlay-levelWarning').trim();
        const context = element.getContext('2d');
        const probe = document.createElement('canvas').getContext('2d');
        probe.fillStyle = colour;
        probe.fillRect(0, 0, 1, 1);
        const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
        const { data, width } = context.getImageData(0, 0, element.width, element.height);
        const ratio = element.width / element.clientWidth;
        for (let at = 0; at < data.length; at += 4) {
          if (data[at] !== r || data[at + 1] !== g || data[at + 2] !== b) continue;
          return { x: ((at / 4) % width) / ratio, y: Math.floor(at / 4 / width) / ratio + 3 };
        }
        return undefined;
      });
      assert.ok(position);
      await canvas.click({ position, timeout });
      await workbench.page
        .locator('.tab')
        .filter({ hasText: 'Rewrite everything' })
        .waitFor({ timeout });
    });
    await closeSession();
  });

  test('anomalies of messages, of days and by factors are the terminal’s', async () => {
    let frame = await open('outlay.openAnomalies', anomalies);
    for (const [by, options] of [
      ['message', ['--by', 'message']],
      ['day', ['--by', 'day']],
    ]) {
      await frame.locator(`[data-value="${by}"]`).click();
      const said = await terminalSays(workbench, 'anomaly', '--period', '30d', ...options);
      const counted = said.outlierCount === 0 ? `of ${said.count} ${by}s` : `of ${said.count} `;
      await waitForAnswer(frame, new RegExp(counted));
      const amounts = frame.locator('[data-part="outliers"] .amount');
      await expect(amounts).toHaveCount(said.outliers.length);
      if (by === 'day') {
        await frame.locator('[data-part="outliers"] .opener').first().click();
        const dashboard = await frameWith(workbench, '.dashboard:has(.card)');
        await waitForFigure(dashboard, 'cost', usd(said.outliers[0].usd));
        await workbench.executeCommand('workbench.action.closeActiveEditor');
        continue;
      }
      await expect(amounts).toHaveText(said.outliers.map((outlier) => usd(outlier.usd)));
    }
    frame = await anomalies();
    await frame.locator('[data-value="session"]').click();
    await retry('factors are compared', async (timeout) => {
      await frame.locator('vscode-dropdown[aria-label="Scale"]').click({ timeout });
      await frame.locator('vscode-option').filter({ hasText: 'Logarithmic' }).click({ timeout });
    });
    const said = await terminalSays(workbench, 'anomaly', '--period', '30d', '--log');
    await frame.locator('footer').filter({ hasText: 'Compares ratios' }).waitFor();
    await expect(frame.locator('[data-part="outliers"] li')).toHaveCount(said.outlierCount);
    const label = frame.locator('[data-part="outliers-chart"] canvas');
    await expect(label).toHaveAttribute(
      'aria-label',
      new RegExp(`\\${usd(said.median_usd)} is usual`),
    );
  });

  test('anomalies move with a line that is appended', async () => {
    const frame = await open('outlay.openAnomalies', anomalies);
    const own = { session: 'work-1', cwd: '/home/dev/docs' };
    append(transcriptOf(workbench.paths.claude, own), answer('dear', 30, own));
    await waitForAnswer(frame, '2 of 24 sessions stand out');
    await expect(frame.locator('[data-part="outliers"] .amount').first()).toHaveText('$31.10');
  });

  test('neither has a violation that axe-core finds, in any theme, and both fit 320 pixels', async () => {
    for (const [command, panel] of [
      ['outlay.openAnomalies', anomalies],
      ['outlay.openBurn', burn],
    ]) {
      const frame = await open(command, panel);
      await expectAccessible(workbench, frame);
      await expectNarrow(workbench, frame);
    }
  });

  test('both come back after a reload as they were', async () => {
    const chosen = (frame) =>
      frame
        .locator('[aria-checked="true"]')
        .evaluateAll((list) => list.map((radio) => radio.dataset.value).join(' '));
    await outlastsReload(workbench, {
      open: () => open('outlay.openBurn', burn),
      selector: '.burn:has(.card)',
      set: (frame) => frame.locator('[data-value="7d"]').click(),
      holds: async (frame) => (await chosen(frame)) === '7d',
    });
    const frame = await open('outlay.openAnomalies', anomalies);
    await expect.poll(() => chosen(frame)).toBe('session 30d');
  });

  test('break no content security policy', () => assert.deepEqual(policy(), []));
});
