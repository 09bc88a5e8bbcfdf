/** The session panel as a person uses it. */
import assert from 'node:assert/strict';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { formatTokens } from '../../../src/model/tokens.ts';
import { harmIn, hostileTexts } from './lib/hostile.mjs';
import { answer, append, customTitle, transcriptOf, write } from './lib/records.mjs';
import {
  costOf,
  inPart,
  openFirst,
  openPanel as openPanelIn,
  openStory,
  sortBy,
  story,
  waitForCost,
} from './lib/storyPanel.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  expectAccessible,
  expectNarrow,
  figureOf,
  frameWith,
  outlastsReload,
  sessionFrame,
} from './lib/webview.mjs';
import { test } from './lib/window.mjs';

const cells = (frame) =>
  frame
    .locator('.messages tr.row')
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const headers = (frame) =>
  frame
    .locator('.messages thead .sorter')
    .evaluateAll((list) => list.map((sorter) => sorter.firstChild.textContent));
const waitForMessages = (frame, count) =>
  expect(frame.locator('.messages table')).toHaveAttribute('aria-rowcount', String(count + 1));
const numbersOf = async (frame) =>
  (await cells(frame)).map(([number]) => Number(number.replace(/\D/g, '')));
const waitForNumbers = (frame, numbers) => expect.poll(() => numbersOf(frame)).toEqual(numbers);
const bodyText = (frame) => frame.locator('body').innerText();

