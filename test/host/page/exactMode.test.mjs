/** Exact mode as a person turns it on and off in the editor: the change, the question, and back again. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { postEvents } from '../../lib/postLogs.ts';
import { requestEvent } from '../../lib/requestEvents.ts';
import { chooseInTitleMenu, openSessions } from './lib/tree.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const mine = '{\r\n\t"model": "opus", // mine\r\n\t"env": { "A": "b" },\r\n}';

test.describe('exact mode in the editor', () => {
  let workbench;
  const file = () => path.join(workbench.paths.claude, 'settings.json');
  const ours = (name) => path.join(workbench.paths.data, name);
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const answer = async (button) => {
    await dialog().locator('.monaco-button', { hasText: button }).click();
    await dialog().waitFor({ state: 'hidden' });
  };
  /** Both sides of the change that is shown, once they are drawn. */
  const shown = async () => {
    const sides = workbench.page.locator('.monaco-diff-editor .editor .view-lines');
    await sides.nth(1).waitFor();
    return (await sides.allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '));
  };

  /** Picks an entry of the list's menu; what the dialog then asks. */
  async function begin(entry) {
    await chooseInTitleMenu(workbench, entry);
    await dialog().waitFor();
    return dialog().innerText();
  }

  test.beforeAll(async () => {
    workbench = await openWindow();
    await openSessions(workbench);
    await until('the folder is there', () => existsSync(ours('bin/outlay')));
    writeFileSync(file(), mine);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  /** Nothing is written but what was agreed to. */
  function assertUntouched() {
    assert.equal(readFileSync(file(), 'utf8'), mine);
    for (const name of ['exact.json', 'exact-install.json']) {
      assert.equal(existsSync(ours(name)), false, name);
    }
  }

  test('shows what it would write, and writes nothing that is not agreed to', async () => {
    const question = await begin('Turn On Exact Mode…');
    assert.match(question, /Turn on exact mode in .*settings\.json\?/);
    assert.match(question, /on this machine only/);
    await until('the change is shown', async () => {
      const [before, after] = await shown();
      return (
        before.includes('"A": "b"') &&
        !before.includes('OTEL_') &&
        after.includes('"A": "b"') &&
        after.includes('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT')
      );
    });
    assertUntouched();
    await answer('Cancel');
    await until('the change is closed', async () => {
      return (await workbench.page.locator('.monaco-diff-editor').count()) === 0;
    });
    assertUntouched();
  });

  test('turns it on, is told of requests, and turns it off to the letter', async () => {
    await begin('Turn On Exact Mode…');
    assertUntouched();
    await answer('Turn On');
    await expectNotification(workbench, 'Exact mode is on.');
    const text = readFileSync(file(), 'utf8');
    assert.ok(text.startsWith('{\r\n\t"model": "opus", // mine\r\n\t"env": { "A": "b"'), text);
    const place = JSON.parse(readFileSync(ours('exact.json'), 'utf8'));
    assert.ok(text.includes(`http://127.0.0.1:${place.port}/v1/logs`), text);
    assert.ok(text.includes(`x-outlay-token=${place.token}`), text);
    const event = requestEvent({ sessionId: 'somebody', at: Date.now() });
    await until('the window receives', async () => (await postEvents(place, [event])) === 200);

    const question = await begin('Turn Off Exact Mode…');
    assert.match(question, /Turn off exact mode in .*settings\.json\?/);
    await answer('Cancel');
    assert.equal(readFileSync(file(), 'utf8'), text);
    assert.ok(existsSync(ours('exact.json')));

    await begin('Turn Off Exact Mode…');
    await answer('Turn Off');
    await expectNotification(workbench, 'Exact mode is off.');
    assertUntouched();
    await until('nobody listens', async () => (await postEvents(place, [event])) === 0);
  });
});
