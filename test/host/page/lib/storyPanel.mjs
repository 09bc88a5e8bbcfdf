/** A session with a story to tell, open in its panel: what tests of the panel have in common. */
import { retry } from '../../../../scripts/shared/retry.ts';
import { writeStory } from './story.mjs';
import { figureOf, sessionFrame, waitForFigure, watchPolicy } from './webview.mjs';
import { openWindow } from './window.mjs';

/** The session, the folder it is of, and when it began. */
export const story = { session: 'panel-session', cwd: '/home/dev/shop' };

/**
 * Opens a window with the session in its panel; answers with it, the session's transcript, and what its pages
 * have broken of their policy, from the beginning on.
 */
export async function openStory(start) {
  const workbench = await openWindow({ viewport: { width: 1280, height: 900 } });
  const policy = watchPolicy(workbench);
  const file = writeStory(workbench.paths.claude, { ...story, start });
  await workbench.waitForStatus(/\$\d/);
  // Today has a figure before this session has been read.
  await retry('the session is open', async (timeout) => {
    await workbench.executeCommand('outlay.openSession', story.session);
    await workbench.page.locator('.tab').filter({ hasText: 'Fix flaky' }).waitFor({ timeout });
  });
  await waitForCost(await sessionFrame(workbench), '$0.90');
  return { workbench, file, policy };
}

/** The panel alone, whatever the tests before have left. */
export async function openPanel(workbench) {
  await workbench.executeCommand('notifications.clearAll');
  await workbench.executeCommand('workbench.action.closeAllEditors');
  await workbench.executeCommand('outlay.openSession', story.session);
  return sessionFrame(workbench, 'Fix flaky upload test');
}

export const sortBy = (frame, column) =>
  frame.locator(`.messages th[data-column="${column}"] .sorter`).click();
export const inPart = (frame, part, selector) => frame.locator(`[data-part="${part}"] ${selector}`);
export const openFirst = async (frame) => {
  const first = frame.locator('.messages .opener').first();
  if ((await first.getAttribute('aria-expanded')) !== 'true') await first.click();
  await frame.locator('.arithmetic').waitFor();
};
/** A figure that may be a lower bound, as it says itself. */
export const waitForCost = (frame, figure) =>
  waitForFigure(frame, 'cost', new RegExp(`^(≥\\s)?\\${figure}$`));
export const costOf = async (frame) => (await figureOf(frame, 'cost')).replace(/^≥\s/, '');
