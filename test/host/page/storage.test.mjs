/** What is stored, as a person meets it: the page, and the dialogs that back up, reset and remove. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { frameWith } from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

/** A response's line that costs a dollar, dated now. */
function dollar(session) {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${session}`,
    sessionId: session,
    timestamp: new Date().toISOString(),
    requestId: `req-${session}`,
    cwd: '/home/dev/shop',
    message: {
      id: `msg-${session}`,
      model: 'claude-opus-5-5',
      stop_reason: 'end_turn',
      usage: { input_tokens: 0, output_tokens: 50_000 },
    },
  })}\n`;
}

function messagesIn(store) {
  const db = openForReading(store);
  const { messages } = new StoreReader(db).kept();
  db.close();
  return messages;
}

test.describe('what is stored', () => {
  let workbench;
  const transcript = (session) =>
    path.join(workbench.paths.claude, `projects/-home-dev-shop/${session}.jsonl`);
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  /** Answers the modal dialog; gives its whole text. */
  const answer = async (button) => {
    await dialog().waitFor();
    const text = await dialog().innerText();
    await dialog().locator('.monaco-button', { hasText: button }).click();
    return text;
  };
  /** A notification, in the list of all: this window shows none by itself. */
  const notification = async (text) => {
    await expectNotification(workbench, text);
    return workbench.page.locator('.notifications-center .notification-list-item', {
      hasText: text,
    });
  };
  test.beforeAll(async () => {
    workbench = await openWindow();
    mkdirSync(path.dirname(transcript('one')), { recursive: true });
    for (const session of ['one', 'two']) appendFileSync(transcript(session), dollar(session));
    await workbench.waitForStatus(/^\$2\.00$/);
    rmSync(transcript('two'));
  });
  test.beforeEach(async () => {
    await workbench.calm();
    // What was said before, and by others, must not push out of sight what is said next.
    await workbench.executeCommand('notifications.clearAll');
  });
  test.afterAll(() => workbench?.close());

  test('is said on a page, with what can be done about it', async () => {
    await workbench.runCommand('Outlay: What Is Stored, and Where');
    const { page, paths } = workbench;
    const text = await until('the page says what can be done', async () => {
      const bodies = await Promise.all(
        page.frames().map((frame) =>
          frame
            .locator('body')
            .innerText({ timeout: 1000 })
            .catch(() => ''),
        ),
      );
      return bodies.find((body) => /The store holds[\s\S]*What you can do/.test(body));
    });
    assert.match(text, /The store holds 2 messages of 2 sessions/);
    assert.match(text, /read from 2 transcripts\. One of them is no longer on disk/);
    for (const file of [paths.store, path.join(paths.data, 'bin/outlay')]) {
      assert.ok(text.includes(file), text);
    }
    const frame = await frameWith(workbench, 'main', 'What you can do');
    await frame.getByRole('link', { name: 'Reset the store' }).click();
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    assert.equal(messagesIn(paths.store), 2);
  });

  test('backs up first when asked to, and resets then', async () => {
    const { page, paths } = workbench;
    void workbench.executeCommand('outlay.resetStore').catch(() => {});
    const question = await answer('Back Up First…');
    assert.match(question, /Reset the store\?/);
    assert.match(question, /The store holds 2 messages of 2 sessions, read from 2 transcripts\./);
    assert.match(question, /1 of these transcripts is no longer on disk/);
    const input = page.locator('.quick-input-widget input[type="text"]');
    const copy = path.join(workbench.home, 'copy.db');
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await until('it offers a name of its own', async () =>
      /outlay-\d{4}-\d\d-\d\d\.db$/.test(await input.inputValue()),
    );
    // Its own name may still come after ours, and takes the place of it.
    await retry('the dialog has the name', async (timeout) => {
      await input.fill(copy, { timeout });
      await page.locator('.quick-input-list', { hasText: 'workspace' }).waitFor({ timeout });
      assert.equal(await input.inputValue(), copy);
    });
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await notification('Backed up 2 messages of 2 sessions');
    assert.equal(messagesIn(copy), 2);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    await answer(/^Reset$/);
    await notification('Transcripts are being read again');
    await workbench.waitForStatus(/^\$1\.00$/);
    assert.equal(messagesIn(paths.store), 1);
  });

  test('removes everything that was listed, and stays closed until the window is reloaded', async () => {
    const { paths } = workbench;
    void workbench.executeCommand('outlay.removeAll').catch(() => {});
    const question = await answer('Delete These Files');
    for (const name of ['outlay.db', 'bin/outlay']) {
      assert.ok(question.includes(path.join(paths.data, name)), question);
    }
    await notification('Outlay has removed what it stored');
    assert.equal(existsSync(paths.data), false);
    await workbench.reload();
    await workbench.waitForStatus(/^\$1\.00$/);
    assert.ok(readdirSync(paths.data).includes('outlay.db'));
  });
});
