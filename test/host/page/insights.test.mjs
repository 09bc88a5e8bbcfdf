/** Insights as a person meets them: what is found, the comparison, the question, and what comes of it. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { answer, customTitle, transcriptOf, write, writeMeta } from './lib/records.mjs';
import {
  chooseInMenu,
  hoverOver,
  openView,
  pane,
  row,
  rows,
  unfold,
  waitForRows,
  waitForWelcome,
} from './lib/tree.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

const view = 'insights';
const session = 'insight-session';
const head = '---\nname: finder\nmodel: opus # the best\n---\nFind things.\n';
const small = { input_tokens: 10_000, output_tokens: 100 };

/** What a tool says that has failed. */
function toolError(agent, cwd) {
  const content = [{ type: 'tool_result', tool_use_id: 't', is_error: true, content: 'no' }];
  return `${JSON.stringify({
    type: 'user',
    uuid: `error-${agent}`,
    sessionId: session,
    timestamp: new Date().toISOString(),
    cwd,
    isSidechain: true,
    agentId: agent,
    message: { role: 'user', content },
  })}\n`;
}

/** Small runs of an agent with a file and of a built-in one, and one agent whose tools often fail. */
function writeRuns(claude, cwd) {
  write(transcriptOf(claude, { session, cwd }), [
    customTitle(session, 'Fix flaky upload test'),
    answer('main', 2, { session, cwd }),
  ]);
  const runs = (type, count, more, failed = 0) => {
    for (let index = 0; index < count; index++) {
      const agent = `${type.toLowerCase()}${index}`;
      const place = { session, cwd, agent };
      const lines = [answer(agent, 0, { ...place, ...more })];
      if (index < failed) lines.push(toolError(agent, cwd));
      write(transcriptOf(claude, place), lines);
      writeMeta(transcriptOf(claude, place), type);
    }
  };
  runs('finder', 8, { usage: small });
  runs('Explore', 6, { usage: small });
  const long = { input_tokens: 0, output_tokens: 4_000 };
  runs('builder', 10, { model: 'claude-haiku-5-5', usage: long }, 3);
}

