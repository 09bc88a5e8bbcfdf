/** Windows for page tests: they follow each other on one server and one browser. */
import { test as base, expect } from '@playwright/test';
import { Machines } from '../../../../scripts/vscode/machine.mjs';
import { openWorkbench } from '../../../../scripts/vscode/page.mjs';
import { noonZone } from '../../../lib/noonZone.ts';

const machines = new Machines();

/** Playwright's `test`; the machines of its worker end with it. */
export const test = base.extend({
  machines: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures here
    async ({}, use) => {
      await use(machines);
      await machines.close();
    },
    { scope: 'worker', auto: true },
  ],
});

/**
 * As `openWorkbench`; fonts are the same for all, so that all agree in the kind of machine. It is
 * about noon in a window, whenever its tests run.
 */
export const openWindow = (options) => {
  const settings = { 'outlay.timeZone': noonZone(), ...options?.settings };
  return openWorkbench({ ...options, settings, steadyFonts: true }, machines);
};

/** Waits until a notification has these words; answers with its whole text. */
export async function expectNotification(workbench, words) {
  let texts = [];
  const said = async () => (texts = await workbench.notifications());
  await expect.poll(said).toContainEqual(expect.stringContaining(words));
  return texts.find((text) => text.includes(words));
}
