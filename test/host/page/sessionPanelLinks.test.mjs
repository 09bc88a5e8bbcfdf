/** What a message in the session panel leads to: its transcript, its price rows, others like it. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
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
import { frameWith, sessionFrame } from './lib/webview.mjs';
import { expectNotification, test } from './lib/window.mjs';

const { session, cwd } = story;

test.describe('from the session panel', () => {
  let workbench;
  let file;

  test.beforeAll(async () => {
    ({ workbench, file } = await openStory(Date.now() - 3_600_000));
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());
  const openPanel = () => openPanelIn(workbench);

  /** What an excerpt of a transcript says, once it is on the screen. */
  const excerpt = () =>
    until('the excerpt is on the screen', async () => {
      await workbench.executeCommand('cursorTop');
      const lines = await workbench.page.locator('.monaco-editor .view-lines').last().innerText();
      const plain = lines.replaceAll('\u00a0', ' ');
      return /Excerpt of .*\.jsonl/.test(plain) && plain;
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

  test('explains a message’s cost by its lines and price rows', async () => {
    const frame = await openPanel();
    await workbench.executeCommand('outlay.openSession', session, 'msg-b');
    await frame.locator('.row.open').filter({ hasText: '30.0k' }).waitFor();
    const number = await frame
      .locator('.row.open')
      .evaluate((row) => row.querySelector('.opener').lastChild.textContent.trim());
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Explain' }).click();
    await workbench.page.locator('.tab').filter({ hasText: 'Explain a Message' }).waitFor();
    const page = await frameWith(workbench, 'main', `/${number}`);
    await expect(page.locator('main')).toContainText('as stored');
    await expect(page.locator('main')).toContainText('panel-session.jsonl, line');
  });

  test('opens a line that is too long for an editor as a trimmed view', async () => {
    const frame = await openPanel();
    const before = Number((await costOf(frame)).slice(1));
    append(file, answer('long', 3, { session, cwd, text: 'x'.repeat(300_000) }));
    const line = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    await waitForCost(frame, `$${(before + 3).toFixed(2)}`);
    const long = frame.locator('.messages tr.row').filter({ hasText: '$3.00' });
    await long.locator('.opener').click();
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Show Text' }).click();
    await frame.locator('.said').filter({ hasText: '… 292,000 more characters' }).waitFor();
    await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Transcript' }).click();
    const tab = workbench.page.locator('.tab').filter({ hasText: `panel-session.jsonl ${line}` });
    await tab.waitFor();
    const text = await excerpt();
    assert.match(text, new RegExp(`Line ${line} and the lines around it; long ones are cut\\.`));
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
    assert.match(
      text,
      /The file is too large for the editor\. These are its last lines; long ones are cut\./,
    );
    rmSync(bigFile);
  });

  test('opens the messages of the project that stand out', async () => {
    const own = { session: 'late-session', cwd };
    const cached = { cache_creation_input_tokens: 200_000, cache_creation: {} };
    const at = (minute) => Date.now() + (minute - 55) * 60_000;
    write(transcriptOf(workbench.paths.claude, own), [
      customTitle(own.session, 'Back from lunch'),
      answer('first', 0, { ...own, at: at(0), usage: cached }),
      ...Array.from({ length: 12 }, (_, i) =>
        answer(`warm-${i}`, 0, {
          ...own,
          at: at(i / 4),
          usage: { cache_read_input_tokens: 200_000, output_tokens: 10 + i },
        }),
      ),
      answer('late', 0, { ...own, at: at(50), usage: cached }),
    ]);
    await retry('the session is open', async (timeout) => {
      await workbench.executeCommand('outlay.openSession', own.session);
      await workbench.page.locator('.tab').filter({ hasText: 'Back from' }).waitFor({ timeout });
    });
    const frame = await sessionFrame(workbench, 'Back from lunch');
    await inPart(frame, 'advice', 'vscode-button').filter({ hasText: 'Open Similar' }).click();
    const anomalies = await frameWith(workbench, '.anomalies', /messages? stands? out/);
    await expect(anomalies.getByRole('radio', { name: 'Messages' })).toBeChecked();
    await workbench.executeCommand('workbench.action.closeActiveEditor');
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
    await expectNotification(workbench, 'no longer exists');
    assert.equal(await workbench.statusText(), after);
    await workbench.executeCommand('notifications.clearAll');
  });
});
