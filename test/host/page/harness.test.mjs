/** What a person sees: the status bar item in the page of a running VS Code. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorkbench, themes } from '../../../scripts/lib/page.mjs';

describe('a window with the extension from source', () => {
  let workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench?.close());

  it('shows the status bar item', async () => {
    const text = await workbench.waitForStatus(/\S/);
    assert.notEqual(text, '');
  });

  it('shows a tooltip on hover', async () => {
    const { text } = await workbench.statusTooltip();
    assert.notEqual(text, '');
  });

  it('keeps the item in every theme', async () => {
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      assert.equal(await workbench.statusItem().isVisible(), true, theme);
    }
  });

  it('shows it again after a reload', async () => {
    await workbench.reload();
    await workbench.waitForStatus(/\S/);
  });
});
