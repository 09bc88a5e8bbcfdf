/** The panels in a browser, as `outlay serve` shows them: no VS Code is needed, only Chromium. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { inRoot } from '../../../scripts/shared/paths.mjs';
import { until } from '../../../scripts/shared/retry.ts';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { writeDemo } from '../../../src/demo/writeDemo.ts';
import { postEvents } from '../../lib/postLogs.ts';
import { requestEvent } from '../../lib/requestEvents.ts';

/** A Thursday afternoon. */
const now = Date.parse('2026-11-12T14:20:00Z');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const pages = { dashboard: '/', budgets: '/budgets', burn: '/burn', anomalies: '/anomalies' };

/** A server over made-up sessions of its own, at a moment that stands still. */
async function serve(env = {}) {
  const home = mkdtempSync(path.join(tmpdir(), 'outlay-served-'));
  const config = path.join(home, 'config');
  writeDemo(config, { nowMs: now, projectsDir: '/home/dev' });
  const data = path.join(home, 'data');
  mkdirSync(data, { recursive: true });
  const bundle = inRoot('dist/cli.cjs');
  const ours = {
    ...{ PATH: process.env.PATH, HOME: home, OUTLAY_DATA_DIR: data, TZ: 'UTC' },
    ...{ OUTLAY_NOW: new Date(now).toISOString(), COST_BUDGET_USD: '200', ...env },
  };
  const child = spawn(
    process.execPath,
    [bundle, 'serve', '--port', '0', '--json', '--config-dir', config],
    { env: ours, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface(child.stdout), 'line');
  const { address } = JSON.parse(line);
  const token = new URL(address).hash.replace('#token=', '');
  const at = (place) => new URL(place, address).href;
  const get = async (place) =>
    await (await fetch(at(place), { headers: { authorization: `Bearer ${token}` } })).json();
  await until('everything is read', async () => !(await get('/health')).behind);
  return {
    ...{ address, at, get, config, data, token },
    /** What a command of the same person prints. */
    run: (...args) =>
      execFileSync(process.execPath, [bundle, ...args], {
        env: { ...ours, CLAUDE_CONFIG_DIR: config },
        encoding: 'utf8',
      }),
    async close() {
      child.kill();
      await once(child, 'exit');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

test.describe('the panels in a browser', () => {
  let server;
  let browser;
  test.beforeAll(async () => {
    server = await serve();
    browser = await launchChromium({ steadyFonts: true });
  });
  test.afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page of somebody who has opened the address that was printed; what goes wrong in it is kept. */
  async function openPage({ width = 1280, height = 900, scheme = 'light', known = true } = {}) {
    const context = await browser.newContext({
      viewport: { width, height },
      ...{ colorScheme: scheme, locale: 'en-US', timezoneId: 'UTC', reducedMotion: 'reduce' },
    });
    const page = await context.newPage();
    await page.clock.setFixedTime(now);
    const problems = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    if (known) await page.goto(server.address);
    return { page, problems, close: () => context.close() };
  }

  const shown = (page, name) => page.locator(`.panel.${name}`).waitFor();

  async function show(page, name) {
    await page.goto(server.at(pages[name]));
    await shown(page, name);
    await page.evaluate(() => document.fonts.ready);
  }

  /** The session with most of the latest messages. */
  async function longestSession() {
    const { activity } = await server.get('/api/v1/usage?limit=500');
    const counts = Map.groupBy(activity, ({ sessionId }) => sessionId);
    const [longest] = [...counts].sort((a, b) => b[1].length - a[1].length);
    return longest[0];
  }

  test('open by the printed address, which loses its token, and by no other', async () => {
    const { page, problems, close } = await openPage();
    await shown(page, 'dashboard');
    expect(page.url()).toBe(server.at('/'));
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(problems).toEqual([]);
    await close();
    const stranger = await openPage({ known: false });
    await stranger.page.goto(server.at('/burn'));
    const field = stranger.page.locator('#token');
    await expect(field).toBeFocused();
    await expect(stranger.page.locator('.panel')).toHaveCount(0);
    await field.fill('wrong');
    await field.press('Enter');
    await expect(stranger.page.locator('#token')).toHaveValue('');
    await stranger.page.locator('#token').fill(server.token);
    await stranger.page.locator('#token').press('Enter');
    await shown(stranger.page, 'burn');
    await stranger.close();
  });

  test('say the figures of the API, and lead to each other and to a session', async () => {
    const { page, problems, close } = await openPage();
    await shown(page, 'dashboard');
    const { total_cost_usd: total } = await server.get('/api/v1/usage/summary?period=month');
    await expect(page.locator('[data-card] .figure').first()).toContainText(total.toFixed(2));
    for (const name of ['budgets', 'burn', 'anomalies', 'dashboard']) {
      await page
        .locator(`nav.pages a[href="${name === 'dashboard' ? './' : `./${name}`}"]`)
        .click();
      await shown(page, name);
      await expect(page.locator('nav.pages a[aria-current="page"]')).toHaveCount(1);
    }
    await page.goto(server.at(`/session?id=${await longestSession()}`));
    await page.locator('#root h1').waitFor();
    await expect(page).toHaveTitle(/ – Outlay$/);
    await expect(page.locator('.card')).toHaveCount(4);
    await page.goto(server.at('/session?id=nothing'));
    await expect(page.locator('#notice')).toContainText('no such session');
    expect(problems.filter((text) => !/status of 400/.test(text))).toEqual([]);
    await close();
  });

  test('keep what was asked over a reload, and are used by the keyboard alone', async () => {
    const { page, close } = await openPage();
    await shown(page, 'dashboard');
    // What comes later than the first part draws the page anew.
    await expect(page.locator('[data-part="todo"] li').first()).toBeVisible();
    await page.getByRole('radio', { name: 'Month' }).focus();
    await page.keyboard.press('ArrowRight');
    const chosen = page.getByRole('radio', { name: 'All time', checked: true });
    await expect(chosen).toBeFocused();
    const { total_cost_usd: total } = await server.get('/api/v1/usage/summary');
    const figure = page.locator('[data-card] .figure').first();
    await expect(figure).toContainText(total.toFixed(2));
    await page.reload();
    await expect(chosen).toBeVisible();
    await expect(figure).toContainText(total.toFixed(2));
    await close();
  });

  test('follow every commit while they are seen', async () => {
    const own = await serve();
    const { page, close } = await openPage({ known: false });
    await page.goto(own.address);
    await shown(page, 'dashboard');
    const figure = page.locator('[data-card] .figure').first();
    const before = await figure.textContent();
    const usage = { input_tokens: 1_000_000, output_tokens: 0 };
    const folder = path.join(own.config, 'projects', '-home-dev-late');
    mkdirSync(folder, { recursive: true });
    const session = 'cccccccc-0000-4000-8000-000000000009';
    const record = {
      ...{ type: 'assistant', uuid: 'late', sessionId: session, requestId: 'late' },
      ...{
        timestamp: new Date(now - 1000).toISOString(),
        cwd: '/home/dev/late',
        isSidechain: false,
      },
      message: {
        id: 'late',
        model: 'claude-opus-4-7',
        role: 'assistant',
        stop_reason: 'end_turn',
        usage,
      },
    };
    appendFileSync(path.join(folder, `${session}.jsonl`), `${JSON.stringify(record)}\n`);
    await expect(figure).not.toHaveText(before);
    await close();
    await own.close();
  });

  test('say in exact mode how long a message’s request took, as soon as it is told', async () => {
    const sessionId = await longestSession();
    const { topMessages } = JSON.parse(server.run('session', sessionId, '--json', '--top', '1000'));
    const { page, close } = await openPage();
    await page.goto(server.at(`/session?id=${sessionId}`));
    const row = page.locator('.messages tr.row').first();
    const number = Number((await row.locator(':scope > *').first().innerText()).replace(/\D/g, ''));
    const { requestId, at } = topMessages.find((message) => message.number === number);
    await row.click();
    const details = page.locator('.arithmetic');
    await expect(details).toBeVisible();
    await expect(details).not.toContainText('The request took');
    server.run('exact', 'on', '--yes');
    const place = JSON.parse(readFileSync(path.join(server.data, 'exact.json'), 'utf8'));
    const answered = { sessionId, requestId, durationMs: 12_340, firstTokenMs: 801, attempts: 3 };
    const event = requestEvent({ ...answered, at: Date.parse(at), nano: 1 });
    await until('it is received', async () => (await postEvents(place, [event])) === 200);
    await expect(details).toContainText(
      'The request took 12.3 s; its first token came after 0.80 s. It was tried 3 times.',
    );
    server.run('exact', 'off', '--yes');
    await close();
  });

  test('have no violation that axe-core finds, in either scheme, and fit 320 to 1600 pixels', async () => {
    for (const scheme of ['light', 'dark']) {
      const { page, problems, close } = await openPage({ scheme });
      const places = [...Object.values(pages), `/session?id=${await longestSession()}`];
      for (const place of places) {
        await page.goto(server.at(place));
        await page.locator('#root h1').waitFor();
        await page.addScriptTag({ content: axe }).catch(() => page.evaluate(axe));
        const violations = await page.evaluate(async () => {
          const found = await window.axe.run(document);
          return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
        });
        expect(violations, `${scheme} ${place}`).toEqual([]);
        for (const width of [320, 480, 768, 1600]) {
          await page.setViewportSize({ width, height: 900 });
          const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
          await expect.poll(wide, `${place} at ${width}`).toBeLessThanOrEqual(width);
        }
        await page.setViewportSize({ width: 1280, height: 900 });
      }
      expect(
        problems.filter((text) => !/Content Security Policy|inline script/.test(text)),
      ).toEqual([]);
      await close();
    }
  });

  test('can be installed, and load nothing from elsewhere', async () => {
    const { page, close } = await openPage({ known: false });
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(server.address);
    await shown(page, 'dashboard');
    const href = await page.locator('link[rel="manifest"]').getAttribute('href');
    const manifest = await (await fetch(server.at(`/${href}`))).json();
    expect([manifest.name, manifest.display, manifest.start_url]).toEqual([
      'Outlay',
      'standalone',
      './',
    ]);
    for (const { src, type } of manifest.icons) {
      const icon = await fetch(server.at(`/${src}`));
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, type]);
    }
    const origin = new URL(server.address).origin;
    expect(asked.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'))).toEqual([]);
    expect(asked.filter((url) => url.includes(server.token))).toEqual([]);
    await close();
  });

  test('look as they were looked at, in both schemes and on a phone', async () => {
    for (const scheme of ['light', 'dark']) {
      const { page, close } = await openPage({ scheme });
      for (const name of Object.keys(pages)) {
        await show(page, name);
        await page.mouse.move(5, 895);
        const mask = [page.locator('footer')];
        await expect(page).toHaveScreenshot(`served-${name}-${scheme}.png`, { mask });
      }
      await close();
    }
    const { page, close } = await openPage({ width: 360, height: 740 });
    await show(page, 'dashboard');
    await expect(page).toHaveScreenshot('served-phone.png');
    await close();
  });

  test('speak German where the terminal does', async () => {
    const own = await serve({ LANG: 'de_DE.UTF-8' });
    const { page, close } = await openPage({ known: false });
    await page.goto(own.address);
    await shown(page, 'dashboard');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.locator('nav.pages')).toContainText('Auffälligkeiten');
    await close();
    await own.close();
  });
});
