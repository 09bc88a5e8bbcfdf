/** The views of the side bar as a person sees them: what is not named is the list of sessions. */
import { expect } from '@playwright/test';
import { retry, until } from '../../../../scripts/shared/retry.ts';

/** The views, from the top. */
const places = { budgets: 0, sessions: 1, insights: 2 };

/** A view with its header. */
export function pane(workbench, view = 'sessions') {
  return workbench.page.locator('.sidebar .pane').nth(places[view]);
}

/** Opens the list of sessions in the side bar. */
export function openSessions(workbench) {
  return openView(workbench, 'sessions');
}

/** Opens a view in the side bar. */
export async function openView(workbench, view) {
  await workbench.executeCommand(`outlay.${view}.focus`);
  await pane(workbench, view).locator('.pane-header.expanded').waitFor();
}

/** The rows on the screen, from the top. */
export async function rows(workbench, view) {
  return pane(workbench, view)
    .locator('.monaco-list-row')
    .evaluateAll((elements) =>
      elements
        .map((row) => ({
          top: row.getBoundingClientRect().top,
          label: row.querySelector('.label-name')?.textContent ?? '',
          description: row.querySelector('.label-description')?.textContent ?? '',
          spoken: row.getAttribute('aria-label') ?? '',
          level: Number(row.getAttribute('aria-level')),
          expanded: row.getAttribute('aria-expanded'),
          icon: [...(row.querySelector('.custom-view-tree-node-item-icon')?.classList ?? [])]
            .find((name) => name.startsWith('codicon-'))
            ?.slice('codicon-'.length),
        }))
        .sort((a, b) => a.top - b.top),
    );
}

/** Waits until the rows are as wished; fails with the rows that were there instead. */
export async function waitForRows(workbench, wanted, view) {
  let seen = [];
  const was = () =>
    seen.map(({ level, label, description }) => `${level} ${label} | ${description}`).join('\n');
  return until(
    () => `the rows are as wished, ${wanted}\n${was()}`,
    async () => {
      seen = await rows(workbench, view);
      return wanted(seen) && seen;
    },
  );
}

/** The row with this text in its label. */
export function row(workbench, text, view) {
  return pane(workbench, view).locator('.monaco-list-row').filter({ hasText: text }).first();
}

/** Unfolds a row with the mouse, or folds it. */
export async function unfold(workbench, text, view) {
  const one = row(workbench, text, view);
  const before = await one.getAttribute('aria-expanded');
  await retry(`"${text}" is unfolded`, async (timeout) => {
    await one.locator('.monaco-tl-twistie').click({ timeout });
    const after = before === 'true' ? 'false' : 'true';
    await one.and(workbench.page.locator(`[aria-expanded="${after}"]`)).waitFor({ timeout });
  });
}

/** Rests the mouse on a row until its tooltip has these words; answers with the tooltip. */
export async function hoverOver(workbench, text, words, view) {
  const hover = workbench.page.locator('.workbench-hover').last();
  await retry(`a tooltip says ${words}`, async (timeout) => {
    await workbench.page.mouse.move(900, 300);
    await row(workbench, text, view).hover({ timeout });
    await hover.filter({ hasText: words }).waitFor({ timeout });
  });
  return hover;
}

/** Chooses an entry of a row's context menu. */
export function chooseInMenu(workbench, text, entry, view) {
  return chooseInOpened(workbench, entry, (timeout) =>
    row(workbench, text, view).click({ button: 'right', timeout }),
  );
}

/** Chooses an entry of the menu "…" in the view's title. */
export function chooseInTitleMenu(workbench, entry, view) {
  return chooseInOpened(workbench, entry, async (timeout) => {
    const title = pane(workbench, view).locator('.pane-header');
    await title.hover({ timeout });
    await title.locator('.action-label[aria-label*="More Actions"]').click({ timeout });
  });
}

async function chooseInOpened(workbench, entry, open) {
  const item = workbench.page
    .locator('.monaco-menu .action-item')
    .filter({ hasText: new RegExp(`^\\s*${entry}\\s*$`) });
  await retry(`"${entry}" is chosen`, async (timeout) => {
    await workbench.calm();
    await open(timeout);
    await item.waitFor({ timeout });
    // A menu takes no click that might still be the one that opened it.
    await workbench.page.waitForTimeout(300);
    await item.click({ timeout });
    await item.waitFor({ state: 'hidden', timeout });
  });
}

/** Clicks an action in the view's title. */
export async function clickAction(workbench, name, { timeout, view } = {}) {
  const title = pane(workbench, view).locator('.pane-header');
  await title.hover({ timeout });
  await title
    .locator('.actions-container a.action-label')
    .and(workbench.page.locator(`[aria-label^="${name}"]`))
    .first()
    .click({ timeout });
}

/** Chooses an entry of the quick pick that is open. */
export async function pick(workbench, text, { timeout } = {}) {
  const entry = workbench.page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: text })
    .first();
  await entry.click({ timeout });
}

/** Chooses an entry of what an action in the view's title asks, such as "Group Sessions By". */
export async function chooseInAction(workbench, action, entry) {
  const list = workbench.page.locator('.quick-input-widget');
  await retry(`"${entry}" is chosen`, async (timeout) => {
    await workbench.calm();
    await clickAction(workbench, action, { timeout });
    await pick(workbench, entry, { timeout });
    await list.waitFor({ state: 'hidden', timeout });
  });
}

/**
 * Filters by words, as "Outlay: Filter Sessions…" asks for them, and by a condition when one is
 * named.
 */
export async function filterBy(workbench, words, condition) {
  const widget = workbench.page.locator('.quick-input-widget');
  await retry(`"${words}" is filtered by`, async (timeout) => {
    // One that is open already would take the words, and be replaced by the one that is asked for.
    if (await widget.isVisible()) await workbench.page.keyboard.press('Escape');
    await widget.waitFor({ state: 'hidden', timeout });
    void workbench.executeCommand('outlay.filterSessions').catch(() => {});
    await widget.locator('.quick-input-title', { hasText: 'Filter sessions' }).waitFor({ timeout });
    const input = widget.locator('input[type="text"]');
    if (words !== '') await input.fill(words, { timeout });
    if (condition) await pick(workbench, condition, { timeout });
    await input.press('Enter', { timeout });
    await widget.waitFor({ state: 'hidden', timeout });
  });
}

/** Waits until the view says this instead of rows; answers with all it says. */
export async function waitForWelcome(workbench, wanted, view) {
  const content = pane(workbench, view).locator('.welcome-view-content');
  let text = '';
  const said = async () => (text = (await content.allInnerTexts()).join('\n').trim());
  await expect.poll(said).toMatch(wanted);
  return text;
}

/** Waits until the message above the rows is as wished. */
export async function waitForMessage(workbench, wanted, view) {
  const message = pane(workbench, view).locator('.message');
  await expect.poll(async () => (await message.allInnerTexts()).join('\n').trim()).toMatch(wanted);
}
