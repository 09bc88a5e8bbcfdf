/** The panels of burn rate and anomalies as a person uses them, in one window. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openWorkbench, themes } from '../../../scripts/lib/page.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { insist, until } from '../../../scripts/lib/patience.mjs';
import { answer, append, customTitle, transcriptOf, write } from './lib/records.mjs';
import { axeViolations, frameWith, watchPolicy } from './lib/webview.mjs';

const run = promisify(execFile);
const minute = 60_000;
const hour = 60 * minute;

/** What the terminal says, on the same store and settings. */
async function terminalSays(workbench, ...args) {
  const { stdout } = await run(process.execPath, [inRoot('dist/cli.cjs'), ...args, '--json'], {
    env: {
      ...process.env,
      OUTLAY_STORE: workbench.paths.store,
      OUTLAY_DATA_DIR: workbench.paths.data,
      CLAUDE_CONFIG_DIR: workbench.paths.claude,
    },
  });
  return JSON.parse(stdout);
}

const usd = (value) => `$${value.toFixed(2)}`;
const answerOf = (frame) => frame.locator('h1.answer').innerText();
const figureOf = (frame, id) => frame.locator(`[data-card="${id}"] .figure`).innerText();
const waitForFigure = (frame, id, text) =>
  until(`the figure ${id} is ${text}`, async () => (await figureOf(frame, id)) === text);
const rowsOf = (frame, part) =>
  frame
    .locator(`[data-part="${part}"] tbody tr.row`)
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const press = (frame, label) =>
  insist(`"${label}" is pressed`, (timeout) =>
    frame.locator('vscode-button').filter({ hasText: label }).first().click({ timeout }),
  );

describe('burn rate and anomalies', () => {
  let workbench;
  let policy;
  const now = Date.now();
  const cwd = '/home/dev/shop';
  const burn = () => frameWith(workbench, '.burn:has(.card)');

  before(async () => {
    workbench = await openWorkbench({ viewport: { width: 1280, height: 900 } });
    policy = watchPolicy(workbench);
    const { claude } = workbench.paths;
    // Every few hours a session of about a dollar, one of them of twenty.
    for (let n = 0; n < 24; n++) {
      const session = `session-${n}`;
      const at = now - 20 * minute - n * 5 * hour;
      const cost = n === 9 ? 20 : 1 + (n % 5) / 10;
      write(
        transcriptOf(claude, { session, cwd: n % 2 === 0 ? cwd : '/home/dev/docs' }),
        [
          customTitle(session, n === 9 ? 'Rewrite everything' : `Work ${n}`),
          answer(`${n}-a`, cost / 4, { session, cwd: n % 2 === 0 ? cwd : '/home/dev/docs', at }),
          answer(`${n}-b`, (cost * 3) / 4, {
            session,
            cwd: n % 2 === 0 ? cwd : '/home/dev/docs',
            at: at + minute,
          }),
        ],
        at + minute,
      );
    }
    await workbench.setSettings({ 'outlay.budget.dailyUsd': 400 });
    await workbench.waitForStatus(/\$\d/);
  });
  beforeEach(() => workbench.calm());
  after(() => workbench?.close());

  it('burn: the answer, the cards and the bars are the terminal’s', async () => {
    await workbench.executeCommand('outlay.openBurn');
    const frame = await burn();
    const said = await terminalSays(workbench, 'burn', '--bucket', '1h', '--lookback', '25h');
    await waitForFigure(frame, 'hour', usd(said.latest_usd));
    assert.match(
      await answerOf(frame),
      /^Last hour \$1\.00, .*usual\. At this rate \$\d+\.\d\d by midnight: inside the daily budget\.$/,
    );
    await press(frame, 'Show as Table');
    const shown = await until('the table is there', async () => {
      const rows = await rowsOf(frame, 'burn');
      return rows.length === 25 && rows;
    });
    assert.deepEqual(
      shown.map(([, cost]) => cost),
      said.buckets.map((bucket) => (bucket.usd === 0 ? '$0' : usd(bucket.usd))),
    );
    assert.match(shown.at(-1)[0], /\(latest\)$/);
    const canvasSays = new RegExp(
      `mean of \\d with spend: \\${usd(said.mean_active_usd)}; mean of all 24: \\${usd(said.mean_all_usd)}`,
    );
    await press(frame, 'Show as Chart');
    assert.match(await frame.locator('canvas').getAttribute('aria-label'), canvasSays);
  });

  it('burn: days to each level of a budget are the terminal’s', async () => {
    const frame = await burn();
    const said = await terminalSays(workbench, 'projection');
    const [row] = await rowsOf(frame, 'budgets');
    assert.deepEqual(row.slice(0, 2), ['Daily budget', '$400.00']);
    const { exhaustion } = said.budgets[0];
    for (const [index, step] of exhaustion.entries()) {
      const words = { passed: 'passed', never: 'never', 'period-ends-first': 'period ends first' };
      const expected = words[step.outcome];
      const text = row[3 + index];
      assert.ok(text.startsWith(`${step.share * 100} %: `), text);
      if (expected !== undefined) assert.ok(text.endsWith(expected), `${text} is ${expected}`);
    }
  });

  it('burn: another unit with the arrow keys, another threshold, and it stays after a reload', async () => {
    let frame = await burn();
    await frame.locator('[data-value="hour"]').focus();
    await workbench.page.keyboard.press('ArrowRight');
    const said = await terminalSays(workbench, 'burn');
    await until('days are shown', async () =>
      (await answerOf(frame)).startsWith(`Last 24 hours ${usd(said.latest_usd)}`),
    );
    assert.equal(await frame.evaluate(() => document.activeElement?.dataset.value), 'day');
    await workbench.reload();
    frame = await burn();
    await until('days are shown again', async () =>
      (await answerOf(frame)).startsWith(`Last 24 hours ${usd(said.latest_usd)}`),
    );
  });

  it('burn: an answer that comes moves the open panel', async () => {
    const frame = await burn();
    const before = Number((await figureOf(frame, 'hour')).slice(1));
    const session = 'session-0';
    append(
      transcriptOf(workbench.paths.claude, { session, cwd }),
      answer('new', 2.5, { session, cwd }),
    );
    await waitForFigure(frame, 'hour', usd(before + 2.5));
  });

  it('burn: a project that is no more is said, with the way back', async () => {
    const question = { unit: 'hour', project: '/home/dev/nowhere', threshold: 200 };
    await workbench.executeCommand('outlay.openBurn', question);
    const empty = await frameWith(workbench, '.empty', 'No project is called');
    await press(empty, 'Start Over');
    await until('everything is shown', async () =>
      (await answerOf(await burn())).startsWith('Last hour'),
    );
  });

  it('has no violation that axe-core finds, in any theme, nor in 320 pixels', async () => {
    const frame = await burn();
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await until(`there is no violation in ${theme}`, async () => {
        assert.deepEqual(await axeViolations(frame), []);
        return true;
      });
    }
    await workbench.setTheme('dark');
    await workbench.executeCommand('workbench.action.closeSidebar');
    await workbench.page.setViewportSize({ width: 420, height: 900 });
    await until('the panel is narrow and nothing sticks out', () =>
      frame.evaluate(() => {
        const { clientWidth, scrollWidth } = document.documentElement;
        return clientWidth < 420 && scrollWidth === clientWidth;
      }),
    );
    await workbench.page.setViewportSize({ width: 1280, height: 900 });
  });

  it('breaks no content security policy', () => {
    assert.deepEqual(policy(), []);
  });
});
