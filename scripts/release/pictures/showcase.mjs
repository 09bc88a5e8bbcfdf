/** The window that pictures are taken of: Outlay as it is installed, on made-up sessions. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeDemo } from '../../../src/demo/writeDemo.ts';
import { inRoot } from '../../shared/paths.mjs';
import { openWorkbench } from '../../vscode/page.mjs';
import { packForThisMachine } from '../pack.mjs';

/** A Tuesday afternoon: it is this moment all the time, so that pictures differ only where the product does. */
const now = Date.parse('2026-11-24T15:12:00Z');

/** Where the pictures of the README are. */
export const pictures = inRoot('docs/images');

/** The themes a new user has, by what a page asks a reader's system for. */
export const grounds = { dark: 'dark-2026', light: 'light-2026' };

const code = `import { retry } from './retry';

/** Sends a file in parts; a part that fails is sent again. */
export async function upload(file: File, url: string): Promise<void> {
  for (const part of partsOf(file)) {
    await retry(() => send(part, url), { attempts: 5 });
  }
}
`;

/** What a browser's VS Code has and a desktop's has not, and its own notices. */
const hidden = `
  .statusbar-item:not([id^="outlay"]) { display: none !important }
  .titlebar-right, .notifications-toasts { display: none !important }
`;

function useFonts() {
  if (!existsSync('/usr/share/fonts/truetype/liberation')) {
    throw new Error(
      'Pictures need the Liberation fonts (Debian: apt-get install fonts-liberation).',
    );
  }
  process.env.FONTCONFIG_FILE = inRoot('scripts/release/pictures/fonts.conf');
}

/**
 * Opens the window, with the side bar on the sessions.
 * @param {{ width: number, height: number }} viewport
 * @param {number} scale pixels of a picture for each of the window
 */
export async function openShowcase(viewport, scale) {
  useFonts();
  const vsix = await packForThisMachine();
  const home = await mkdtemp(path.join(tmpdir(), 'outlay-showcase-'));
  const { live, budgets } = writeDemo(path.join(home, 'claude'), { nowMs: now });
  const shop = path.join(home, 'shop');
  await mkdir(shop);
  await writeFile(path.join(shop, 'upload.ts'), code);
  const ofAll = budgets.find(({ project }) => project === undefined);
  const ofProjects = budgets.filter(({ project }) => project !== undefined);
  const workbench = await openWorkbench({
    vsix,
    home,
    workspace: shop,
    viewport,
    scale,
    standingAt: now,
    settings: {
      'breadcrumbs.enabled': false,
      'editor.minimap.enabled': false,
      'editor.overviewRulerBorder': false,
      'editor.scrollbar.horizontal': 'hidden',
      'editor.scrollbar.vertical': 'hidden',
      'outlay.budget.monthlyUsd': ofAll.monthlyUsd,
      'outlay.budget.projects': Object.fromEntries(
        ofProjects.map(({ project, monthlyUsd }) => [project, { monthlyUsd }]),
      ),
      'outlay.timeZone': 'UTC',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code fills it in
      'window.title': '${rootName}',
      'workbench.layoutControl.enabled': false,
    },
  });
  await workbench.page.addStyleTag({ content: hidden });
  await workbench.waitForStatus(/\$\d/);
  await workbench.executeCommand('outlay.sessions.focus');
  return {
    workbench,
    live,
    /** Appends what the running session answers next. */
    grow: () => live.grow(now),
    /** Opens the one file of the project that is there. */
    openFile: async () => {
      const { page } = workbench;
      await workbench.executeCommand('workbench.action.quickOpen', 'upload.ts');
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.tab.active').filter({ hasText: 'upload.ts' }).waitFor();
    },
    close: async () => {
      await workbench.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
