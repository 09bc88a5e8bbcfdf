/** A webview's page as a person sees it, and what the browser thought of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The frame that has this element; webviews stand in frames that come and go while they load. */
export async function frameWith(workbench, selector, timeoutMs = 30_000) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    for (const frame of workbench.page.frames()) {
      const count = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (count > 0) return frame;
    }
    await workbench.page.waitForTimeout(50);
  }
  return assert.fail(`No page had ${selector} within ${timeoutMs} ms.`);
}

/** The session panel's page, once it has its figures. */
export async function sessionFrame(workbench, text = '') {
  const frame = await frameWith(workbench, '.session .card');
  if (text !== '') {
    await frame.locator('.session').filter({ hasText: text }).waitFor({ timeout: 20_000 });
  }
  return frame;
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
