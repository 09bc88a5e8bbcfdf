/** Windows for page tests: they follow each other on one server and one browser. */
import { after } from 'node:test';
import { Machines } from '../../../../scripts/vscode/machine.mjs';
import { openWorkbench } from '../../../../scripts/vscode/page.mjs';
import { noonZone } from '../../../lib/noonZone.ts';

const machines = new Machines();
after(() => machines.close());

/**
 * As `openWorkbench`; fonts are the same for all, so that all agree in the kind of machine. It is
 * about noon in a window, whenever its tests run.
 */
export const openWindow = (options) => {
  const settings = { 'outlay.timeZone': noonZone(), ...options?.settings };
  return openWorkbench({ ...options, settings, steadyFonts: true }, machines);
};
