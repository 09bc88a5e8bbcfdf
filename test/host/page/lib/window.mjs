/** Windows for page tests: they follow each other on one server and one browser. */
import { after } from 'node:test';
import { Machines } from '../../../../scripts/vscode/machine.mjs';
import { openWorkbench } from '../../../../scripts/vscode/page.mjs';

const machines = new Machines();
after(() => machines.close());

/** As `openWorkbench`; fonts are the same for all, so that all agree in the kind of machine. */
export const openWindow = (options) => openWorkbench({ ...options, steadyFonts: true }, machines);
