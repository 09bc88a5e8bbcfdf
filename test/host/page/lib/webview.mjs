/** A webview's page as a person sees it, and what the browser thought of it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { until } from '../../../../scripts/lib/patience.mjs';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The frame that has this element; webviews stand in frames that come and go while they load. */
export async function frameWith(workbench, selector, text = '') {
  return until(`a page has ${selector} ${text}`, async () => {
    for (const frame of workbench.page.frames()) {
      const found = frame.locator(selector).filter({ hasText: text });
      if ((await found.count().catch(() => 0)) > 0) return frame;
    }
    return undefined;
  });
}

/** The session panel's page, once it has its figures. */
export async function sessionFrame(workbench, text = '') {
  return frameWith(workbench, '.session:has(.card)', text);
}

/**
 * Collects what breaks the content security policy from now on, in every frame of the window.
 * Returns a function that answers with the list so far.
 */
export function watchPolicy(workbench) {
  const found = [];
  workbench.page.on('console', (message) => {
    if (/content security policy/i.test(message.text()) && isOurs(message)) {
      found.push(message.text());
    }
  });
  return () => found;
}

/**
 * The workbench's own pages are not ours to mend; those of webviews are. Not every message says
 * where it happened, but each quotes the rule that was broken, and ours has our kind of nonce.
 */
function isOurs(message) {
  const text = `${message.location().url} ${message.text()}`;
  return /vscode-resource|fake\.html|webview|'nonce-[0-9a-f]{32}'|default-src 'none'/.test(text);
}

/** What axe-core finds in a frame; empty when all is well. */
export async function axeViolations(frame) {
  await frame.evaluate(axeSource);
  return frame.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/**
 * Something a page keeps is still so after a reload of the window. VS Code writes what pages keep to
 * its own storage once in a while and when it has the time: a reload may come before that, and then
 * the page is set anew and given longer.
 */
export async function outlastsReload(workbench, { frame, set, holds }) {
  let pauseMs = 1000;
  await until('what the page keeps outlasts a reload', async () => {
    await set(await frame());
    await until('it is set', async () => holds(await frame()));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(65_000, pauseMs * 4);
    await workbench.reload();
    const again = await frame();
    return holds(again);
  });
}
