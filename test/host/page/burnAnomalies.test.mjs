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
const answerOf = (frame) => frame.locator('h1.answer').innerText();
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
    return rows.length === count && rows;
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
  const anomalies = () => frameWith(workbench, '.anomalies:has(.card)');
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

  test('burn says in its answer, its bars and their lines what the terminal says', async () => {
    const frame = await open('outlay.openBurn', burn);
    const said = await terminalSays(workbench, 'burn', '--bucket', '1h', '--lookback', '25h');
    assert.equal(await figureOf(frame, 'hour'), usd(said.latest_usd));
    assert.match(
      await answerOf(frame),
      /^Last hour \$1\.00, .*usual\. At this rate \$\d+\.\d\d by midnight: inside the daily budget\.$/,
    );
    const label = await frame.locator('[data-part="burn"] canvas').getAttribute('aria-label');
    assert.ok(label.includes(`with spend: ${usd(said.mean_active_usd)}; `), label);
    assert.ok(label.includes(`mean of all 24: ${usd(said.mean_all_usd)}; `), label);
    const shown = await tableOf(frame, 'burn', 25);
    assert.deepEqual(
      shown.map(([, cost]) => cost),
      said.buckets.map((bucket) => usd(bucket.usd)),
    );
    assert.match(shown.at(-1)[0], /\(latest\)$/);
  });

  test('burn says when the levels of a budget are reached, as the terminal does', async () => {
    const frame = await burn();
    const said = await terminalSays(workbench, 'projection');
    const [row] = await rowsOf(frame, 'budgets', 1);
    assert.deepEqual(row.slice(0, 2), ['Daily budget', '$400.00']);
    assert.deepEqual(
      row.slice(3),
      said.budgets[0].exhaustion.map(({ share }) => `${share * 100} %: period ends first`),
    );
  });

  test('burn compares days and weeks with the arrow keys', async () => {
    const frame = await burn();
    const said = await terminalSays(workbench, 'burn');
    await frame.locator('[data-value="hour"]').focus();
    await workbench.page.keyboard.press('ArrowRight');
    const start = `Last 24 hours ${usd(said.latest_usd)}`;
    await waitForAnswer(frame, new RegExp(`^${start.replace(/[$.]/g, '\\$&')}`));
    assert.equal(await frame.evaluate(() => document.activeElement?.dataset.value), 'day');
    await workbench.page.keyboard.press('ArrowRight');
    await waitForAnswer(frame, /^Last 7 days \$/);
  });

  test('burn says that a project is none, with the way back', async () => {
    const question = { unit: 'hour', project: '/home/dev/nowhere', threshold: 200 };
    await workbench.executeCommand('outlay.openBurn', question);
    const empty = await frameWith(workbench, '.empty', 'There is nothing called');
    await retry('it starts over', (timeout) =>
      empty.locator('vscode-button').filter({ hasText: 'Start Over' }).click({ timeout }),
    );
    await waitForAnswer(await burn(), /^Last hour \$/);
  });

  test('burn moves with a line that is appended', async () => {
    const frame = await burn();
    const own = { session: 'work-0', cwd };
    append(transcriptOf(workbench.paths.claude, own), answer('new', 0.5, own));
    await waitForFigure(frame, 'hour', '$1.50');
    // For the reload to come: VS Code writes down what a page keeps only once in a while.
    await frame.locator('[data-value="day"]').click();
    await waitForAnswer(frame, /^Last 24 hours \$/);
  });

  test('anomalies say what stands out, by how much and why', async () => {
    const frame = await open('outlay.openAnomalies', anomalies);
    const said = await terminalSays(workbench, 'anomaly', '--period', '30d');
    assert.deepEqual([said.count, said.outlierCount], [24, 1]);
    await waitForAnswer(
      frame,
      /^1 of 24 sessions stands out\. Farthest from the others: “Rewrite everything”, \$20\.00, \d+ times the median\.$/,
    );
    assert.equal(await figureOf(frame, 'median'), usd(said.median_usd));
    const [row] = await rowsOf(frame, 'outliers', 1);
    const score = `+${said.outliers[0].z.toFixed(1)}`;
    assert.deepEqual(
      [row[0], row[1], row[3], row[4]],
      ['Rewrite everything', 'docs', '$20.00', score],
    );
    assert.match(row[5], /^2 messages, 100 % Output, mostly opus-5-5$/);
    assert.equal((await tableOf(frame, 'outliers-chart', 24)).length, 24);
  });

  test('anomalies open a session from the table, and from the chart by a click', async () => {
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
        const colour = style.getPropertyValue('--vscode-editorWarning-foreground').trim();
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
      const rows = await rowsOf(frame, 'outliers', said.outliers.length);
      if (by === 'day') {
        await frame.locator('[data-part="outliers"] .opener').first().click();
        const dashboard = await frameWith(workbench, '.dashboard:has(.card)');
        await waitForFigure(dashboard, 'cost', usd(said.outliers[0].usd));
        await workbench.executeCommand('workbench.action.closeActiveEditor');
        continue;
      }
      assert.deepEqual(
        rows.map((row) => row[3]),
        said.outliers.map((outlier) => usd(outlier.usd)),
      );
    }
    frame = await anomalies();
    await frame.locator('[data-value="session"]').click();
    await retry('factors are compared', async (timeout) => {
      await frame.locator('vscode-dropdown[aria-label="Scale"]').click({ timeout });
      await frame.locator('vscode-option').filter({ hasText: 'Logarithmic' }).click({ timeout });
    });
    const said = await terminalSays(workbench, 'anomaly', '--period', '30d', '--log');
    await frame.locator('[data-part="outliers"]').filter({ hasText: 'Logarithms' }).waitFor();
    assert.equal(await figureOf(frame, 'outliers'), String(said.outlierCount));
    assert.equal(await figureOf(frame, 'median'), usd(said.median_usd));
  });

  test('beside anomalies stand the projection and what other models would have cost', async () => {
    const frame = await open('outlay.openAnomalies', anomalies);
    const ahead = await terminalSays(workbench, 'projection', '--horizons', '30d');
    const last = (await tableOf(frame, 'projection', 41)).at(-1);
    const spent = (await terminalSays(workbench, 'report', '--period', '30d')).total_cost_usd;
    // The panel and the terminal ask a moment apart: a cent may come between them.
    const projected = spent + ahead.horizons[0].projected_usd;
    const cents = Math.abs(Number(last[2].slice(1)) - projected) * 100;
    assert.ok(cents < 1.5, `${last[2]}, not ${usd(projected)}`);
    const said = await terminalSays(workbench, 'counterfactual', '--period', '30d');
    const rows = await tableOf(frame, 'what-if', said.baselines.length);
    assert.deepEqual(
      rows.map(([model, cost]) => [model, cost]),
      said.baselines.map(({ model, baseline_usd }) => [
        model.replace(/^claude-/, ''),
        usd(baseline_usd),
      ]),
    );
  });

  test('anomalies move with a line that is appended', async () => {
    const frame = await open('outlay.openAnomalies', anomalies);
    const own = { session: 'work-1', cwd: '/home/dev/docs' };
    append(transcriptOf(workbench.paths.claude, own), answer('dear', 30, own));
    await waitForAnswer(frame, /^2 of 24 sessions stand out\..*“Work 1”, \$31\.10/);
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
      set: (frame) => frame.locator('[data-value="day"]').click(),
      holds: async (frame) => (await chosen(frame)) === 'day',
    });
    const frame = await open('outlay.openAnomalies', anomalies);
    await expect.poll(() => chosen(frame)).toBe('session 30d 30');
  });

  test('break no content security policy', () => assert.deepEqual(policy(), []));
});
