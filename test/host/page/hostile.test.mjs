/**
 * Text of transcripts that would like to be more than text, wherever a person meets it: nothing of
 * it may become markup, a link, an icon, a request or a command, and the figures stay right.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRoot } from '../../../scripts/shared/paths.mjs';
import { until } from '../../../scripts/shared/retry.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import {
  acting,
  harmIn,
  hostileNames,
  hostileTexts,
  usdOf,
  watchHarm,
  writeHostile,
} from './lib/hostile.mjs';
import { answer, append, transcriptOf } from './lib/records.mjs';
import {
  chooseInAction,
  filterBy,
  hoverOver,
  openSessions,
  rows,
  unfold,
  waitForRows,
} from './lib/tree.mjs';
import { frameWith, sessionFrame, unfoldSection, watchPolicy } from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const run = promisify(execFile);
const figureOf = (name) => `$${usdOf(name).toFixed(2)}`;
/** What a label says of a session; that it is a lower bound aside. */
const said = (label) => label.replace(/^≥\s/, '');
const everything = hostileNames.reduce((sum, name) => sum + usdOf(name), 0);
/** Texts that have nothing in them that is taken out: they are shown as they are. */
const kept = ['image', 'script', 'link', 'picture', 'breakout', 'icon', 'bold', 'code', 'proto'];
/** One of each kind, where each takes a while. */
const oneOfEach = ['image', 'link', 'breakout', 'icon', 'bold', 'escapes', 'half', 'stacked'];
/** Where VS Code gives some signs a meaning that cannot be escaped, they get a space. */
const spaced = (text) => text.replaceAll('$(', '$ (').replaceAll('](', '] (');

