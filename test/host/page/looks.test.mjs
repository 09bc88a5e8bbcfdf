/** Buttons, icons and colours are those of VS Code's newest themes, and levels those of the theme. */
import { expect } from '@playwright/test';
import { themes } from '../../../scripts/vscode/page.mjs';
import { writeWeeks } from './lib/history.mjs';
import { frameWith } from './lib/webview.mjs';
import { openWindow, test } from './lib/window.mjs';

test.describe('the looks', () => {
  let workbench;
  let frame;
  test.beforeAll(async () => {
    // So little that the budget is used up: levels have a colour.
    workbench = await openWindow({ settings: { 'outlay.budget.monthlyUsd': 1 } });
    writeWeeks(workbench.paths.claude, Date.now());
    await workbench.executeCommand('outlay.rescan');
    await workbench.waitForStatus(/\$/);
    await workbench.executeCommand('outlay.openBudgets');
    frame = await frameWith(workbench, '.budgets .budget');
  });
  test.afterAll(() => workbench?.close());

  /** Borders of the buttons of a look, and what the theme says of them, as the browser writes colours. */
  const borders = (appearance) =>
    frame.evaluate((look) => {
      const probe = document.body.appendChild(document.createElement('i'));
      const token = (name) => {
        const value = getComputedStyle(document.body).getPropertyValue(`--vscode-${name}`).trim();
        probe.style.color = value === '' ? 'transparent' : value;
        return getComputedStyle(probe).color;
      };
      const found = [...document.querySelectorAll(`vscode-button[appearance="${look}"]`)].map(
        (button) => {
          const style = getComputedStyle(button.shadowRoot.querySelector('.control'));
          return style.borderStyle === 'none' ? 'none' : style.borderColor;
        },
      );
      const said = { primary: token('button-border'), secondary: token('button-secondaryBorder') };
      probe.remove();
      return { found, said };
    }, appearance);

  for (const theme of Object.keys(themes)) {
    test(`of buttons are those of VS Code in ${theme}`, async () => {
      await workbench.setTheme(theme);
      await expect(async () => {
        const { found, said } = await borders('secondary');
        expect(found.length).toBeGreaterThan(0);
        expect(new Set(found)).toEqual(new Set([said.secondary]));
      }).toPass();
      const icons = await borders('icon');
      expect(icons.found.length).toBeGreaterThan(0);
      expect(new Set(icons.found)).toEqual(new Set(['none']));
    });
  }

  test('of secondary buttons differ from the accent’s where a theme has one', async () => {
    await workbench.setTheme('light-2026');
    await expect(async () => {
      const { said } = await borders('secondary');
      expect(said.secondary).not.toBe(said.primary);
    }).toPass();
  });

  test('of levels are the person’s own where there is one', async () => {
    const level = () =>
      frame.evaluate(() => {
        const style = getComputedStyle(document.body);
        return style.getPropertyValue('--vscode-outlay-levelError').trim();
      });
    const editor = await frame.evaluate(() =>
      getComputedStyle(document.body).getPropertyValue('--vscode-editorError-foreground').trim(),
    );
    await expect.poll(level).toBe(editor);
    await workbench.setSettings({
      'workbench.colorCustomizations': { 'outlay.levelError': '#123456' },
    });
    await expect.poll(level).toBe('#123456');
    await expect
      .poll(() =>
        frame.evaluate(() =>
          [...document.querySelectorAll('.budgets *')].some((node) => {
            const { color, backgroundColor } = getComputedStyle(node);
            return [color, backgroundColor].includes('rgb(18, 52, 86)');
          }),
        ),
      )
      .toBe(true);
    await workbench.setSettings({ 'workbench.colorCustomizations': null });
  });

  test('of the status bar and the tab are our own', async () => {
    const family = await workbench
      .statusItem()
      .locator('.codicon')
      .first()
      .evaluate((node) => [node.className, getComputedStyle(node, '::before').fontFamily]);
    // The budget is used up: its icon says so.
    expect(family[0]).toContain('codicon-circle-slash');
    await workbench.setSettings({ 'outlay.budget.monthlyUsd': null });
    const own = workbench.statusItem().locator('.codicon-outlay-spend');
    await own.waitFor();
    const font = await own.evaluate((node) => getComputedStyle(node, '::before').fontFamily);
    expect(font).toContain('media/outlay.woff');
    expect(
      await workbench.page.evaluate((name) => document.fonts.check(`16px ${name}`), font),
    ).toBe(true);
    const images = await workbench.page
      .locator('.tab.active')
      .evaluate((tab) =>
        [...tab.querySelectorAll('*')].flatMap((node) =>
          ['', '::before'].map((part) => getComputedStyle(node, part || null).backgroundImage),
        ),
      );
    expect(images.join(' ')).toMatch(/glyph-(light|dark)\.svg/);
  });
});
