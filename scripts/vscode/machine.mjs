/**
 * What a window of the editor stands on: a VS Code server and a browser with one page. Both take
 * longer to start than most tests last, so windows of the same kind may follow each other on one.
 */
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from '../shared/paths.mjs';
import { longestWaitMs } from '../shared/retry.ts';
import { launchChromium } from './chromium.mjs';
import { addLanguage } from './language.mjs';
import { clockOffset, moveDate } from './movedClock.cjs';
import {
  installVsix,
  startServer,
  userFolder,
  withoutMarketplace,
  writeUserSettings,
} from './vscodeServer.mjs';

/**
 * What two windows must agree in to follow each other on one machine.
 * @typedef {object} Kind
 * @property {string} [vsix] a packed extension to install
 * @property {boolean} [restricted] folders are not trusted until somebody says so
 * @property {boolean} [steadyFonts] text looks the same on every machine
 * @property {number} [scale] pixels of the picture for each pixel of the window
 * @property {'de'} [language] of the windows; VS Code's own words stay English
 * @property {string} [forwardsTo] address of a forwarded port, `{{port}}` standing for it
 */

const trust = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};
// What a window does on its own may take the focus, and would close a list that is open.
const steady = { 'workbench.quickOpen.closeOnFocusLost': false };

async function startTheServer({ vsix, restricted, language, forwardsTo }, folder) {
  const dataDir = path.join(folder, 'server');
  const extensionsDir = path.join(folder, 'extensions');
  // A window takes one extension from source, so the driver is an installed one: the first start of
  // anything on an empty extensions folder takes in what lies there.
  const driver = path.join(extensionsDir, 'outlay.outlay-test-driver-0.0.0');
  await cp(inRoot('scripts/vscode/driver'), driver, { recursive: true });
  if (vsix) await installVsix({ vsix, dataDir, extensionsDir });
  if (language) await addLanguage(dataDir, language);
  return startServer({
    dataDir,
    extensionsDir,
    env: { ...withoutMarketplace, ...(forwardsTo && { VSCODE_PROXY_URI: forwardsTo }) },
    language,
    bare: true,
    askTrust: restricted,
    preload: inRoot('scripts/vscode/standingClock.cjs'),
  });
}

export class Machine {
  #browser;
  #folder;
  #restricted;

  constructor({ page, browser, server, folder, restricted }) {
    /** The Playwright page all its windows are shown in. */
    this.page = page;
    /** The running server: `port`, `url`, `dataDir`, `extensionsDir`. */
    this.server = server;
    this.#browser = browser;
    this.#folder = folder;
    this.#restricted = restricted;
  }

  /** @param {Kind} kind */
  static async start(kind) {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'outlay-machine-')));
    const server = await startTheServer(kind, folder);
    let browser;
    try {
      browser = await launchChromium({ steadyFonts: kind.steadyFonts });
      const page = await browser.newPage({
        deviceScaleFactor: kind.scale ?? 1,
        // What moves on the screen takes time from what is tested.
        reducedMotion: 'reduce',
        ...(kind.language && { locale: kind.language }),
      });
      if (clockOffset !== 0) await page.addInitScript(moveDate, clockOffset);
      page.setDefaultTimeout(longestWaitMs);
      return new Machine({ page, browser, server, folder, restricted: kind.restricted });
    } catch (error) {
      await browser?.close();
      await server.stop();
      throw error;
    }
  }

  /** Makes it as if no window had been on it, but for these settings of the user. */
  async prepare(settings) {
    await rm(userFolder(this.server.dataDir), { recursive: true, force: true, maxRetries: 5 });
    await writeUserSettings(this.server.dataDir, {
      ...steady,
      ...(this.#restricted && trust),
      ...settings,
    });
  }

  /** Leaves the window and forgets what the browser keeps of it. */
  async leave() {
    const { page, server } = this;
    page.removeAllListeners();
    const context = page.context();
    await context.clearPermissions();
    // A page of the same address keeps the process, which has the editor's code compiled.
    await page.goto(`${server.url}version`);
    const session = await context.newCDPSession(page);
    const origin = new URL(server.url).origin;
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await session.detach();
  }

  /** Ends browser and server, and removes their folder. */
  async stop() {
    await this.#browser.close();
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Machines that windows take turns on. Whoever makes it closes it. */
export class Machines {
  /** Those nobody uses, by their kind. */
  #idle = new Map();

  /** @param {Kind} kind */
  async take(kind) {
    const key = JSON.stringify(kind);
    const machine = this.#idle.get(key) ?? (await Machine.start(kind));
    this.#idle.delete(key);
    return machine;
  }

  /** Takes one back whose window has been left. */
  async giveBack(kind, machine) {
    const key = JSON.stringify(kind);
    if (this.#idle.has(key)) await machine.stop();
    else this.#idle.set(key, machine);
  }

  async close() {
    for (const machine of this.#idle.values()) await machine.stop();
    this.#idle.clear();
  }
}