test.describe('hostile text', () => {
  let workbench;
  let harm;
  let policy;
  /** Session ids as the store has them, by the name of their text. */
  let ids;

  const quickPick = () => workbench.page.locator('.quick-input-list .monaco-list-row');
  /** Starts a command that goes on until somebody answers it. */
  const start = (command, ...given) => {
    workbench.executeCommand(command, ...given).catch(() => {});
  };
  const closeEverything = async () => {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('notifications.clearAll');
  };
  /** Waits for a notification with these words; all of them have to be harmless. */
  const waitForNotice = async (words) => {
    const found = await expectNotification(workbench, words);
    assert.deepEqual(await harmIn(workbench.page, '.notifications-center'), []);
    await workbench.executeCommand('notifications.clearAll');
    return found;
  };
  /** Waits until these are among the entries of the quick pick that is open; all are harmless. */
  const picks = async (wanted = []) => {
    await until(`the list has ${wanted.join(', ')}`, async () => {
      const texts = (await quickPick().allInnerTexts()).map((text) =>
        text.replaceAll('\u00a0', ' '),
      );
      const misses = wanted.filter((one) => !texts.some((text) => text.includes(one)));
      assert.deepEqual(misses, []);
      return texts.length > 0;
    });
    assert.deepEqual(await harmIn(workbench.page, '.quick-input-widget'), []);
  };
  const includes = (texts, wanted) =>
    assert.ok(
      texts.some((text) => text.replaceAll('\u00a0', ' ').includes(wanted)),
      `${wanted} is not among:\n${texts.join('\n')}`,
    );

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 1300 } });
    harm = watchHarm(workbench);
    policy = watchPolicy(workbench);
    const now = Date.now();
    for (const name of hostileNames) writeHostile(workbench.paths.claude, name, now);
    await workbench.waitForStatus(`$${everything.toFixed(2)}`);
    const db = openForReading(workbench.paths.store);
    const sessions = new StoreReader(db).sessions();
    db.close();
    ids = new Map(
      hostileNames.map((name) => {
        const nano = Math.round(usdOf(name) * 1e9);
        const found = sessions.find((one) => one.nano + one.background === nano);
        assert.ok(found, `no session of ${name}`);
        return [name, found.sid];
      }),
    );
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('stays text in the list of sessions, each on one line', async () => {
    await openSessions(workbench);
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await chooseInAction(workbench, 'Sort Sessions By', 'Most expensive first');
    const count = hostileNames.length;
    const list = await waitForRows(
      workbench,
      (seen) =>
        seen.length === count && said(seen[0].label).startsWith(figureOf(hostileNames.at(-1))),
    );
    for (const [index, name] of [...hostileNames].reverse().entries()) {
      const { description } = list[index];
      const label = said(list[index].label);
      assert.ok(label.startsWith(`${figureOf(name)}  `), `${name}: ${label}`);
      if (kept.includes(name)) assert.equal(label, `${figureOf(name)}  ${hostileTexts[name]}`);
      assert.ok(label.length < 140 && description.length < 200, `${name} is not cut`);
    }
    assert.deepEqual(await harmIn(workbench.page, '.sidebar .monaco-list-row'), []);
    const heights = await workbench.page
      .locator('.sidebar .monaco-list-row')
      .evaluateAll((elements) => elements.map((row) => row.getBoundingClientRect().height));
    assert.deepEqual(new Set(heights), new Set([22]));
  });

  test('stays text as the name of a project', async () => {
    await chooseInAction(workbench, 'Group Sessions By', 'By project');
    const seen = await waitForRows(workbench, (list) => list.some(({ level }) => level === 2));
    const groups = seen.filter(({ level }) => level === 1).map(({ label }) => label);
    assert.ok(groups.includes(hostileTexts.icon) && groups.includes(hostileTexts.bold), groups);
    assert.deepEqual(await harmIn(workbench.page, '.sidebar .monaco-list-row'), []);
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await waitForRows(workbench, (list) => list.length === hostileNames.length);
  });

  test('stays text in the parts of a session, and on hover', async () => {
    for (const name of hostileNames) {
      const figure = figureOf(name);
      const hover = await hoverOver(workbench, figure, /Messages \$/);
      assert.deepEqual(await harmIn(workbench.page, '.workbench-hover'), [], name);
      const text = await hover.innerText();
      if (kept.includes(name)) assert.ok(text.includes(hostileTexts[name]), `${name}: ${text}`);
      assert.ok(text.length < 2_000, `${name} is not cut`);
      const box = await hover.boundingBox();
      assert.ok(box.width <= 800 && box.height <= 600, `${name}: ${JSON.stringify(box)}`);
      await unfold(workbench, figure);
      const parts = (await waitForRows(workbench, (list) => list.length > hostileNames.length))
        .filter(({ level }) => level === 2)
        .map(({ label }) => label);
      // The main thread of a teammate has the teammate's name.
      if (kept.includes(name)) assert.equal(parts[0], hostileTexts[name], `${name}: ${parts}`);
      assert.deepEqual(await harmIn(workbench.page, '.sidebar .monaco-list-row'), [], name);
      await unfold(workbench, figure);
      await waitForRows(workbench, (list) => list.length === hostileNames.length);
      await workbench.page.mouse.move(900, 300);
      await hover.waitFor({ state: 'hidden' });
    }
  });

  test('stays text in every part of the session panel', async () => {
    for (const name of hostileNames) {
      await workbench.executeCommand('outlay.openSession', ids.get(name));
      const frame = await sessionFrame(workbench, figureOf(name));
      const title = await frame.locator('.crumb .title').innerText();
      if (kept.includes(name)) assert.ok(title.startsWith(hostileTexts[name]), title);
      // A model without a price makes the figure a lower bound.
      const cost = await frame.locator('[data-card="cost"] .figure').innerText();
      assert.equal(cost.replace(/^≥\s/, ''), figureOf(name));
      await frame.locator('.messages .opener').first().click();
      const details = frame.locator('.arithmetic');
      await details.waitFor();
      await details.locator('vscode-button').filter({ hasText: 'Show Text' }).click();
      // Of some of them the file cannot be found by the id: that is said instead.
      await details
        .locator('.said, [role="status"]')
        .filter({ hasText: /A reply\.|No transcript on disk/ })
        .waitFor();
      if (kept.includes(name)) {
        assert.ok((await details.innerText()).includes(hostileTexts[name]), `${name}: its tools`);
      }
      const section = frame.locator('[data-part="time"]');
      await section.locator('[title="Show as Table"]').click();
      await section.locator('table').waitFor();
      // The name of an agent as a filter.
      if (kept.includes(name)) {
        const agents = frame.locator('[data-part="agents"] .agent-row');
        await agents.filter({ hasText: hostileTexts[name] }).first().click();
        await frame.locator('.chip').filter({ hasText: hostileTexts[name] }).waitFor();
      }
      assert.deepEqual(await harmIn(frame, '#root'), [], name);
      const { wide, long, marks } = await frame.evaluate(() => {
        const page = document.documentElement;
        const text = document.body.textContent;
        return {
          wide: page.scrollWidth - page.clientWidth,
          long: text.length,
          marks: /\p{Mark}{12}/u.test(text),
        };
      });
      assert.equal(wide, 0, `${name}: the page is wider than its window`);
      assert.ok(long < 6_000, `${name} is not cut: ${long} characters`);
      assert.equal(marks, false, `${name}: marks are piled up`);
      const tab = workbench.page.locator('.tab .label-name').first();
      if (kept.includes(name)) {
        await until(`the tab of ${name} has its title`, async () =>
          hostileTexts[name].startsWith((await tab.innerText()).replace('…', '')),
        );
      }
      assert.deepEqual(await harmIn(workbench.page, '.tabs-container'), [], name);
      await workbench.executeCommand('workbench.action.closeAllEditors');
    }
  });

  test('stays text in every part of the dashboard', async () => {
    await workbench.executeCommand('outlay.openDashboard');
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await unfoldSection(frame, 'session-lists');
    const toTable = frame.locator('vscode-button').filter({ hasText: 'Show as Table' });
    while ((await toTable.count()) > 0) await toTable.first().click();
    await frame.locator('[data-part="spend"] [data-value="agent"]').click();
    await frame.locator('[data-part="spend"] th').filter({ hasText: 'subagent' }).waitFor();
    assert.deepEqual(await harmIn(frame, '#root'), []);
    const shown = await frame.locator('body').innerText();
    for (const name of kept) assert.ok(shown.includes(hostileTexts[name]), name);
    const { wide, marks } = await frame.evaluate(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      marks: /\p{Mark}{12}/u.test(document.body.textContent),
    }));
    assert.equal(wide, 0, 'the page is wider than its window');
    assert.equal(marks, false, 'marks are piled up');
    await workbench.executeCommand('workbench.action.closeAllEditors');
  });

  test('stays text in the tooltip of the status bar', async () => {
    await workbench.setSettings({ 'outlay.statusBar.show': ['today', 'session'] });
    for (const name of oneOfEach) {
      // The session last written is the one that is shown.
      const place = { session: `hostile-${name}`, cwd: '/home/dev/hostile' };
      const extra = { sessionId: hostileTexts[name], cwd: `/home/dev/${hostileTexts[name]}` };
      append(
        transcriptOf(workbench.paths.claude, place),
        answer(`${name} later`, 0, { ...place, extra }),
      );
      await workbench.waitForStatus(`session ${figureOf(name)}`);
      const { text } = await workbench.statusTooltip();
      assert.deepEqual(await harmIn(workbench.page, '.workbench-hover'), [], name);
      if (kept.includes(name)) assert.ok(text.includes(hostileTexts[name]), `${name}: ${text}`);
      assert.ok(text.length < 3_000, `${name} is not cut`);
      assert.match(text, /Set a price for/);
    }
    assert.deepEqual(await harmIn(workbench.page, '.statusbar'), []);
    await workbench.setSettings({ 'outlay.statusBar.show': null });
    await workbench.page.mouse.move(60, 60);
  });

  test('stays text in what is offered to choose from', async () => {
    await workbench.runCommand('Outlay: Open Session');
    const spacedTexts = kept.map((name) => spaced(hostileTexts[name]));
    await picks(spacedTexts);
    await workbench.page.keyboard.press('Escape');
    start('outlay.setPrice');
    await picks(spacedTexts);
    await workbench.page.keyboard.press('Escape');
    for (const name of ['icon', 'link', 'proto', 'endless']) {
      start('outlay.setPrice', hostileTexts[name]);
      const title = workbench.page.locator('.quick-input-title').filter({ hasText: 'Price of' });
      await title.waitFor();
      await picks();
      if (kept.includes(name)) {
        assert.equal(await title.innerText(), `Price of ${spaced(hostileTexts[name])}`);
      }
      await workbench.page.keyboard.press('Escape');
      await title.waitFor({ state: 'hidden' });
    }
    start('outlay.showMenu');
    await picks();
    await workbench.page.keyboard.press('Escape');
  });

  test('stays text in what a report may be about', async () => {
    const { page } = workbench;
    const texts = ['icon', 'bold', 'code'].map((name) => spaced(hostileTexts[name]));
    const title = page.locator('.quick-input-title');
    await workbench.executeCommand('outlay.report.report');
    for (const step of ['project', 'model']) {
      start('outlay.refineReport', 'report', step);
      await title.waitFor({ timeout: 10_000 });
      await picks(texts);
      await page.keyboard.press('Escape');
      await title.waitFor({ state: 'hidden' });
    }
    await workbench.executeCommand('workbench.action.closeAllEditors');
  });

  test('filters by it, and says so', async () => {
    await openSessions(workbench);
    await chooseInAction(workbench, 'Group Sessions By', 'No Grouping');
    await filterBy(workbench, '[a](command:workbench.action.closeWindow)');
    const list = await waitForRows(workbench, (seen) => seen.length === 1);
    assert.equal(said(list[0].label), `${figureOf('link')}  ${hostileTexts.link}`);
    assert.deepEqual(await harmIn(workbench.page, '.sidebar .pane'), []);
    await workbench.executeCommand('outlay.clearSessionFilter');
  });

  test('stays text in notifications', async () => {
    for (const name of [...kept, 'escapes', 'endless', 'stacked']) {
      await workbench.executeCommand('outlay.openTranscript', ids.get(name));
      const gone = await waitForNotice('no longer exists: Claude Code deletes');
      if (kept.includes(name)) assert.ok(gone.includes(spaced(hostileTexts[name])), gone);
      await workbench.executeCommand('outlay.revealProject', ids.get(name));
      const moved = await waitForNotice('The project’s folder no longer exists');
      if (kept.includes(name)) assert.ok(moved.includes(spaced(hostileTexts[name])), moved);
    }
  });

  test('never reaches a shell as the id of a session', async () => {
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.page.evaluate(() => navigator.clipboard.writeText('untouched'));
    for (const name of hostileNames) {
      start('outlay.copyResumeCommand', ids.get(name));
      await waitForNotice('is not one that Claude Code assigns');
    }
    for (const name of oneOfEach) {
      start('outlay.resumeInTerminal', ids.get(name));
      await waitForNotice('is not one that Claude Code assigns');
    }
    const clipboard = await workbench.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(clipboard, 'untouched');
    assert.equal(await workbench.page.locator('.terminal-wrapper, .terminal-tab').count(), 0);
  });

  test('stays text in documents', async () => {
    await closeEverything();
    const documents = [
      ['outlay.showDiagnostics'],
      ['outlay.showStorage'],
      ['outlay.help', 'meanings'],
      ['outlay.help', 'bill'],
    ];
    for (const [command, ...args] of documents) {
      await workbench.executeCommand(command, ...args);
      const frame = await frameWith(workbench, 'main:has(h1)', /[\s\S]{200}/);
      const text = await frame.locator('main').innerText();
      if (command !== 'outlay.showStorage') includes([text], hostileTexts.icon);
      assert.deepEqual(await harmIn(frame, 'main'), [], command);
      await closeEverything();
    }
  });

  test('stays text in the terminal', async () => {
    const env = {
      ...process.env,
      OUTLAY_STORE: workbench.paths.store,
      OUTLAY_DATA_DIR: workbench.paths.data,
      CLAUDE_CONFIG_DIR: workbench.paths.claude,
    };
    const says = async (...args) => {
      const command = [inRoot('dist/cli.cjs'), ...args, '--no-index'];
      const { stdout } = await run(process.execPath, command, { env });
      assert.doesNotMatch(stdout, acting, args.join(' '));
      return stdout;
    };
    const sessions = await says('sessions', '--limit', '100');
    for (const name of hostileNames) assert.ok(sessions.includes(usdOf(name).toFixed(2)), name);
    for (const line of sessions.split('\n')) assert.ok(line.length < 400, line);
    await says('summary');
    for (const name of kept) await says('session', ids.get(name));
  });

  test('has opened no dialog, asked for nothing, and broken no policy', async () => {
    assert.deepEqual(harm(), []);
    assert.deepEqual(policy(), []);
    const sum = (await rows(workbench)).length;
    assert.ok(sum > 0);
    assert.match(await workbench.statusText(), new RegExp(`\\$${everything.toFixed(2)}`));
  });

  test('would be found out', async () => {
    // Each thing that is looked for above is done once, to see that it is seen.
    await workbench.page.evaluate((bug) => {
      const evil = document.createElement('div');
      evil.className = 'evil';
      evil.innerHTML =
        '<img src="https://example.invalid/x.png"><strong>bold</strong>' +
        '<a data-href="command:workbench.action.closeWindow">a</a>' +
        `<span class="codicon codicon-${bug}"></span>\u202e`;
      document.body.append(evil);
      setTimeout(() => alert(1));
    }, 'bug');
    const found = await harmIn(workbench.page, '.evil');
    assert.equal(found.length, 5, found.join('\n'));
    await until('both are noticed', () => harm().length >= 2);
  });
});
