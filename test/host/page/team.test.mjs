/** A team's figures in the dashboard, of a real ledger: in the editor, and in the browser it opens. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { inRoot } from '../../../scripts/shared/paths.mjs';
import { PostgresServer } from '../../lib/postgres.ts';
import { startPortProxy } from './lib/portProxy.mjs';
import { answer, transcriptOf, write } from './lib/records.mjs';
import {
  expectAccessible,
  expectNarrow,
  frameWith,
  unfoldSection,
  watchErrors,
  watchPolicy,
} from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

const run = (env, ...args) =>
  execFileSync(process.execPath, [inRoot('dist/cli.cjs'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });

/** What a terminal of a window has. */
const envOf = ({ paths }) => ({
  ...{ OUTLAY_DATA_DIR: paths.data, OUTLAY_STORE: paths.store },
  CLAUDE_CONFIG_DIR: paths.claude,
});

test.describe('a team in the dashboard', () => {
  let server;
  let proxy;
  let workbench;
  let policy;
  let errors;

  /** A command in a terminal of this window. */
  const outlay = (...args) => run(envOf(workbench), ...args);
  const team = (frame) => frame.locator('[data-part="team"]');
  const dashboard = async () => {
    await workbench.executeCommand('outlay.openDashboard');
    const frame = await frameWith(workbench, '.dashboard:has(.card)');
    await unfoldSection(frame, 'team');
    return frame;
  };

  test.beforeAll(async () => {
    [server, proxy] = await Promise.all([PostgresServer.start(), startPortProxy()]);
    workbench = await openWindow({ forwardsTo: proxy.template });
    policy = watchPolicy(workbench);
    errors = watchErrors(workbench);
    const one = { session: 'shop-session', cwd: '/home/dev/shop' };
    write(transcriptOf(workbench.paths.claude, one), [answer('one', 3, one)]);
    await workbench.waitForStatus(/\$3\.00/);
    const owner = server.database();
    const file = path.join(workbench.paths.data, '..', 'owner.txt');
    writeFileSync(file, owner);
    chmodSync(file, 0o600);
    const { data } = workbench.paths;
    outlay('team', 'create', 'Acme', '--as', 'ada', '--connection', file);
    outlay('team', 'budget', '10', '--period', 'month');
    outlay('team', 'budget', '4', '--scope', 'member', '--period', 'month');
    const invitation = path.join(data, '..', 'bob.txt');
    outlay('team', 'invite', 'bob', '--to', invitation);
    // Another machine: whoever names a folder there chooses what stands here.
    const bob = { session: 'bob-session', cwd: '/home/bob/<img src=x onerror=alert(1)>' };
    const elsewhere = path.join(data, '..', 'bob');
    write(transcriptOf(path.join(elsewhere, 'claude'), bob), [answer('two', 5, bob)]);
    const env = {
      ...{ OUTLAY_DATA_DIR: elsewhere, OUTLAY_STORE: '' },
      CLAUDE_CONFIG_DIR: path.join(elsewhere, 'claude'),
    };
    run(env, 'team', 'join', invitation, '--machine', 'two');
    run(env, 'index');
    outlay('team', 'push');
  });
  test.afterAll(async () => {
    await workbench?.close();
    proxy?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('is drawn by member, project and model, as the ledger says, with names as text', async () => {
    const frame = await dashboard();
    const section = team(frame);
    await expect(section.locator('[data-part="team-members"] tbody tr')).toHaveCount(2);
    await expect(section).toContainText('Near a limit or above it: bob');
    await expect(section.locator('[data-part="team-projects"]')).toContainText(
      '<img src=x onerror',
    );
    await expect(section.locator('[data-part="team-models"]')).toContainText('opus-5-5');
    await expect(section.locator('[data-part="team-budgets"]')).toContainText('The team');
    await expect(section).toContainText('As of ');
    assert.equal(await section.locator('img').count(), 0);
    await section.locator('summary').focus();
    await workbench.page.keyboard.press('Enter');
    await expect(section).not.toHaveAttribute('open');
    await expect(section.locator('summary')).toContainText('Acme: $8.00, near a limit: bob');
    await workbench.page.keyboard.press('Enter');
    await expect(section).toHaveAttribute('open');
    await expectAccessible(workbench, frame);
    await expectNarrow(workbench, frame);
    assert.deepEqual([policy(), errors()], [[], []]);
  });
  test('is the same in the browser, which asks the ledger as well', async () => {
    const opened = workbench.page.context().waitForEvent('page');
    await workbench.executeCommand('outlay.openInBrowser');
    const page = await opened;
    const section = team(page);
    await section.locator('summary').click();
    await expect(section.locator('[data-part="team-members"] tbody tr')).toHaveCount(2);
    // A period nobody has looked at: the answer comes without a commit.
    await page.locator('.filters [data-value="today"]').click();
    await expect(section).toContainText('As of ');
    await expect(section.locator('[data-part="team-members"]')).toContainText('$5.00');
    assert.equal(await section.locator('img').count(), 0);
    await page.close();
  });
});

test.describe('a team in the dashboard of a machine without transcripts', () => {
  let server;
  let proxy;
  let workbench;
  let policy;
  let errors;
  const team = (frame) => frame.locator('[data-part="team"]');

  test.beforeAll(async () => {
    [server, proxy] = await Promise.all([PostgresServer.start(), startPortProxy()]);
    workbench = await openWindow({ forwardsTo: proxy.template });
    policy = watchPolicy(workbench);
    errors = watchErrors(workbench);
    const { data } = workbench.paths;
    const place = path.join(data, '..');
    const file = path.join(place, 'owner.txt');
    writeFileSync(file, server.database());
    chmodSync(file, 0o600);
    // Somebody else makes the team and works; who leads it reads only.
    const bob = { session: 'bob-session', cwd: '/home/bob/web' };
    const elsewhere = path.join(place, 'bob');
    write(transcriptOf(path.join(elsewhere, 'claude'), bob), [answer('one', 5, bob)]);
    const env = {
      ...{ OUTLAY_DATA_DIR: elsewhere, OUTLAY_STORE: '' },
      CLAUDE_CONFIG_DIR: path.join(elsewhere, 'claude'),
    };
    run(env, 'team', 'create', 'Acme', '--as', 'bob', '--machine', 'two', '--connection', file);
    const budget = ['--scope', 'member', '--period', 'month'];
    run(env, 'team', 'budget', '6', ...budget);
    run(env, 'index');
    run(env, 'team', 'push');
    const invitation = path.join(place, 'lead.txt');
    run(env, 'team', 'invite', 'lead', '--admin', '--to', invitation);
    await workbench.executeCommand('outlay.openDashboard');
    await frameWith(workbench, '.empty');
    run(envOf(workbench), 'team', 'join', invitation, '--machine', 'desk');
  });
  test.afterAll(async () => {
    await workbench?.close();
    proxy?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const expectTeam = async (page) => {
    const section = team(page);
    await expect(section).toHaveAttribute('open');
    await expect(section.locator('summary')).toContainText('Acme: $5.00, near a limit: bob');
    await expect(section.locator('[data-part="team-members"] tbody tr')).toHaveCount(2);
    await expect(section.locator('[data-part="team-projects"]')).toContainText('web');
    await expect(page.locator('.dashboard')).toContainText(
      'There are no transcripts on this machine',
    );
  };

  test('is all there is, unfolded, and stays folded once it was', async () => {
    await workbench.executeCommand('workbench.action.closeActiveEditor');
    await workbench.executeCommand('outlay.openDashboard');
    const frame = await frameWith(workbench, '.dashboard:has([data-part="team"])');
    await expectTeam(frame);
    await expect(frame.locator('.card')).toHaveCount(0);
    await expectAccessible(workbench, frame);
    const summary = team(frame).locator('summary');
    await summary.click();
    await expect(team(frame)).not.toHaveAttribute('open');
    await frame.locator('.filters [data-value="today"]').click();
    await expect(frame.locator('.dashboard')).toContainText('Nothing spent today');
    await expect(team(frame)).not.toHaveAttribute('open');
    assert.deepEqual([policy(), errors()], [[], []]);
  });
  test('is all there is in the browser as well', async () => {
    const opened = workbench.page.context().waitForEvent('page');
    await workbench.executeCommand('outlay.openInBrowser');
    const page = await opened;
    await expectTeam(page);
    await page.close();
  });
});
