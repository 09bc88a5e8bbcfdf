/** Before page tests: two workers at once would both install what their windows need. */
import { findChromium } from '../vscode/chromium.mjs';
import { installedServer } from '../vscode/serverInstall.mjs';

/** Playwright's global set-up. */
export default async function installWindows() {
  await installedServer();
  await findChromium();
}
