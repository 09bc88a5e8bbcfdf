/**
 * The package people install, in a window in German: its files are all there (the bundles, those of
 * the webviews, the texts, the media), and what Outlay says, its figures and its times are German, in
 * every place. What does not depend on the packing is tested on the sources.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { test } from '@playwright/test';
import { packForThisMachine } from '../../../scripts/release/pack.mjs';
import { inRoot } from '../../../scripts/shared/paths.mjs';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { openWorkbench } from '../../../scripts/vscode/page.mjs';
import { noonZone } from '../../lib/noonZone.ts';
import { bundle, englishIn, german, known, manifest, wordsIn } from '../page/lib/english.mjs';
import {
  answer,
  append,
  clientTotal,
  customTitle,
  transcriptOf,
  write,
  writeMeta,
} from '../page/lib/records.mjs';
import {
  hoverOver,
  openSessions,
  openView,
  unfold,
  waitForRows,
  waitForWelcome,
} from '../page/lib/tree.mjs';
import { frameWith, sessionFrame, watchPolicy } from '../page/lib/webview.mjs';

const run = promisify(execFile);
const minute = 60_000;
const hour = 60 * minute;
/** As it is read: spaces that do not break are spaces. */
const plain = (text) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');
/** A folder for pictures of what is looked at, for a person who wants to look as well. */
const pictures = process.env.OUTLAY_PICTURES;