test.describe('the session panel', () => {
  let workbench;
  let file;
  let policy;
  const { session, cwd } = story;
  const start = Date.now() - 3_600_000;

  test.beforeAll(async () => {
    ({ workbench, file, policy } = await openStory(start));
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());
  const openPanel = () => openPanelIn(workbench);

  test('says how much and on what, and adds up to what Claude Code says', async () => {
    const frame = await sessionFrame(workbench);
    const said = await terminalSays(workbench, 'session', session, '--top', '1000');
    const usd = (value) => `$${value.toFixed(2)}`;
    await waitForCost(frame, usd(said.totalUsd));
    assert.equal(await figureOf(frame, 'messages'), String(said.messages));
    const text = await bodyText(frame);
    assert.match(text, /Fix flaky upload test/);
    assert.match(text, /One message made 56% of the cost/);
    assert.match(text, /It answered with 25\.0k tokens\. ≥\s\$0\.90 in 8 min and 7 messages\./u);
    assert.match(
      (await frame.locator('.sum').innerText()).replace(/\s+/g, ' '),
      /^Messages \$0\.\d\d Claude Code overhead title, summaries \$0\.\d\d Claude Code says the same ✓ \$0\.90$/,
    );
    assert.match(text, /No price: 1 message of model-x, not counted\./);
    // The card and the marks of the list count the same.
    const lost = said.cacheMisses.filter(({ reason }) => reason !== 'first-write');
    assert.match(
      await frame.locator('[data-card="misses"]').innerText(),
      new RegExp(`${lost.length} message(s)? of ${said.messages}`),
    );
    assert.equal(await frame.locator('.messages tr.missed').count(), lost.length);
  });

  test('says of every message what was asked or done, what it cost, and why its cache was missed', async () => {
    const frame = await sessionFrame(workbench);
    const said = await terminalSays(workbench, 'session', session, '--top', '1000');
    assert.deepEqual(await headers(frame), [
      'No.',
      'Asked or done',
      'Cost',
      'Share',
      'Written',
      'Read',
      'Output',
      'Time',
    ]);
    // What a message is about is read from the transcript when its row is in sight.
    await frame.locator('.messages tr.row').filter({ hasText: 'Bash npm test' }).waitFor();
    await frame.locator('.messages tr.row').filter({ hasText: '“Make it stop failing”' }).waitFor();
    const shown = await cells(frame);
    assert.equal(shown.length, 7);
    // In the order of the terminal's, with the terminal's figures.
    const tokens = (count) => formatTokens(count, 'en');
    assert.deepEqual(
      shown.map(([, , , , ...row]) => row.slice(0, 3)),
      said.topMessages.map(({ tokens: { cacheWrite5m, cacheWrite1h, cacheRead, output } }) => [
        tokens(cacheWrite5m + cacheWrite1h),
        tokens(cacheRead),
        tokens(output),
      ]),
    );
    assert.ok(said.topMessages.some(({ cacheMiss }) => cacheMiss?.reason === 'expired'));
    for (const [index, message] of said.topMessages.entries()) {
      const [, about, cost] = shown[index];
      const expired = message.cacheMiss?.reason === 'expired';
      assert.equal(/cache expired after 7 min/.test(about), expired, about);
      const usd = message.usd;
      assert.match(
        cost,
        usd === null ? /^no price$/ : usd < 0.01 ? /^(≥.)?<.\$0\.01$/u : /^(≥.)?\$\d+\.\d\d$/u,
      );
    }
  });

  test('shows who started whom, and one agent’s messages only', async () => {
    const frame = await sessionFrame(workbench);
    const tree = await frame.locator('[data-part="agents"] .tree > ul').evaluate((list) => {
      const namesOf = (ul) =>
        [...ul.children].map((item) => {
          const name = item.querySelector('.name').textContent;
          const below = item.querySelector(':scope > ul');
          return below === null ? name : [name, namesOf(below)];
        });
      return namesOf(list);
    });
    assert.deepEqual(tree, [['Main thread', [['Explore', ['Plan']]]]]);
    // A subagent says what it was told to do.
    await inPart(frame, 'agents', '.task').filter({ hasText: 'Find the flaky test' }).waitFor();
    const explore = inPart(frame, 'agents', '.agent-row').filter({ hasText: 'Explore' });
    await explore.click();
    await waitForMessages(frame, 2);
    assert.match(await inPart(frame, 'messages', '.chips').innerText(), /2 of 7 messages, \$0\.12/);
    // The context in the chart is that agent's.
    await expect(inPart(frame, 'time', 'canvas')).toHaveAttribute(
      'aria-label',
      /The context of Explore reached/,
    );
    await frame.locator('.chip').click();
    await waitForMessages(frame, 7);
  });

  test('narrows the list to a range of time, with the mouse and with the keyboard', async () => {
    const frame = await sessionFrame(workbench);
    const canvas = inPart(frame, 'time', 'canvas');
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    const { page } = workbench;
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 4 });
    await page.mouse.move(box.x + box.width - 2, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await waitForMessages(frame, 1);
    await frame.locator('.chip').click();
    await waitForMessages(frame, 7);
    await frame.locator('.narrow summary').focus();
    await page.keyboard.press('Enter');
    await frame.locator('.range input').first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('PageDown');
    await waitForMessages(frame, 1);
    await page.keyboard.press('Home');
    await waitForMessages(frame, 7);
    assert.equal(await frame.locator('.chip').count(), 0);
  });

  test('filters as one types, and orders by any column', async () => {
    const frame = await sessionFrame(workbench);
    const order = frame.locator('[data-part="messages"] .segments');
    await order.getByText('In order').click();
    await waitForNumbers(frame, [1, 2, 3, 4, 5, 6, 7]);
    await sortBy(frame, 'number');
    await waitForNumbers(frame, [7, 6, 5, 4, 3, 2, 1]);
    await sortBy(frame, 'time');
    await waitForNumbers(frame, [1, 2, 3, 4, 5, 6, 7]);
    const search = frame.locator('.messages .tools vscode-button');
    await search.click();
    await frame.locator('.messages .filter').fill('npm');
    await waitForNumbers(frame, [1]);
    await search.click();
    await waitForNumbers(frame, [1, 2, 3, 4, 5, 6, 7]);
  });

  test('opens a message with its arithmetic and its text, by keyboard alone', async () => {
    const frame = await sessionFrame(workbench);
    const { keyboard } = workbench.page;
    await frame.locator('.messages .opener').first().focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    const details = frame.locator('.arithmetic');
    await details.waitFor();
    const text = await details.innerText();
    assert.match(text, /Write, 1 h\s*20,000 × \$8\.00 per million = \$0\.16/);
    assert.match(text, /Price list entry: claude-opus-5-5@/);
    assert.match(text, /Tools: Bash, Read/);
    const first = frame.locator('.messages .opener').first();
    assert.equal(await first.getAttribute('aria-expanded'), 'true');
    // The focus is where it was, although the table was drawn anew.
    const focused = () => frame.evaluate(() => document.activeElement?.className);
    assert.equal(await focused(), 'opener');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await frame.locator('.said').waitFor();
    assert.match(await frame.locator('.said').innerText(), /A reply\.[\s\S]*Tool Bash/);
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent), 'Show Text');
  });

  test('draws the charts, says each in a sentence, and shows them as tables', async () => {
    const frame = await sessionFrame(workbench);
    const said = await terminalSays(workbench, 'session', session, '--top', '1000');
    const canvas = inPart(frame, 'time', 'canvas');
    assert.match(
      await canvas.getAttribute('aria-label'),
      /Over time\. From .* to .* the session came to \$0\.90\. The context of Main thread reached /,
    );
    const drawn = await canvas.evaluate((element) => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      return data.some((value, index) => index % 4 === 3 && value > 0);
    });
    assert.ok(drawn);
    await inPart(frame, 'time', '[title="Show as Table"]').click();
    await inPart(frame, 'time', 'table').waitFor();
    const rows = await inPart(frame, 'time', 'tr.row').evaluateAll((list) =>
      list.map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
    );
    assert.equal(rows.length, said.messages + 1);
    assert.equal(rows.at(-1)[3], '$0.90');
    const sizes = rows
      .filter(([, thread]) => thread === 'Main thread')
      .map(([, , , , context]) => Number(context.replaceAll(',', '')));
    assert.deepEqual(
      sizes,
      said.context.series.map(({ tokens }) => tokens),
    );
  });

  test('has no violation that axe-core finds, in any theme, and follows the theme while open', async () => {
    const frame = await sessionFrame(workbench);
    await inPart(frame, 'time', '[title="Show as Chart"]').click();
    const pictures = new Set();
    await expectAccessible(workbench, frame, (theme) =>
      until(`the chart is drawn anew for ${theme}`, async () => {
        const picture = await inPart(frame, 'time', 'canvas').evaluate((one) => one.toDataURL());
        return !pictures.has(picture) && pictures.add(picture);
      }),
    );
  });

  test('follows the session while it runs', async () => {
    const frame = await sessionFrame(workbench);
    append(file, answer('e', 2, { session, cwd }));
    await waitForCost(frame, '$2.90');
    await frame.locator('.live').waitFor();
    await waitForMessages(frame, 8);
    // The verdict moves on to the message that made most of it.
    await expect(frame.locator('h1.answer')).toHaveText('One message made 69% of the cost');
    // The open details stay open.
    assert.equal(await frame.locator('.arithmetic').count(), 1);
    assert.equal(await frame.locator('.said').count(), 1);
  });

  test('comes back after a reload as it was', async () => {
    const before = await costOf(await openPanel());
    await outlastsReload(workbench, {
      open: openPanel,
      selector: '.session:has(.card)',
      set: async (frame) => {
        await sortBy(frame, 'time');
        await openFirst(frame);
      },
      holds: async (frame) =>
        (await frame.locator('.arithmetic').count()) === 1 && (await numbersOf(frame))[0] === 1,
    });
    await waitForCost(await sessionFrame(workbench), before);
  });

  test('draws every message at first paint: drawn anew, the lanes are the same', async () => {
    const frame = await openPanel();
    const canvas = inPart(frame, 'time', 'canvas');
    await canvas.waitFor();
    const picture = () => canvas.evaluate((one) => one.toDataURL());
    const first = await picture();
    await inPart(frame, 'time', '[title="Show as Table"]').click();
    await inPart(frame, 'time', '[title="Show as Chart"]').click();
    await expect.poll(picture).toBe(first);
  });

  test('opens at a message, whatever it was narrowed to', async () => {
    const frame = await openPanel();
    const all = Number(await figureOf(frame, 'messages'));
    await inPart(frame, 'agents', '.agent-row').filter({ hasText: 'Plan' }).click();
    await waitForMessages(frame, 1);
    await workbench.executeCommand('outlay.openSession', session, 'msg-b');
    await waitForMessages(frame, all);
    await frame.locator('.row.open').filter({ hasText: '30.0k' }).waitFor();
    // It is the row that has the focus.
    await until('its row is focused', () =>
      frame.evaluate(() => document.activeElement?.closest('.row.open') !== null),
    );
    // What it says is text, whatever it says.
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Show Text' }).click();
    const said = frame.locator('.said');
    await said.filter({ hasText: hostileTexts.image }).waitFor();
    const text = await said.innerText();
    for (const name of ['script', 'link', 'picture', 'icon', 'bold', 'code']) {
      assert.ok(text.includes(hostileTexts[name]), name);
    }
    assert.match(text, /one\ntwo\nthree/);
    assert.deepEqual(await harmIn(frame, '.said'), []);
    assert.doesNotMatch(text, /\p{Mark}{12}/u);
  });

  test('is reached in every part with the keyboard alone', async () => {
    const frame = await openPanel();
    await frame.locator('vscode-button').first().focus();
    const missing = new Set([
      'Open Transcript',
      'Resume in Terminal',
      'Show as Table',
      'Export “Over time”',
      'Choose a time range',
      'agent-row',
      'More',
      'sorter',
      'Messages',
      'opener',
    ]);
    await until(
      () => `these are reached: ${[...missing].join(', ')}`,
      async () => {
        const reached = await frame.evaluate(() => {
          const active = document.activeElement;
          return (
            ['opener', 'sorter', 'agent-row'].find((name) => active?.classList.contains(name)) ??
            active?.getAttribute('aria-label') ??
            active?.textContent ??
            ''
          );
        });
        missing.delete(reached);
        await workbench.page.keyboard.press('Tab');
        return missing.size === 0;
      },
    );
  });

  test('fits a window of 320 pixels: nothing is cut but what can be scrolled', async () => {
    const frame = await openPanel();
    await expectNarrow(workbench, frame);
  });

  test('orders, filters and scrolls a session of ten thousand messages', async () => {
    const long = { session: 'long-session', cwd };
    const day = start - 48 * 3_600_000;
    const answers = Array.from({ length: 10_000 }, (_, n) =>
      answer(`long-${n}`, 0.001 + (n === 4_999 ? 1 : 0), {
        ...long,
        at: day + n * 1000,
        model: n % 1000 === 0 ? 'claude-haiku-5-5' : 'claude-opus-5-5',
      }),
    );
    const file = transcriptOf(workbench.paths.claude, long);
    write(file, [customTitle('long-session', 'Ten thousand'), ...answers], day + 10_000_000);
    await retry('it is read and open', async (timeout) => {
      await workbench.executeCommand('outlay.openSession', 'long-session');
      await workbench.page.locator('.tab').filter({ hasText: 'Ten thousand' }).waitFor({ timeout });
    });
    const frame = await frameWith(workbench, '.session:has(.card)', '10,000');
    await waitForMessages(frame, 10_000);
    assert.equal((await numbersOf(frame))[0], 5_000);
    assert.equal((await cells(frame)).length, 12);
    await frame.getByText('Show all 10,000').click();
    // Only what is in sight is made.
    assert.ok((await cells(frame)).length < 200);
    await sortBy(frame, 'time');
    await expect.poll(async () => (await numbersOf(frame))[0]).toBe(1);
    await frame.locator('.messages .opener').first().press('End');
    await expect.poll(async () => (await numbersOf(frame)).at(-1)).toBe(10_000);
    const focused = await frame.evaluate(() => document.activeElement?.textContent);
    assert.match(focused, /10,000$/);
    await frame.locator('.messages .tools vscode-button').click();
    await frame.locator('.messages .filter').fill('haiku');
    await waitForMessages(frame, 10);
    await frame.locator('.messages .filter').fill('');
    await waitForMessages(frame, 10_000);
  });

  test('shows no words of messages where none are to be kept', async () => {
    await workbench.setSettings({ 'outlay.storeTitles': false });
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('outlay.openSession', session);
    const frame = await sessionFrame(workbench);
    await frame.locator('.messages tr.row').filter({ hasText: 'Bash, Read' }).waitFor();
    assert.doesNotMatch(await bodyText(frame), /npm test|Make it stop|Find the flaky/);
    await workbench.setSettings({});
  });

  test('breaks no content security policy, and would be found out', async () => {
    assert.deepEqual(policy(), []);
    const frame = await openPanel();
    await frame.evaluate(() => document.body.append(document.createElement('style')));
    await frame.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    });
    assert.notEqual(await frame.title(), 'run');
    await until('a script without a nonce is noticed', () => policy().length > 0);
  });
});
