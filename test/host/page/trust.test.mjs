/** What the manifest declares about untrusted and virtual workspaces is true. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { answer, customTitle, transcriptOf, write, writeMeta } from './lib/records.mjs';
import { chooseInMenu, openSessions, openView, rows, waitForRows } from './lib/tree.mjs';
import { sessionFrame } from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

function writeOne(claude) {
  const session = 'session-one';
  write(transcriptOf(claude, { session }), [
    customTitle(session, 'Fix flaky upload test'),
    answer('a', 4.12, { session }),
  ]);
}

/** Figures, list and panel are there. */
async function everythingWorks(workbench) {
  writeOne(workbench.paths.claude);
  await workbench.waitForStatus(/^\$4\.12/);
  await openSessions(workbench);
  await waitForRows(workbench, (list) => list.some(({ label }) => /Fix flaky/.test(label)));
  await workbench.executeCommand('outlay.openSession', 'session-one');
  const frame = await sessionFrame(workbench, 'Fix flaky upload test');
  await frame.locator('[data-card="cost"] .figure', { hasText: '$4.12' }).waitFor();
}

test.describe('a workspace that is neither trusted nor on the disk', () => {
  let workbench;
  test.afterAll(() => workbench?.close());

  test('gets everything, and cannot say where transcripts are read or stored', async () => {
    const home = path.join(import.meta.dirname, '../../../.vscode-test/untrusted');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    const wishes = {
      'outlay.roots': [path.join(home, 'elsewhere')],
      'outlay.storePath': path.join(home, 'stolen.db'),
      'outlay.enabled': false,
      'outlay.prices.overrides': { multiplier: 100 },
      'outlay.budget.dailyUsd': 1,
    };
    const file = path.join(home, 'virtual.code-workspace');
    const folders = [{ uri: 'memfs:/project', name: 'project' }];
    writeFileSync(file, JSON.stringify({ folders, settings: wishes }));
    workbench = await openWindow({ home, workspace: file, restricted: true });
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await everythingWorks(workbench);
    assert.equal(await workbench.statusText(), '$4.12');
    await workbench.setSettings({ 'outlay.statusBar.scope': 'workspace' });
    // No session can have started in a folder that is on no disk.
    await workbench.waitForStatus(/^\$0$/);
  });

  test('changes no file of an agent', async () => {
    const cwd = path.join(workbench.home, 'shop');
    const file = path.join(cwd, '.claude/agents/finder.md');
    const head = '---\nname: finder\nmodel: opus\n---\nFind things.\n';
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, head);
    for (let index = 0; index < 6; index++) {
      const place = { session: 'session-two', cwd, agent: `finder${index}` };
      const transcript = transcriptOf(workbench.paths.claude, place);
      const usage = { input_tokens: 10_000, output_tokens: 100 };
      write(transcript, [answer(place.agent, 0, { ...place, usage })]);
      writeMeta(transcript, 'finder');
    }
    await openView(workbench, 'insights');
    await until('it is found', async () => {
      await workbench.executeCommand('outlay.refreshInsights');
      const list = await rows(workbench, 'insights');
      return list.some(({ label }) => /^finder: 6 small runs/.test(label));
    });
    await chooseInMenu(workbench, 'finder: 6', 'Apply…', 'insights');
    await expectNotification(workbench, 'workspace is not trusted');
    assert.equal(readFileSync(file, 'utf8'), head);
    assert.equal(await workbench.page.locator('.monaco-dialog-box').count(), 0);
  });
});