test.describe('the insights view', () => {
  let workbench;
  let file;
  const labelled = (list, text) => list.find(({ label }) => label.includes(text));
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const agentText = () => readFileSync(file, 'utf8');
  const said = (text) => expectNotification(workbench, text);
  const comparison = () => workbench.page.locator('.tab', { hasText: 'finder.md: opus → haiku' });
  const waitFor = (text) =>
    waitForRows(workbench, (list) => labelled(list, text) !== undefined, view);
  /** Clicks a button that stands in a row. */
  const clickInRow = (text, name) =>
    retry(`"${name}" is clicked`, async (timeout) => {
      await workbench.calm();
      const one = row(workbench, text, view);
      await one.hover({ timeout });
      await one.locator(`.actions a[aria-label^="${name}"]`).click({ timeout });
      await dialog().waitFor({ timeout });
      // The row's tooltip would stand before the dialog.
      await workbench.page.mouse.move(5, 995);
    });
  /** Answers the dialog. */
  const say = (button) => dialog().locator('.monaco-button', { hasText: button }).click();

  test.beforeAll(async () => {
    workbench = await openWindow({ viewport: { width: 1280, height: 1000 } });
    const cwd = path.join(workbench.home, 'projects/shop');
    file = path.join(cwd, '.claude/agents/finder.md');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, head);
    await openView(workbench, view);
    // All the height is for the insights: what is out of sight is not drawn.
    // Clicked at its twistie: further right there are buttons.
    await pane(workbench)
      .locator('.pane-header.expanded')
      .click({ position: { x: 12, y: 10 } });
    await pane(workbench).locator('.pane-header:not(.expanded)').waitFor();
  });
  test.beforeEach(async () => {
    await workbench.calm();
    await workbench.executeCommand('notifications.clearAll');
  });
  test.afterAll(() => workbench?.close());

  test('says so when nothing was spent', async () => {
    const text = await waitForWelcome(workbench, /Nothing was spent/, view);
    assert.match(text, /See Where Outlay Looks/);
  });

  test('lists what could be saved, a month, and whether that was measured', async () => {
    writeRuns(workbench.paths.claude, path.join(workbench.home, 'projects/shop'));
    await workbench.waitForStatus(/^\$2\.\d\d/);
    // All files are read by now or in a moment: it is looked for until all is there.
    const list = await until('all three are found', async () => {
      await workbench.executeCommand('outlay.refreshInsights');
      const seen = await rows(workbench, view);
      const all = ['finder: 8 small', 'Explore: 6 small', 'builder: errors in 30'];
      return all.every((text) => labelled(seen, text)) && seen;
    });
    // Eight runs of 10k × $4 + 100 × $20 a million on one day, thirty days a month.
    const finder = labelled(list, 'finder: 8 small runs on opus-5-5');
    assert.match(finder.description, /^\$6\.\d\d–\$10\.08 a month · estimated$/);
    assert.match(finder.spoken, /^finder: 8 small runs on opus-5-5, \$6/);
    const builder = labelled(list, 'builder');
    assert.match(builder.description, /^up to \$\d\.\d\d a month · measured$/);
    assert.equal(builder.icon, 'warning');
    const hover = await hoverOver(workbench, 'finder: 8', /Examined: 8 of 8 runs/, view);
    assert.match(await hover.innerText(), /Another model would use different tokens/);
    await workbench.page.mouse.move(900, 300);
    await unfold(workbench, 'finder: 8', view);
    await waitFor('Set the model of finder to haiku.');
    await unfold(workbench, 'finder: 8', view);
  });

  test('shows the change, and does not make it when the answer is no', async () => {
    await clickInRow('finder: 8', 'Apply…');
    const text = await dialog().innerText();
    assert.match(text, /Change the model of finder from opus to haiku\?/);
    assert.ok(text.includes(file), text);
    await comparison().waitFor();
    const sides = workbench.page.locator('.monaco-diff-editor .view-line', { hasText: 'model:' });
    const lines = await sides.allInnerTexts();
    const plain = lines.map((line) => line.replaceAll('\u00a0', ' '));
    assert.deepEqual(plain.sort(), ['model: haiku # the best', 'model: opus # the best']);
    await workbench.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await comparison().waitFor({ state: 'detached' });
    assert.equal(agentText(), head);
  });

  test('makes the change when the answer is yes, shows spend before and after, and undoes it', async () => {
    await clickInRow('finder: 8', 'Apply…');
    await say('Change Model');
    await expect.poll(agentText).toBe(head.replace('opus', 'haiku'));
    await comparison().waitFor({ state: 'detached' });
    const list = await waitFor('finder now uses haiku');
    assert.match(
      labelled(list, 'finder now uses').description,
      /^\$0\.\d\d → \$0 a day · measured$/,
    );
    assert.equal(labelled(list, 'finder: 8'), undefined);
    await said('finder.md now has "model: haiku".');
    await retry('it is undone', async (timeout) => {
      await workbench.notifications();
      const notice = workbench.page.locator('.notifications-center .notification-list-item', {
        hasText: 'now has "model: haiku"',
      });
      await notice.hover({ timeout });
      await notice.getByText('Undo', { exact: true }).click({ timeout });
    });
    await said('finder.md has been restored.');
    assert.equal(agentText(), head);
    await waitFor('finder: 8 small runs');
  });

  test('does not write over what changed while the question was open', async () => {
    await clickInRow('finder: 8', 'Apply…');
    writeFileSync(file, `${head}Mine.\n`);
    await say('Change Model');
    await said('no longer matches the comparison');
    assert.equal(agentText(), `${head}Mine.\n`);
    writeFileSync(file, head);
  });

  test('says which setting a built-in agent has', async () => {
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await clickInRow('Explore: 6', 'Configure…');
    assert.match(
      await dialog().innerText(),
      /Explore is built into Claude Code[\s\S]*all subagents/,
    );
    await say('Copy Setting');
    const setting = '"env": { "CLAUDE_CODE_SUBAGENT_MODEL": "haiku" }';
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(clipboard).toBe(setting);
  });

  test('opens the runs in which something went wrong', async () => {
    await chooseInMenu(workbench, 'builder: errors', 'View Failures', view);
    await until('the report lists them', async () => {
      const bodies = await Promise.all(
        workbench.page.frames().map((frame) =>
          frame
            .locator('body')
            .innerText({ timeout: 1000 })
            .catch(() => ''),
        ),
      );
      return bodies.some((body) => /Runs with errors[\s\S]*builder/.test(body));
    });
    await workbench.executeCommand('workbench.action.closeAllEditors');
  });

  test('keeps over a reload what was dismissed, and shows it when asked to', async () => {
    await chooseInMenu(workbench, 'finder: 8', 'Dismiss', view);
    const gone = (list) => list.length > 0 && labelled(list, 'finder: 8') === undefined;
    await waitForRows(workbench, gone, view);
    await workbench.reload();
    await openView(workbench, view);
    await waitFor('Explore: 6');
    assert.ok(gone(await rows(workbench, view)));
    await workbench.executeCommand('outlay.showDismissed');
    const list = await waitFor('finder: 8');
    assert.match(labelled(list, 'finder: 8').description, /dismissed$/);
    await chooseInMenu(workbench, 'finder: 8', 'Restore', view);
    await waitForRows(
      workbench,
      (seen) => /estimated$/.test(labelled(seen, 'finder: 8')?.description ?? ''),
      view,
    );
  });

  test('stands below the sessions', async () => {
    const [above, below] = await Promise.all(
      ['sessions', view].map((name) => pane(workbench, name).boundingBox()),
    );
    assert.ok(above.y < below.y);
  });
});
