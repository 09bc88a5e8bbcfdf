/** The guard as a person installs it in the editor: the change, the question, and back again. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const mine = '{\n\t"model": "opus", // mine\n\t"permissions": { "allow": ["Bash"] }\n}\n';

test.describe('the guard in the editor', () => {
  let workbench;
  const file = () => path.join(workbench.paths.claude, 'settings.json');
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  /** Begins a command for all projects; a window with a folder asks which settings. */
  const begin = async (command) => {
    await workbench.runCommand(command);
    const choice = workbench.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'For All Projects',
    });
    await until('it asks', async () => (await choice.isVisible()) || (await dialog().isVisible()));
    if (await choice.isVisible()) await choice.click();
    await dialog().waitFor();
    return dialog().innerText();
  };
  const answer = (button) => dialog().locator('.monaco-button', { hasText: button }).click();

  test.beforeAll(async () => {
    workbench = await openWindow();
    await until('the launcher is there', () =>
      existsSync(path.join(workbench.paths.data, 'bin/outlay')),
    );
    writeFileSync(file(), mine);
  });
  test.beforeEach(() => workbench.calm());
  test.afterAll(() => workbench?.close());

  test('shows the change and writes nothing that is not agreed to', async () => {
    const question = await begin('Outlay: Install Guard…');
    assert.match(question, /Install Outlay’s guard in .*settings\.json/);
    assert.match(question, /not a security boundary/);
    await workbench.page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
    await answer('Cancel');
    await dialog().waitFor({ state: 'hidden' });
    assert.equal(readFileSync(file(), 'utf8'), mine);
  });

  test('installs it, and takes it out to the letter', async () => {
    await begin('Outlay: Install Guard…');
    await answer('Install');
    await until('it is written', () => readFileSync(file(), 'utf8') !== mine);
    const text = readFileSync(file(), 'utf8');
    assert.ok(text.startsWith('{\n\t"model": "opus", // mine\n'), text);
    assert.ok(text.includes(JSON.stringify(path.join(workbench.paths.data, 'bin/outlay'))));
    await expectNotification(workbench, 'The guard is installed');
    const question = await begin('Outlay: Uninstall Guard…');
    assert.match(question, /refuse nothing/);
    await answer('Uninstall');
    await until('it is gone', () => readFileSync(file(), 'utf8') === mine);
  });
});
