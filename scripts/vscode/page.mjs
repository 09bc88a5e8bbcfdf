/**
 * A running VS Code, seen as a person sees it: the page of the VS Code server in a headless browser.
 * For tests and pictures that need the text on the screen rather than the extension's API.
 */
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../shared/paths.mjs';
import { longestWaitMs, retry, until } from '../shared/retry.ts';
import { Machine } from './machine.mjs';
import { windowAddress } from './vscodeServer.mjs';

/** The status bar item every helper means unless told otherwise. */
export const spendItem = 'outlay.outlay.spend';

/** The looks of VS Code, by the names `setTheme` takes; those of 2026 are what a new user has. */
export const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'dark-2026': 'Dark 2026',
  'light-2026': 'Light 2026',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
};

/** The file each theme is from, as the workbench names it in its classes. */
const themeFiles = {
  dark: 'dark_modern',
  light: 'light_modern',
  'dark-2026': '2026-dark',
  'light-2026': '2026-light',
  'hc-dark': 'hc_black',
  'hc-light': 'hc_light',
};

/** What went wrong in the extension host, as opposed to on the way there. */
class HostError extends Error {}

/** One window of a VS Code server. Made by `openWorkbench`; `close` ends everything it started. */
class Workbench {
  #ownHome;
  #release;

  constructor({ machine, home, paths, ownHome, release }) {
    /** The Playwright page, for everything that has no helper. */
    this.page = machine.page;
    /** The running server: `port`, `url`, `dataDir`, `extensionsDir`. */
    this.server = machine.server;
    /** The run's throw-away folder. */
    this.home = home;
    /** Folders and files of the run: `workspace`, `claude`, `store`, `data`. */
    this.paths = paths;
    this.#ownHome = ownHome;
    this.#release = release;
  }

  /** Locates a status bar item by the id the extension gave it: `<publisher>.<name>.<item>`. */
  statusItem(id = spendItem) {
    return this.page.locator(`.statusbar-item[id="${id}"]`);
  }

  /** The text of a status bar item, icons left out, as soon as the item is there. */
  async statusText(id = spendItem) {
    const label = this.statusItem(id).locator('.statusbar-item-label');
    return ((await label.textContent()) ?? '').trim();
  }

  /** What a screen reader says of a status bar item. */
  async statusAriaLabel(id = spendItem) {
    return this.statusItem(id).locator('.statusbar-item-label').getAttribute('aria-label');
  }

