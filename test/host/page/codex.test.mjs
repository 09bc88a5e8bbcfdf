/** Sessions of another product beside Claude Code's: in the list, the dashboard and a panel of their own. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { usualDashboard } from '../../../src/protocol/dashboard.ts';
import { agentSets, writeAgentSet } from '../../lib/agentSets.ts';
import { answer, customTitle, transcriptOf, write } from './lib/records.mjs';
import { terminalSays } from './lib/terminal.mjs';
import { openSessions, waitForRows } from './lib/tree.mjs';
import {
  frameWith,
  sessionFrame,
  waitForFigure,
  watchErrors,
  watchPolicy,
} from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const set = agentSets('codex').find(({ name }) => name === 'samples/client-0.171.0');

test.describe('sessions of Codex', () => {
  let workbench;
  let failed;
  let broken;
  test.beforeAll(async () => {
    workbench = await openWindow();
    [failed, broken] = [watchErrors(workbench), watchPolicy(workbench)];
    const session = 'session-one';
    write(transcriptOf(workbench.paths.claude, { session }), [
      customTitle(session, 'Fix flaky upload test'),
      answer('a', 4.12, { session }),
    ]);
    const home = path.join(workbench.home, 'codex-home');
    writeAgentSet(set, home);
    await workbench.setSettings({ 'outlay.roots': [workbench.paths.claude, home] });
  });
  test.afterAll(() => workbench?.close());

  test('stand beside the others, and say whose they are', async () => {
    await openSessions(workbench);
    await waitForRows(workbench, (list) => {
      const claude = list.find(({ label }) => /Fix flaky/.test(label));
      const codex = list.filter(({ description }) => /^Codex/.test(description));
      return claude !== undefined && !/Codex/.test(claude.description) && codex.length > 0;
    });
  });

  test('are what the dashboard shows once it is narrowed to their product', async () => {
    const filters = { ...usualDashboard.filters, product: 'Codex' };
    await workbench.executeCommand('outlay.openDashboard', {
      ...usualDashboard,
      period: 'all',
      filters,
    });
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await waitForFigure(frame, 'cost', `$${Number(set.expected.total.usd).toFixed(2)}`);
  });

  test('open with their requests and what they cost', async () => {
    const said = await terminalSays(workbench, 'sessions', '--limit', '100');
    const dearest = said.sessions
      .filter(({ sessionId }) => sessionId in set.expected.sessions)
      .sort((a, b) => b.totalUsd - a.totalUsd)[0];
    assert.ok(dearest.totalUsd > 0);
    await workbench.executeCommand('outlay.openSession', dearest.sessionId);
    const frame = await sessionFrame(workbench);
    await waitForFigure(frame, 'cost', `$${dearest.totalUsd.toFixed(2)}`);
    await waitForFigure(frame, 'messages', String(dearest.messages));
    await frame.locator('.messages .opener').first().click();
    await frame.locator('.arithmetic', { hasText: 'Price list entry: gpt-' }).waitFor();
    assert.deepEqual([failed(), broken()], [[], []]);
  });
});
