/** The sessions view as a person sees it. */
import assert from 'node:assert/strict';

/** Opens the view in the side bar. */
export async function openSessions(workbench) {
  await workbench.executeCommand('outlay.sessions.focus');
  await workbench.page.locator('.sidebar .pane-body').first().waitFor();
}

/** The rows on the screen, from the top. */
export async function rows(workbench) {
  return workbench.page.locator('.sidebar .monaco-list-row').evaluateAll((elements) =>
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
export async function waitForRows(workbench, wanted, timeoutMs = 20_000) {
  const end = Date.now() + timeoutMs;
  let seen = [];
  while (Date.now() < end) {
    seen = await rows(workbench);
    if (wanted(seen)) return seen;
    await workbench.page.waitForTimeout(50);
  }
  const shown = seen.map(({ level, label, description }) => `${level} ${label} | ${description}`);
  return assert.fail(`The rows never were as wished:\n${shown.join('\n')}\n${wanted}`);
}

/** The row with this text in its label. */
export function row(workbench, text) {
  return workbench.page.locator('.sidebar .monaco-list-row').filter({ hasText: text }).first();
}

/** Unfolds a row with the mouse. */
export async function unfold(workbench, text) {
  await row(workbench, text).locator('.monaco-tl-twistie').click();
}

/** Chooses an entry of a row's context menu. */
export async function chooseInMenu(workbench, text, entry) {
  await row(workbench, text).click({ button: 'right' });
  const item = workbench.page
    .locator('.monaco-menu .action-item')
    .filter({ hasText: new RegExp(`^\\s*${entry}\\s*$`) });
  await item.waitFor();
  // A menu takes no click that might still be the one that opened it.
  await workbench.page.waitForTimeout(300);
  await item.click();
  await item.waitFor({ state: 'hidden' });
}

/** Clicks an action in the view's title. */
export async function clickAction(workbench, name) {
  await workbench.page.locator('.sidebar .pane-header, .sidebar .title').first().hover();
  await workbench.page
    .locator('.sidebar .actions-container a.action-label')
    .and(workbench.page.locator(`[aria-label^="${name}"]`))
    .first()
    .click();
}

/** Chooses an entry of the quick pick that is open. */
export async function pick(workbench, text) {
  const entry = workbench.page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: text })
    .first();
  await entry.waitFor();
  await entry.click();
}

/** What the view says instead of rows. */
export async function welcome(workbench) {
  const content = workbench.page.locator('.sidebar .welcome-view-content');
  await content.first().waitFor();
  return (await content.allInnerTexts()).join('\n').trim();
}

/** Waits until the message above the rows is as wished. */
export async function waitForMessage(workbench, wanted) {
  const message = workbench.page.locator('.sidebar .message');
  const end = Date.now() + 10_000;
  let text = '';
  while (Date.now() < end) {
    text = (await message.allInnerTexts()).join('\n').trim();
    if (wanted.test(text)) return;
    await workbench.page.waitForTimeout(50);
  }
  assert.match(text, wanted);
}