  /**
   * Waits until an item's text is as wished; fails with the text that was there instead.
   * @param {string | RegExp | ((text: string) => boolean)} wanted a part, a pattern or a test
   */
  async waitForStatus(wanted, { id = spendItem, timeoutMs = longestWaitMs } = {}) {
    const matches =
      typeof wanted === 'function'
        ? wanted
        : (text) => (wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted));
    const end = Date.now() + timeoutMs;
    let text;
    while (Date.now() < end) {
      // One question each time: two would cost a busy machine twice the work.
      text = await this.page.evaluate((itemId) => {
        const label = document.getElementById(itemId)?.querySelector('.statusbar-item-label');
        return label ? (label.textContent ?? '').trim() : undefined;
      }, id);
      if (text !== undefined && matches(text)) return text;
      await this.page.waitForTimeout(40);
    }
    const shown = text === undefined ? 'no such item' : `"${text}"`;
    throw new Error(`Status bar: waited for ${wanted}, there was ${shown} after ${timeoutMs} ms.`);
  }

  /**
   * Records every text an item takes from now on, with the time it stood in the DOM
   * (`Date.now()` of the same machine). Returns a function that answers with the list so far.
   * @returns {Promise<() => Promise<{ text: string, at: number }[]>>}
   */
  async recordStatus(id = spendItem) {
    await this.statusItem(id).waitFor();
    await this.page.evaluate((itemId) => {
      const seen = [];
      const read = () => {
        const label = document.getElementById(itemId)?.querySelector('.statusbar-item-label');
        const text = label?.textContent?.trim() ?? '';
        if (seen.at(-1)?.text !== text) seen.push({ text, at: Date.now() });
      };
      read();
      const options = { childList: true, subtree: true, characterData: true };
      // The item itself may be replaced, so the whole bar is observed.
      new MutationObserver(read).observe(
        document.getElementById(itemId).closest('.statusbar'),
        options,
      );
      window.outlayStatus ??= {};
      window.outlayStatus[itemId] = seen;
    }, id);
    return () => this.page.evaluate((itemId) => window.outlayStatus[itemId], id);
  }

  /** Hovers over an item and answers with its tooltip: the words, and the HTML they stand in. */
  async statusTooltip(id = spendItem) {
    const hover = this.page
      .locator('.workbench-hover .hover-contents, .monaco-hover-content')
      .last();
    return retry('the tooltip is there', async (timeout) => {
      // Away from the bar and from where a tall tooltip may stand.
      await this.page.mouse.move(60, 60);
      await hover.waitFor({ state: 'hidden', timeout });
      await this.statusItem(id).hover({ timeout });
      await hover.waitFor({ timeout });
      // Names and figures of its table do not break.
      const text = (await hover.innerText({ timeout })).trim().replaceAll('\u00a0', ' ');
      return { text, html: await hover.innerHTML({ timeout }) };
    });
  }

  /** Runs a command as a person does: F1, its full name ("Outlay: Rescan"), and the entry found. */
  async runCommand(name) {
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: name })
      .first();
    // The list knows the extensions that were there when it was opened, so it is opened again.
    await retry(`"${name}" is run`, async (timeout) => {
      await this.page.keyboard.press('F1');
      await input.fill(`>${name}`, { timeout });
      await row.click({ timeout });
      await row.waitFor({ state: 'hidden', timeout });
    });
  }

  /** Closes what a test that failed may have left open in front of everything: lists, menus, dialogs. */
  async calm() {
    const open = this.page.locator('.quick-input-widget, .monaco-menu, .monaco-dialog-box');
    await retry('nothing is in the way', async (timeout) => {
      const front = open.filter({ visible: true }).first();
      if ((await front.count()) === 0) return;
      await this.page.keyboard.press('Escape');
      await front.waitFor({ state: 'hidden', timeout });
    });
  }

  /**
   * The texts of the notifications, and the list of them opened: a VS Code that is driven keeps
   * its pop-ups back.
   */
  async notifications() {
    await this.executeCommand('notifications.showList');
    const items = this.page.locator('.notifications-center .notification-list-item-message');
    const texts = await items.allInnerTexts();
    const list = this.page.locator('.notifications-center .monaco-list').first();
    // Only what is in sight is drawn: the end of a long list is looked at too, and the start again.
    for (const down of [5000, -5000]) {
      if (!(await list.isVisible())) break;
      await list.hover({ timeout: 1000 }).catch(() => {});
      await this.page.mouse.wheel(0, down);
      texts.push(...(await items.allInnerTexts()));
    }
    return [...new Set(texts)];
  }

  /**
   * Asks the driver extension, whose port changes with each reload of the window.
   * @param {{ command: string, args: unknown[] } | { settings: Record<string, unknown> }} request
   */
  async #drive(request) {
    const end = Date.now() + longestWaitMs;
    for (;;) {
      try {
        const port = await readFile(this.paths.driver, 'utf8');
        const url = `http://127.0.0.1:${port}/`;
        const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
        const { result, startedAt, error } = await response.json();
        if (error) throw new HostError(error);
        return { result, startedAt };
      } catch (error) {
        if (error instanceof HostError || Date.now() > end) throw error;
        await this.page.waitForTimeout(50);
      }
    }
  }

  /** Runs a command by its id in the extension host and answers with its (JSON) result. */
  async executeCommand(command, ...args) {
    return (await this.#drive({ command, args })).result;
  }

  /** The same; answers with the moment the extension host began with it (`Date.now()`). */
  async startCommand(command, ...args) {
    return (await this.#drive({ command, args })).startedAt;
  }

  /** Changes user settings of the running window; `null` takes one back. */
  async setSettings(settings) {
    await this.#drive({ settings });
  }

  /**
   * The frames of webviews follow a moment later.
   * @param {keyof typeof themes} theme
   */
  async setTheme(theme) {
    await this.setSettings({
      'workbench.colorTheme': themes[theme],
      'window.autoDetectColorScheme': false,
      'window.autoDetectHighContrast': false,
    });
    const shown = `vscode-theme-defaults-themes-${themeFiles[theme]}-json`;
    await this.page.locator(`.monaco-workbench.${shown}`).waitFor();
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reload() {
    await rm(this.paths.driver, { force: true });
    await this.page.reload();
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
    await this.activated();
  }

  /** Waits until the extension is there. */
  async activated() {
    await this.statusItem().waitFor();
  }

  /** Saves a picture of the window, or of one element of it. */
  async screenshot(file, { element } = {}) {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    return (element ?? this.page).screenshot({ path: file, animations: 'disabled' });
  }

  /** Whether the extensions of the window run: the driver listens as long as they do. */
  async #isRunning() {
    const port = await readFile(this.paths.driver, 'utf8').catch(() => undefined);
    if (port === undefined) return false;
    return fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  }

  /** Ends the window, and removes the throw-away folder. */
  async close() {
    await this.#release(async () => !(await this.#isRunning()));
    if (this.#ownHome) await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** So that a test can say `await using workbench = await openWorkbench(…)`. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

async function prepareHome(given) {
  const home = await realpath(given ?? (await mkdtemp(path.join(tmpdir(), 'outlay-page-'))));
  const paths = {
    workspace: path.join(home, 'workspace'),
    claude: path.join(home, 'claude'),
    data: path.join(home, 'data'),
    driver: path.join(home, 'driver-port'),
    store: path.join(home, 'data/outlay.db'),
  };
  for (const folder of [paths.workspace, path.join(paths.claude, 'projects'), paths.data]) {
    await mkdir(folder, { recursive: true });
  }
  return { home, paths };
}

/**
 * How long a window may take to end its extensions. Now and then the server does not hear that the window
 * has gone, and keeps them for one that comes back: a new machine is there sooner.
 */
const leavingMs = 15_000;

/**
 * Leaves a window and gives its machine back; one that cannot be left is ended.
 * @param {() => Promise<boolean>} isGone whether the window's extensions have ended
 */
async function leave(machines, kind, machine, isGone) {
  try {
    await machine.leave();
    await until('the extensions of a window that was left have ended', isGone, 50, leavingMs);
  } catch (error) {
    console.error(`Not used again: ${error.message}`);
    return machine.stop();
  }
  return machines.giveBack(kind, machine);
}

/**
 * Opens a window with Outlay in it, on a store and transcripts of its own.
 * @param {object} [options] those of `Kind`, and
 * @param {boolean} [options.withoutOutlay] neither the sources nor a package (for comparisons)
 * @param {string} [options.home] keep transcripts and store below this folder, and leave it at the end
 * @param {string} [options.workspace] the folder or `.code-workspace` file to open; default: an empty folder
 * @param {Record<string, string>} [options.env] added to the extension's environment
 * @param {number} [options.standingAt] a moment (ms) that it is all the time for the extension
 * @param {Record<string, unknown>} [options.settings] user settings from the start
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {import('./machine.mjs').Machines} [machines] to take turns on; default: one of its own
 * @returns {Promise<Workbench>}
 */
export async function openWorkbench(options = {}, machines = undefined) {
  const { vsix, restricted, steadyFonts, scale, language, forwardsTo } = options;
  const kind = { vsix, restricted, steadyFonts, scale, language, forwardsTo };
  const { home, paths } = await prepareHome(options.home);
  if (options.workspace) paths.workspace = path.resolve(options.workspace);
  const machine = await (machines ? machines.take(kind) : Machine.start(kind));
  try {
    await machine.prepare(options.settings);
    const { page, server } = machine;
    await page.setViewportSize(options.viewport ?? { width: 1280, height: 800 });
    const extensionPaths = vsix || options.withoutOutlay ? [] : [root];
    const env = {
      OUTLAY_STORE: paths.store,
      OUTLAY_DATA_DIR: paths.data,
      OUTLAY_DRIVER_FILE: paths.driver,
      CLAUDE_CONFIG_DIR: paths.claude,
      ...(options.standingAt && { OUTLAY_STANDING_CLOCK: String(options.standingAt) }),
      ...options.env,
    };
    await page.goto(windowAddress(server, { folder: paths.workspace, extensionPaths, env }));
    await page.locator('.monaco-workbench .statusbar').waitFor();
    const release = (isGone) =>
      machines ? leave(machines, kind, machine, isGone) : machine.stop();
    const workbench = new Workbench({ machine, home, paths, ownHome: !options.home, release });
    if (!options.withoutOutlay) await workbench.activated();
    return workbench;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}
