/** What is on the screen is what was looked at by eye: pictures in the four themes. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { themes } from '../../../scripts/lib/page.mjs';
import { insist } from '../../../scripts/lib/patience.mjs';
import { differs, expectPicture } from '../../../scripts/lib/pictures.mjs';
import {
  answer,
  clientTotal,
  customTitle,
  transcriptOf,
  write,
  writeMeta,
} from './lib/records.mjs';
import { openSessions, unfold, waitForRows } from './lib/tree.mjs';
import { frameWith, sessionFrame } from './lib/webview.mjs';
import { openWindow } from './lib/window.mjs';

const reference = (name) => path.join(import.meta.dirname, 'references', `${name}.png`);
const hour = 3_600_000;
const minute = 60_000;

/** Sessions of the same ages whenever they are looked at. */
function writeList(claude, projects) {
  const now = Date.now();
  const session = (id, project, title, usd, age, more = {}) => {
    const cwd = path.join(projects, project);
    mkdirSync(cwd, { recursive: true });
    const at = now - age;
    write(
      transcriptOf(claude, { session: id, cwd }),
      [customTitle(id, title), answer(id, usd, { session: id, cwd, at, ...more })],
      at,
    );
  };
  session('s1', 'shop', 'Fix the flaky upload test', 3.18, 150 * minute);
  session('s2', 'shop', 'Add gift cards to the checkout', 12.4, 5 * hour, {
    model: 'claude-sonnet-5-5',
  });
  session('s3', 'shop', 'Try the new model', 1, 7 * hour, { model: 'model-x' });
  session('s4', 'billing-api', 'Export invoices as CSV', 0.042, 30 * hour, {
    model: 'claude-haiku-5-5',
  });
  session('s5', 'billing-api', 'Make retries idempotent', 1234, 50 * hour, { stop: null });
}

/** One session of a day that is over, with everything a panel can show. */
function writeWhole(claude) {
  const session = 'whole';
  const cwd = '/home/dev/shop';
  const start = Date.parse('2026-11-10T09:00:00Z');
  const cache = (read, write5m, write1h, output) => ({
    input_tokens: 12,
    output_tokens: output,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write5m + write1h,
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
  });
  const lines = [customTitle(session, 'Fix the flaky upload test')];
  for (let n = 0; n < 14; n++) {
    const usage =
      n === 8 ? cache(0, 0, 61_000, 900) : cache(21_000 + n * 5_000, 0, 4_800, 400 + n * 130);
    lines.push(
      answer(`m${n}`, 0, {
        session,
        cwd,
        branch: 'fix/upload',
        at: start + n * 3 * minute,
        model: n > 10 ? 'claude-sonnet-5-5' : 'claude-opus-5-5',
        usage,
        tools: n % 2 === 0 ? ['Bash', 'Read'] : [],
      }),
    );
  }
  lines.push(clientTotal(session, 1.9));
  write(transcriptOf(claude, { session, cwd }), lines, start + 45 * minute);
  for (const [id, type, model, after] of [
    ['e1', 'Explore', 'claude-haiku-5-5', 10],
    ['p1', 'Plan', 'claude-opus-5-5', 22],
  ]) {
    const file = transcriptOf(claude, { session, cwd, agent: id });
    const own = [0, 1, 2, 3].map((n) =>
      answer(`${id}-${n}`, 0, {
        session,
        cwd,
        agent: id,
        model,
        at: start + (after + n) * minute,
        usage: cache(9_000 * n, 7_000, 0, 600),
      }),
    );
    write(file, own, start + 30 * minute);
    writeMeta(file, type);
  }
}

