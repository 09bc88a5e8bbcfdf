/** A webview's page as a person sees it, and what the browser thought of it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { until } from '../../../../scripts/shared/retry.ts';
import { themes } from '../../../../scripts/vscode/page.mjs';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The frame that has this element now, if any. */
async function frameNow(workbench, selector, text = '') {
  for (const frame of workbench.page.frames()) {
    const found = frame.locator(selector).filter({ hasText: text });
    if ((await found.count().catch(() => 0)) > 0) return frame;
  }
  return undefined;
}

/** The frame that has this element; webviews stand in frames that come and go while they load. */
export async function frameWith(workbench, selector, text = '') {
  return until(`a page has ${selector} ${text}`, () => frameNow(workbench, selector, text));
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
 * Collects what goes wrong from now on: exceptions nobody caught, in any frame, and errors our pages
 * have written to the console. Returns a function that answers with the list so far.
 */
export function watchErrors({ page }) {
  const found = [];
  page.on('pageerror', (error) => found.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && isOurs(message)) {
      found.push(`console: ${message.text()} (${message.location().url})`);
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

/** What axe-core finds in a frame, or in a part of it; empty when all is well. */
async function axeViolations(frame, part) {
  await frame.evaluate(axeSource);
  return frame.evaluate(async (selector) => {
    const { violations } = await window.axe.run(selector ?? document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    const where = ({ html, failureSummary }) => `${html} (${failureSummary})`;
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(where).join(' ')}`);
  }, part);
}

/** Waits until axe-core finds nothing in a frame, in the theme that is set. */
export const expectNoViolation = (frame, where = 'as it is', part = undefined) =>
  expect(async () => expect(await axeViolations(frame, part), where).toEqual([])).toPass();

/** No theme has a violation that axe-core finds in a frame; `also` holds in each of them too. */
export async function expectAccessible(workbench, frame, also = async () => undefined) {
  for (const theme of Object.keys(themes)) {
    await workbench.setTheme(theme);
    await also(theme);
    await expectNoViolation(frame, `in ${theme}`);
  }
  await workbench.setTheme('dark');
}

/** In a window so narrow that the panel has 320 pixels, nothing sticks out of it. */
export async function expectNarrow(workbench, frame) {
  await workbench.executeCommand('workbench.action.closeSidebar');
  const usual = workbench.page.viewportSize();
  await workbench.page.setViewportSize({ width: 420, height: 900 });
  await until('the panel is narrow and nothing sticks out', () =>
    frame.evaluate(() => {
      const { clientWidth, scrollWidth } = document.documentElement;
      return clientWidth < 420 && scrollWidth === clientWidth;
    }),
  );
  await workbench.page.setViewportSize(usual);
}

/** Unfolds a section of a panel, unless it is open. */
export async function unfoldSection(frame, part) {
  const section = frame.locator(`details[data-part="${part}"]`);
  if (!(await section.evaluate(({ open }) => open)))
    await section.locator('summary').first().click();
  await frame.locator(`details[data-part="${part}"][open]`).waitFor();
}

/** The small facts below a dashboard's breakdown. */
export const factsOf = (frame) => frame.locator('.facts li').allInnerTexts();

const figure = (frame, id) => frame.locator(`[data-card="${id}"] .figure`);

/** The figure of a card. */
export const figureOf = (frame, id) => figure(frame, id).innerText();

/** Waits for a figure, and for what is below it to be of the same question. */
export async function waitForFigure(frame, id, text) {
  await expect(figure(frame, id)).toHaveText(text);
  await expect(frame.locator('.folds[aria-busy="true"]')).toHaveCount(0);
}

/**
 * Something a page keeps is still so after a reload of the window, and the panel itself is still
 * there. VS Code writes both to its own storage once in a while and when it has the time: a reload
 * may come before that, and then the panel is opened and set anew and given longer.
 */
export async function outlastsReload(workbench, { open, selector, set, holds }) {
  for (const pauseMs of [7_000, 20_000, 65_000]) {
    await set(await open());
    const isSet = async () => expect(await holds(await frameNow(workbench, selector))).toBe(true);
    await expect(isSet).toPass();
    await sleep(pauseMs);
    await workbench.reload();
    const outlasted = expect(isSet).toPass({ timeout: 30_000 });
    if (await outlasted.then(() => true).catch(() => false)) return;
  }
  throw new Error('What the page keeps did not outlast a reload.');
}