test.describe('the package in a window in German', () => {
  let workbench;
  let policy;
  const picture = async (name, element) => {
    if (pictures) await workbench.screenshot(path.join(pictures, `${name}.png`), { element });
  };
  const session = 'a1b2c3d4-0000-4000-8000-000000000001';
  const cwd = '/home/dev/shop';
  const title = customTitle(session, 'Wackeligen Upload-Test reparieren');

  test.beforeAll(async () => {
    workbench = await openWorkbench({
      vsix: await packForThisMachine(),
      language: 'de',
      steadyFonts: true,
      viewport: { width: 1280, height: 1100 },
      settings: { 'workbench.colorTheme': 'Dark Modern', 'outlay.timeZone': noonZone() },
    });
    policy = watchPolicy(workbench);
    await openSessions(workbench);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('says where to begin when there is nothing', async () => {
    await workbench.waitForStatus(german('No transcripts'));
    const text = await waitForWelcome(workbench, /Sehen, wo Outlay sucht/);
    const [sentence] = manifest['welcome.none'].split('\n');
    assert.ok(text.includes(sentence), text);
    assert.deepEqual(englishIn(text), []);
    await picture('welcome');
  });

  test('names figures, parts and ages in the list of sessions', async () => {
    const { claude } = workbench.paths;
    const now = Date.now();
    const at = (minutes) => now - 41 * minute + minutes * minute;
    const place = { session, cwd };
    const file = transcriptOf(claude, place);
    write(file, [
      title,
      answer('a', 0, {
        ...place,
        at: at(0),
        usage: {
          input_tokens: 1200,
          output_tokens: 42_000,
          cache_creation_input_tokens: 310_000,
          cache_creation: {
            ephemeral_5m_input_tokens: 110_000,
            ephemeral_1h_input_tokens: 200_000,
          },
        },
        tools: ['Bash', 'Read'],
      }),
      answer('b', 0, {
        ...place,
        at: at(9),
        usage: { input_tokens: 50, output_tokens: 9000, cache_read_input_tokens: 1_310_000 },
      }),
      answer('c', 6.2, { ...place, at: at(20) }),
      answer('u', 1, { ...place, at: at(26), model: 'model-x' }),
      answer('d', 4, { ...place, at: at(40), stop: null }),
      clientTotal(session, 15.5),
    ]);
    const agent = transcriptOf(claude, { ...place, agent: 'e1' });
    write(agent, [
      answer('e', 0.8, { ...place, agent: 'e1', at: at(12), model: 'claude-haiku-5-5' }),
      answer('f', 0.9, { ...place, agent: 'e1', at: at(18), model: 'claude-haiku-5-5' }),
    ]);
    writeMeta(agent, 'Explore');
    const old = { session: 'old-session', cwd };
    write(
      transcriptOf(claude, old),
      [
        customTitle('old-session', 'Gutscheine'),
        answer('o', 1234.5, { ...old, at: now - 3 * hour }),
      ],
      now - 3 * hour,
    );
    const list = await waitForRows(
      workbench,
      (seen) => seen.length === 3 && /1\.250/.test(seen[0].description),
    );
    const shown = list.map(({ label, description }) => [plain(label), plain(description)]);
    assert.match(shown[0].join(' | '), /^shop \| \$1\.250 · 2 Sitzungen · live$/);
    assert.match(shown[1].join(' | '), /^≥\s\$15,50 {2}Wackeligen .* \| live · opus-5-5$/);
    assert.deepEqual(shown[2], ['$1.235  Gutscheine', 'opus-5-5 · vor 3 h']);
    await unfold(workbench, 'Wackeligen');
    const parts = await waitForRows(workbench, (seen) => seen.length === 6);
    assert.deepEqual(
      parts.slice(2, 5).map(({ label }) => label),
      [german('Main thread'), 'Explore', german('Claude Code overhead')],
    );
    // The buttons in a row are VS Code's.
    const words = parts.flatMap(({ label, description, spoken }) => [label, description, spoken]);
    assert.deepEqual(englishIn(words.join('\n')), []);
    const hover = await hoverOver(workbench, 'Wackeligen', 'Nachrichten $');
    const text = plain(await hover.innerText());
    assert.match(text, /Nachrichten \$\d+,\d\d \+ Eigenbedarf \$\d,\d\d = \$15,50/);
    assert.deepEqual(englishIn(text), []);
    await picture('tree');
    await workbench.page.mouse.move(900, 300);
  });

  test('speaks German in the status bar and its tooltip', async () => {
    await workbench.setSettings({
      'outlay.statusBar.show': ['today', 'budget', 'session'],
      'outlay.budget.dailyUsd': 1500,
    });
    const wanted = /^\$1\.250 · Sitzung \$15,50 · Heute: \$1\.250 von \$1\.500 · \s*1 ohne Preis$/;
    const text = plain(await workbench.waitForStatus(wanted));
    const spoken = plain(await workbench.statusAriaLabel());
    assert.match(spoken, /^Claude-Ausgaben heute \$/);
    assert.deepEqual(englishIn(`${text} ${spoken}`), []);
    const tooltip = await workbench.statusTooltip();
    const said = plain(tooltip.text);
    for (const english of ['Today', 'Week', 'Month', 'Last hour', 'Session', 'Rescan', 'Help']) {
      assert.ok(said.includes(bundle[english]), `${bundle[english]}\n${said}`);
    }
    assert.ok(said.includes('Claude-Code-Ausgaben · alles auf diesem Rechner'), said);
    assert.deepEqual(englishIn(said), []);
    await picture('tooltip');
    await workbench.page.mouse.move(900, 300);
  });

  test('says in German how far a budget is used, in its view and its panel', async () => {
    await openView(workbench, 'budgets');
    const [{ label, spoken: row }] = await waitForRows(
      workbench,
      (seen) => seen.length === 1,
      'budgets',
    );
    assert.equal(label, 'Heute');
    assert.match(plain(row), /Heute, \$1\.250 von \$1\.500, \$2\d\d,\d\d übrig/);
    assert.deepEqual(englishIn(row), []);
    const hover = await hoverOver(workbench, 'Heute', 'Statusleiste', 'budgets');
    assert.deepEqual(englishIn(await hover.innerText()), []);
    await workbench.page.mouse.move(900, 300);
    await workbench.executeCommand('outlay.openBudgets');
    const frame = await frameWith(workbench, '.budgets:has(.budget)');
    await frame.locator('[data-part="history-1"] canvas').waitFor();
    assert.deepEqual(englishIn(await wordsIn(frame, 'body')), []);
    await picture('budgets');
    await workbench.executeCommand('workbench.action.closeActiveEditor');
    await openSessions(workbench);
  });

  test('lists its commands and describes its settings in German', async () => {
    const input = workbench.page.locator('.quick-input-widget input[type="text"]');
    const wanted = `Outlay: ${manifest['command.rescan']}`;
    const entries = workbench.page.locator('.quick-input-list .monaco-list-row');
    await retry('the command is listed', async (timeout) => {
      await workbench.page.keyboard.press('F1');
      await input.fill(`>${wanted}`, { timeout });
      await entries.filter({ hasText: wanted }).first().waitFor({ timeout });
    });
    await workbench.calm();
    await workbench.executeCommand('workbench.action.openSettings', '@id:outlay.billing');
    const editor = workbench.page.locator('.settings-editor');
    await editor.getByText(manifest['settings.billing']).waitFor();
    await picture('settings');
    await workbench.executeCommand('workbench.action.closeAllEditors');
  });

  test('answers in German in the session panel, with German figures and no English left', async () => {
    // At work, however long the tests before took.
    append(transcriptOf(workbench.paths.claude, { session, cwd }), title);
    await workbench.executeCommand('outlay.openSession', session);
    const frame = await sessionFrame(workbench, /≥\s\$15,50/);
    const page = async () => plain(await wordsIn(frame, 'body'));
    const said = await page();
    assert.match(said, /Bisher ≥\s\$15,50 in 40 min und 7 Nachrichten\./);
    assert.equal(await frame.evaluate(() => document.documentElement.lang), 'de');
    const texts = (selector) => frame.locator(selector).allInnerTexts();
    // The column the list is ordered by says so behind its name.
    const headers = (await texts('.messages thead th')).map(plain);
    for (const english of [
      'No.',
      'Asked or done',
      'Cost',
      'Share',
      'Written',
      'Read',
      'Output',
      'Time',
    ]) {
      const german = plain(bundle[english]);
      assert.ok(
        headers.some((header) => header.startsWith(german)),
        `${english}: ${headers}`,
      );
    }
    const labels = (await texts('.card h2')).map((text) => text.toLowerCase());
    for (const english of ['Cost', 'Messages', 'Lost to missed caches', 'Goes mostly to']) {
      assert.ok(labels.includes(bundle[english].toLowerCase()), `${english}: ${labels}`);
    }
    const [opening] = bundle['From {0} to {1} the session came to {2}.'].split('{0}');
    const label = await frame.locator('canvas').first().getAttribute('aria-label');
    assert.ok(label.includes(opening), label);
    for (const english of ['Open Transcript', 'Resume in Terminal', 'Show as Table']) {
      await frame.locator('vscode-button', { hasText: bundle[english] }).first().waitFor();
    }
    assert.deepEqual(englishIn(said), []);
    await workbench.executeCommand('workbench.action.closeSidebar');
    await picture('panel');
    await picture('panel-only', workbench.page.locator('.editor-instance').first());
    await frame.locator('.messages .opener').first().click();
    await frame.locator('.arithmetic').waitFor();
    await frame.locator('vscode-button', { hasText: bundle['Show as Table'] }).first().click();
    await frame.locator('.chart table').first().waitFor();
    await picture('panel-open');
    const opened = await page();
    assert.match(opened, /Werkzeuge: |je Million/);
    assert.deepEqual(englishIn(opened), []);
  });

  test('shows its walkthrough with pictures, and brings its command', async () => {
    const { page, paths } = workbench;
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('outlay.openWalkthrough');
    await page.locator('h2.category-title', { hasText: manifest['walkthrough.title'] }).waitFor();
    await until('a picture of a step is drawn', async () => {
      const [, ...webviews] = page.frames();
      const drawn = webviews.map((frame) =>
        frame
          .locator('svg')
          .count()
          .catch(() => 0),
      );
      return (await Promise.all(drawn)).some((count) => count > 0);
    });
    await workbench.executeCommand('workbench.action.closeAllEditors');
    const launcher = path.join(paths.data, 'bin/outlay');
    const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
    const said = await until('the command answers', () => run(launcher, ['--version']));
    assert.equal(said.stdout.trim(), version);
    assert.ok(readFileSync(launcher, 'utf8').includes('outlay.outlay-'), 'it runs the package');
  });

  test('would notice English', () => {
    assert.ok(known > 200, `${known} pieces of English are known`);
    assert.ok(englishIn('Open Transcript').includes('Open Transcript'));
    assert.deepEqual(englishIn('5 × $3 per million'), ['per million']);
    assert.deepEqual(policy(), []);
  });
});
