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

const products = [
  { product: 'Codex', agent: 'codex', client: '0.171.0', tab: /rollout-.*\.jsonl/ },
  { product: 'Copilot', agent: 'copilot', client: '1.0.102', tab: /session-store\.db \d+/ },
  { product: 'OpenCode', agent: 'opencode', client: '1.18.33', tab: /opencode\.db \d+/ },
];

for (const { product, agent, client, tab } of products)
  test.describe(`sessions of ${product}`, () => {
    const set = agentSets(agent).find(({ name }) => name === `samples/client-${client}`);
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
      const home = path.join(workbench.home, `${agent}-home`);
      writeAgentSet(set, home);
      const box = path.join(workbench.home, 'box', '.claude');
      write(transcriptOf(box, { session: 'session-two' }), [
        customTitle('session-two', 'Deploy the shop'),
        answer('b', 2.5, { session: 'session-two' }),
      ]);
      await workbench.setSettings({
        'outlay.roots': [workbench.paths.claude, home],
        'outlay.hosts.folders': { devbox: path.dirname(box) },
      });
    });
    test.afterAll(() => workbench?.close());

    test('stand beside the others, and say whose they are', async () => {
      await openSessions(workbench);
      await waitForRows(workbench, (list) => {
        const claude = list.find(({ label }) => /Fix flaky/.test(label));
        const others = list.filter(({ description }) => description.startsWith(product));
        // Another host's is named by its host, and only that.
        const ofHost = list.find(({ label }) => /Deploy the shop/.test(label));
        if (ofHost?.description.startsWith('devbox · ') !== true) return false;
        return (
          claude !== undefined &&
          !claude.description.includes('devbox') &&
          !claude.description.includes(product) &&
          others.length > 0
        );
      });
    });

    test('are what the dashboard shows once it is narrowed to their product', async () => {
      const filters = { ...usualDashboard.filters, product };
      await workbench.executeCommand('outlay.openDashboard', {
        ...usualDashboard,
        period: 'all',
        filters,
      });
      const frame = await frameWith(workbench, '.dashboard:has(.card)');
      await waitForFigure(frame, 'cost', `$${Number(set.expected.total.usd).toFixed(2)}`);
    });

    test('stand beside Claude Code where the dashboard tells products apart', async () => {
      await workbench.executeCommand('outlay.openDashboard', {
        ...usualDashboard,
        ...{ period: 'all', stack: 'product' },
      });
      const frame = await frameWith(workbench, '.dashboard:has(.card)');
      const list = frame.locator('[data-part="by-product"]');
      for (const name of ['Claude Code', product]) await list.getByText(name).first().waitFor();
      const chosen = frame.locator('.segments [aria-checked="true"]', { hasText: 'Product' });
      await chosen.first().waitFor();
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
      await frame.locator('.arithmetic vscode-button').filter({ hasText: 'Transcript' }).click();
      await workbench.page.locator('.tab').filter({ hasText: tab }).waitFor();
      assert.deepEqual([failed(), broken()], [[], []]);
    });
  });