describe('pictures', () => {
  let workbench;
  before(async () => {
    workbench = await openWindow({
      viewport: { width: 1280, height: 2800 },
      settings: { 'outlay.timeZone': 'UTC' },
    });
    writeList(workbench.paths.claude, path.join(workbench.home, 'projects'));
    await workbench.waitForStatus(/unpriced|\$/);
  });
  after(() => workbench?.close());

  it('of the list of sessions are those that were looked at', async () => {
    await openSessions(workbench);
    await waitForRows(workbench, (list) => list.length === 7);
    await unfold(workbench, 'Fix the flaky');
    await waitForRows(workbench, (list) => list.length === 8);
    // Nothing is hovered, focused or selected.
    await workbench.executeCommand('workbench.action.focusActiveEditorGroup');
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.mouse.move(900, 500);
      await expectPicture(
        async () => {
          const tree = workbench.page.locator('.sidebar .tree-explorer-viewlet-tree-view').first();
          const clip = { ...(await tree.boundingBox()), height: 200 };
          return workbench.page.screenshot({ animations: 'disabled', clip });
        },
        reference(`sessions-${theme}`),
      );
    }
  });

  /** The panel as it stands in the window, which is tall enough for all of it. */
  const panel = async (frame) =>
    workbench.page.screenshot({
      animations: 'disabled',
      clip: await frame.locator('.session').boundingBox(),
      // The day of the price catalogue is another one with each release.
      mask: [frame.locator('footer')],
    });

  it('of the session panel are those that were looked at', async () => {
    writeWhole(workbench.paths.claude);
    await workbench.executeCommand('workbench.action.closeSidebar');
    const frame = await insist('the session is open', async () => {
      await workbench.executeCommand('outlay.openSession', 'whole');
      await workbench.page
        .locator('.tab')
        .filter({ hasText: 'Fix the flaky' })
        .waitFor({ timeout: 3_000 });
      return sessionFrame(workbench, 'Fix the flaky');
    });
    await frame.locator('.messages tr.row').nth(21).waitFor();
    await frame.locator('.messages .opener').first().click();
    await frame.locator('.arithmetic').waitFor();
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.mouse.move(5, 2795);
      await expectPicture(() => panel(frame), reference(`session-${theme}`));
    }
    await workbench.setTheme('dark');
    await expectPicture(() => panel(frame), reference('session-dark'));
  });

  /** Changes one thing on the page, takes a picture, and puts it back. */
  async function changed(change) {
    const frame = await sessionFrame(workbench);
    const undo = await frame.evaluateHandle(change);
    await workbench.page.waitForTimeout(200);
    const picture = await panel(frame);
    await undo.evaluate((back) => back());
    return picture;
  }

  it('are others when a bar has another colour', async () => {
    const picture = await changed(() => {
      const bar = document.querySelector('.bar.opus');
      bar.classList.replace('opus', 'haiku');
      return () => bar.classList.replace('haiku', 'opus');
    });
    assert.ok(differs(picture, readFileSync(reference('session-dark'))));
  });

  it('are others when a label is missing', async () => {
    const picture = await changed(() => {
      const label = document.querySelector('[data-card="tokens"] .detail');
      const text = label.textContent;
      label.textContent = '';
      return () => {
        label.textContent = text;
      };
    });
    assert.ok(differs(picture, readFileSync(reference('session-dark'))));
  });

  it('are others when one digit of a small figure is another', async () => {
    const picture = await changed(() => {
      const figure = [...document.querySelectorAll('.dollars')].findLast(
        (one) => one.textContent !== '',
      );
      const text = figure.textContent;
      figure.textContent = text.replace(/\d$/, (digit) => (digit === '8' ? '3' : '8'));
      return () => {
        figure.textContent = text;
      };
    });
    assert.ok(differs(picture, readFileSync(reference('session-dark'))));
  });

  it('are others when the chart is of another session', async () => {
    const picture = await changed(() => {
      const canvas = document.querySelector('canvas');
      const context = canvas.getContext('2d');
      const kept = context.getImageData(0, 0, canvas.width, canvas.height);
      context.fillStyle = getComputedStyle(document.body).color;
      context.fillRect(canvas.width / 2, canvas.height / 2, 12, 12);
      return () => context.putImageData(kept, 0, 0);
    });
    assert.ok(differs(picture, readFileSync(reference('session-dark'))));
  });

  it('are the same again when nothing is changed', async () => {
    const frame = await sessionFrame(workbench);
    await expectPicture(() => panel(frame), reference('session-dark'));
  });

  /** The dashboard of the three days around the whole session: no clock moves any of it. */
  const threeDays = {
    period: 'custom',
    since: '2026-11-09',
    until: '2026-11-11',
    filters: { project: '', group: '', account: '', model: '', agent: '', branch: '' },
    stack: 'model',
  };

  /** The dashboard but for what depends on the time of day, on other sessions or on the release. */
  const dashboard = async (frame) => {
    // How much there is of these two depends on the clock: they take no room.
    await frame.evaluate(() => {
      for (const part of document.querySelectorAll(
        '[data-part="insights"], [data-part="windows"]',
      )) {
        part.hidden = true;
      }
    });
    const whole = await frame.locator('.dashboard').boundingBox();
    const { y: end } = await frame.locator('[data-part="activity"]').boundingBox();
    return workbench.page.screenshot({
      animations: 'disabled',
      // What follows may reach below the window.
      clip: { ...whole, height: end - whole.y },
      mask: ['.place', '[data-card="today"]', '[data-card="lastHour"]'].map((selector) =>
        frame.locator(selector),
      ),
    });
  };

  it('of the dashboard are those that were looked at', async () => {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('outlay.openDashboard', threeDays);
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await frame.locator('[data-part="by-agent"] li').nth(3).waitFor();
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.mouse.move(5, 2795);
      await expectPicture(() => dashboard(frame), reference(`dashboard-${theme}`));
    }
    await workbench.setTheme('dark');
    await expectPicture(() => dashboard(frame), reference('dashboard-dark'));
  });

  it('of the dashboard are others when two figures have changed places', async () => {
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await frame.evaluate(() => {
      const [one, other] = document.querySelectorAll('[data-part="by-model"] .bar-figure');
      [one.textContent, other.textContent] = [other.textContent, one.textContent];
    });
    assert.ok(differs(await dashboard(frame), readFileSync(reference('dashboard-dark'))));
  });
});
