/** The session panel as a person uses it. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { harmIn, hostileTexts } from './lib/hostile.mjs';
import { answer, append, customTitle, transcriptOf, write } from './lib/records.mjs';
import { writeStory } from './lib/story.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  expectAccessible,
  expectNarrow,
  figureOf,
  frameWith,
  outlastsReload,
  sessionFrame,
  waitForFigure,
  watchPolicy,
} from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const cells = (frame) =>
  frame
    .locator('.messages tr.row')
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const headers = (frame) =>
  frame
    .locator('.messages thead .sorter')
    .evaluateAll((list) => list.map((sorter) => sorter.firstChild.textContent));
const sortBy = (frame, column) =>
  frame.locator(`.messages th[data-column="${column}"] .sorter`).click();
const inPart = (frame, part, selector) => frame.locator(`[data-part="${part}"] ${selector}`);
const waitForMessages = (frame, count) =>
  expect(frame.locator('.messages table')).toHaveAttribute('aria-rowcount', String(count + 1));
const numbersOf = async (frame) =>
  (await cells(frame)).map(([number]) => Number(number.replace(/\D/g, '')));
const waitForNumbers = (frame, numbers) => expect.poll(() => numbersOf(frame)).toEqual(numbers);
const openFirst = async (frame) => {
  const first = frame.locator('.messages .opener').first();
  if ((await first.getAttribute('aria-expanded')) !== 'true') await first.click();
  await frame.locator('.arithmetic').waitFor();
};
const bodyText = (frame) => frame.locator('body').innerText();

test.describe('the session panel', () => {
  let workbench;
  let file;
  let policy;
  const session = 'panel-session';
  const cwd = '/home/dev/shop';
  const start = Date.now() - 3_600_000;

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 900 } });
    policy = watchPolicy(workbench);
    file = writeStory(workbench.paths.claude, { session, cwd, start });
    await workbench.waitForStatus(/\$\d/);
    // Today has a figure before this session has been read.
    await retry('the session is open', async (timeout) => {
      await workbench.executeCommand('outlay.openSession', session);
      await workbench.page.locator('.tab').filter({ hasText: 'Fix flaky' }).waitFor({ timeout });
    });
    await waitForFigure(await sessionFrame(workbench), 'cost', '$0.90');
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());
  /** The panel alone, whatever the tests before have left. */
  const openPanel = async () => {
    await workbench.executeCommand('notifications.clearAll');
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand('outlay.openSession', session);
    return sessionFrame(workbench, 'Fix flaky upload test');
  };

  /** What an excerpt of a transcript says, once it is on the screen. */
  const excerpt = () =>
    until('the excerpt is on the screen', async () => {
      await workbench.executeCommand('cursorTop');
      const lines = await workbench.page.locator('.monaco-editor .view-lines').last().innerText();
      const plain = lines.replaceAll('\u00a0', ' ');
      return /Excerpt of .*\.jsonl/.test(plain) && plain;
    });

  test('says how much and on what, and adds up to what Claude Code says', async () => {
    const frame = await sessionFrame(workbench);
    const said = await terminalSays(workbench, 'session', session, '--top', '1000');
    const usd = (value) => `$${value.toFixed(2)}`;
    await waitForFigure(frame, 'cost', usd(said.totalUsd));
    assert.equal(await figureOf(frame, 'messages'), String(said.messages));
    const text = await bodyText(frame);
    assert.match(text, /Fix flaky upload test/);
    assert.match(
      text,
      /At least \$0\.90 in 8 min and 7 messages\. The dearest, message 5, cost \$0\.50, most of it for 25\.0k tokens of output\./,
    );
    assert.match(text, /Messages \$0\.\d\d \+ background \$0\.\d\d = Claude Code says \$0\.90/);
    assert.match(text, /Unpriced: 1 message of model-x, in no figure\./);
    const lost = said.cacheMisses.filter(({ reason }) => reason !== 'first-write');
    assert.equal(await figureOf(frame, 'misses'), `${lost.length} ×`);
  });

  test('lists every message with every token class, its dollars and why its cache was missed', async () => {
    const frame = await sessionFrame(workbench);
    const said = await terminalSays(workbench, 'session', session, '--top', '1000');
    assert.deepEqual(await headers(frame), [
      'No.',
      'Time',
      'Agent',
      'Model',
      'Input',
      'Output',
      'Write 5 m',
      'Write 1 h',
      'Read',
      'Cost',
      'Share',
      'Cache missed',
    ]);
    const shown = await cells(frame);
    assert.equal(shown.length, 7);
    // In the order of the terminal's, with the terminal's figures.
    const counts = said.topMessages.map(({ tokens }) => [
      tokens.input,
      tokens.output,
      tokens.cacheWrite5m,
      tokens.cacheWrite1h,
      tokens.cacheRead,
    ]);
    assert.deepEqual(
      shown.map((row) =>
        row.slice(4, 9).map((cell) => Number(cell.split('\n')[0].replaceAll(',', ''))),
      ),
      counts,
    );
    const reasons = {
      'first-write': 'first write',
      expired: 'expired: gap 7 min, lifetime 5 min',
    };
    assert.ok(said.topMessages.some(({ cacheMiss }) => cacheMiss?.reason === 'expired'));
    for (const [index, message] of said.topMessages.entries()) {
      const [input, output, write5m, write1h, read, cost, , why] = shown[index].slice(4);
      assert.equal(why, message.cacheMiss === null ? '' : reasons[message.cacheMiss.reason]);
      if (message.usd === null) {
        assert.equal(cost, 'unpriced');
        continue;
      }
      const dollars = [input, output, write5m, write1h, read].map(
        (cell) => cell.split('\n')[1] ?? '$0',
      );
      const classes = ['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead'];
      for (const [at, name] of classes.entries()) {
        const usd = Number(dollars[at].slice(1));
        assert.ok(
          Math.abs(usd - message.classUsd[name]) <= 0.005,
          `${name} of ${message.messageId}`,
        );
      }
    }
  });

  test('shows who started whom, and one agent’s messages only', async () => {
    const frame = await sessionFrame(workbench);
    const tree = await frame.locator('[data-part="agents"] .tree > ul').evaluate((list) => {
      const namesOf = (ul) =>
        [...ul.children].map((item) => {
          const name = item.querySelector('.bar-name').textContent.split(' · ')[0];
          const below = item.querySelector(':scope > ul');
          return below === null ? name : [name, namesOf(below)];
        });
      return namesOf(list);
    });
    assert.deepEqual(tree, [['Main thread', [['Explore', ['Plan']]]], 'Background']);
    const explore = inPart(frame, 'agents', 'button').filter({ hasText: 'Explore' });
    await explore.click();
    await waitForMessages(frame, 2);
    assert.match(await inPart(frame, 'messages', '.chips').innerText(), /2 of 7 messages, \$0\.12/);
    // The context beside it is that agent's.
    await inPart(frame, 'context', 'h2').filter({ hasText: 'Context: Explore' }).waitFor();
    await frame.locator('.chip').click();
    await waitForMessages(frame, 7);
  });

  test('narrows the list to a range of time, with the mouse and with the keyboard', async () => {
    const frame = await sessionFrame(workbench);
    const canvas = inPart(frame, 'cost', 'canvas');
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
    await sortBy(frame, 'time');
    await waitForNumbers(frame, [1, 2, 3, 4, 5, 6, 7]);
    await sortBy(frame, 'number');
    await waitForNumbers(frame, [7, 6, 5, 4, 3, 2, 1]);
    await sortBy(frame, 'time');
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
    assert.match(text, /Write 1 h\s*20,000 × \$8\.00 per million = \$0\.16/);
    assert.match(text, /Price row: claude-opus-5-5@/);
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
    assert.match(
      await inPart(frame, 'cost', 'canvas').getAttribute('aria-label'),
      /Cumulative cost from .* to .*: Total \$0\.90, Main thread \$0\.\d\d, Explore \$0\.1\d, Plan \$0\.01, Background/,
    );
    for (const part of ['cost', 'context']) {
      const drawn = await inPart(frame, part, 'canvas').evaluate((element) => {
        const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
        return data.some((value, index) => index % 4 === 3 && value > 0);
      });
      assert.ok(drawn, part);
      await inPart(frame, part, 'vscode-button').filter({ hasText: 'Show as Table' }).click();
      await inPart(frame, part, 'table').waitFor();
    }
    assert.match(
      (await inPart(frame, 'cost', 'table').innerText()).replace(/\s+/g, ' '),
      /Time Total Main thread Explore Plan Background .* \$0\.90/,
    );
    const sizes = await inPart(frame, 'context', 'tr.row').evaluateAll((rows) =>
      rows.map((row) => Number(row.cells[1].innerText.replaceAll(',', ''))),
    );
    assert.deepEqual(
      sizes,
      said.context.series.map(({ tokens }) => tokens),
    );
  });

  test('has no violation that axe-core finds, in any theme, and follows the theme while open', async () => {
    const frame = await sessionFrame(workbench);
    for (const part of ['cost', 'context']) {
      await inPart(frame, part, 'vscode-button').filter({ hasText: 'Show as Chart' }).click();
    }
    const pictures = new Set();
    await expectAccessible(workbench, frame, (theme) =>
      until(`the chart is drawn anew for ${theme}`, async () => {
        const picture = await inPart(frame, 'cost', 'canvas').evaluate((one) => one.toDataURL());
        return !pictures.has(picture) && pictures.add(picture);
      }),
    );
  });

  test('follows the session while it runs', async () => {
    const frame = await sessionFrame(workbench);
    append(file, answer('e', 2, { session, cwd }));
    await waitForFigure(frame, 'cost', '$2.90');
    await frame.locator('.live').waitFor();
    await waitForMessages(frame, 8);
    // The open details stay open.
    assert.equal(await frame.locator('.arithmetic').count(), 1);
    assert.equal(await frame.locator('.said').count(), 1);
  });

  test('comes back after a reload as it was', async () => {
    const before = await figureOf(await openPanel(), 'cost');
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
    await waitForFigure(await sessionFrame(workbench), 'cost', before);
  });

  test('opens a message in its transcript, at its line', async () => {
    const frame = await openPanel();
    await sortBy(frame, 'time');
    await openFirst(frame);
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Transcript' }).click();
    await workbench.page.locator('.tab[data-resource-name="panel-session.jsonl"]').waitFor();
    const position = workbench.page.locator('#status\\.editor\\.selection');
    await position.filter({ hasText: 'Ln 2,' }).waitFor();
  });

  test('opens at a message, whatever it was narrowed to', async () => {
    const frame = await openPanel();
    const all = Number(await figureOf(frame, 'messages'));
    await inPart(frame, 'agents', 'button').filter({ hasText: 'Plan' }).click();
    await waitForMessages(frame, 1);
    await workbench.executeCommand('outlay.openSession', session, 'msg-b');
    await waitForMessages(frame, all);
    await frame.locator('.row.open').filter({ hasText: '900' }).waitFor();
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

  test('opens a line that is too long for an editor as a trimmed view', async () => {
    const frame = await openPanel();
    const before = Number((await figureOf(frame, 'cost')).slice(1));
    append(file, answer('long', 3, { session, cwd, text: 'x'.repeat(300_000) }));
    const line = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    await waitForFigure(frame, 'cost', `$${(before + 3).toFixed(2)}`);
    const long = frame.locator('.messages tr.row').filter({ hasText: '$3.00' });
    await long.locator('.opener').click();
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Show Text' }).click();
    await frame.locator('.said').filter({ hasText: '… 292,000 more characters' }).waitFor();
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Transcript' }).click();
    const tab = workbench.page.locator('.tab').filter({ hasText: `panel-session.jsonl ${line}` });
    await tab.waitFor();
    const text = await excerpt();
    assert.match(text, new RegExp(`Line ${line} and the lines around it, long ones cut\\.`));
  });

  test('opens a file of more than 50 MB as a trimmed view', async () => {
    const before = await workbench.statusText();
    const big = { session: 'big-session', cwd };
    const bigFile = transcriptOf(workbench.paths.claude, big);
    const filler = `${JSON.stringify({ type: 'user', message: { content: 'y'.repeat(1_000_000) } })}\n`;
    write(bigFile, [
      customTitle('big-session', 'A very long session'),
      ...Array(53).fill(filler),
      answer('big', 1, big),
    ]);
    assert.ok(statSync(bigFile).size > 50 * 1024 * 1024);
    await workbench.waitForStatus((text) => text !== before);
    await workbench.executeCommand('outlay.openTranscript', 'big-session');
    await workbench.page.locator('.tab').filter({ hasText: 'big-session.jsonl' }).waitFor();
    const text = await until('it is of the large file', async () => {
      const said = await excerpt();
      return said.includes('big-session.jsonl') && said;
    });
    assert.match(text, /The file is too large for the editor: its last lines, long ones cut\./);
    rmSync(bigFile);
  });

  test('says that a transcript is gone, and keeps the figures', async () => {
    const before = await workbench.statusText();
    const gone = { session: 'gone-session', cwd };
    const goneFile = transcriptOf(workbench.paths.claude, gone);
    write(goneFile, [customTitle('gone-session', 'Long ago'), answer('gone', 0.5, gone)]);
    const after = await workbench.waitForStatus((text) => text !== before);
    rmSync(goneFile);
    await workbench.executeCommand('outlay.openSession', 'gone-session', 'msg-gone');
    const frame = await frameWith(workbench, '.session:has(.card)', 'Long ago');
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Show Text' }).click();
    await frame.locator('.message-text').filter({ hasText: 'No transcript on disk' }).waitFor();
    await workbench.executeCommand('outlay.openTranscript', 'gone-session');
    await expectNotification(workbench, 'not on disk any more');
    assert.equal(await workbench.statusText(), after);
    await workbench.executeCommand('notifications.clearAll');
  });

  test('is reached in every part with the keyboard alone', async () => {
    const frame = await openPanel();
    await frame.locator('vscode-button').first().focus();
    const missing = new Set([
      'Open Transcript',
      'Resume in Terminal',
      'Copy ID',
      'Show as Table',
      'Take “Cost over time” along',
      'Take “Context: Main thread” along',
      'range',
      'bar-line',
      'sorter',
      'Messages',
      'opener',
    ]);
    await until(
      () => `these are reached: ${[...missing].join(', ')}`,
      async () => {
        const reached = await frame.evaluate(() => {
          const active = document.activeElement;
          if (active?.type === 'range') return 'range';
          return (
            ['opener', 'sorter', 'bar-line'].find((name) => active?.classList.contains(name)) ??
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
    // Only what is in sight is made.
    assert.ok((await cells(frame)).length < 200);
    await sortBy(frame, 'time');
    await expect.poll(async () => (await numbersOf(frame))[0]).toBe(1);
    await frame.locator('.messages .opener').first().press('End');
    await expect.poll(async () => (await numbersOf(frame)).at(-1)).toBe(10_000);
    const focused = await frame.evaluate(() => document.activeElement?.textContent);
    assert.match(focused, /10,000$/);
    await frame.locator('.messages .filter').fill('haiku');
    await waitForMessages(frame, 10);
    await frame.locator('.messages .filter').fill('');
    await waitForMessages(frame, 10_000);
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
