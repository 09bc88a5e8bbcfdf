/**
 * Takes the moving pictures of the README from the running product: a message lands, the figure moves, a
 * click shows where it went, another why. `docs/images/why-dark.gif` and `why-light.gif`.
 *
 *     npm run animation
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { requireNode24 } from '../../shared/node24.mjs';
import { until } from '../../shared/retry.ts';
import { spendItem } from '../../vscode/page.mjs';
import { Film } from './film.mjs';
import { grounds, openShowcase, pictures } from './showcase.mjs';

requireNode24();

/** What a page of the README can carry. */
const most = 2_000_000;

/** The frame of a panel that has this element, with the element's place in the window. */
async function inPanel({ page }, selector) {
  return until(`a panel has ${selector}`, async () => {
    for (const frame of page.frames()) {
      const found = frame.locator(selector).filter({ visible: true }).first();
      const box = await found.boundingBox({ timeout: 300 }).catch(() => null);
      if (box !== null) return { found, box };
    }
    return undefined;
  });
}

async function shoot({ workbench, grow, openFile }, liveId) {
  const { page } = workbench;
  const settle = () => page.waitForTimeout(1_500);
  await workbench.executeCommand('workbench.action.closeAllEditors');
  await openFile();
  await settle();
  const film = await Film.begin(page);
  const item = () => page.locator(`.statusbar-item[id="${spendItem}"]`).boundingBox();

  await film.say('Claude Code works. Today is at the bottom right.');
  await film.hold(1_600);
  await film.say('A message lands, and the figure moves.');
  for (let message = 0; message < 3; message++) {
    const before = await workbench.statusText();
    grow();
    await workbench.waitForStatus((text) => text !== before);
    await page.waitForTimeout(300);
    await film.ring(await item());
    await film.hold(900);
  }
  await film.ring(undefined);

  await film.say('Rest on it: is that normal?');
  await film.moveTo(await item());
  await page.locator('.workbench-hover').last().waitFor();
  await film.hold(2_200);

  await film.say('Click: where it went, where it leads, what to change.');
  await film.click();
  await inPanel(workbench, '.dashboard .card');
  await settle();
  await film.hold(3_000);

  await film.say('Open a session: why did it cost that?');
  const row = page.locator('.sidebar .monaco-list-row .codicon-pulse').first();
  await film.moveTo(await row.boundingBox(), [3, 0.5]);
  await film.click();
  await workbench.executeCommand('outlay.openSession', liveId);
  await inPanel(workbench, '.session .card');
  await settle();
  await film.hold(2_400);

  await film.say('Every message has its tokens, its price and the arithmetic.');
  const { found } = await inPanel(workbench, '.session .messages .opener');
  await found.scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
  await film.moveTo(await found.boundingBox());
  await film.click();
  const { found: sums } = await inPanel(workbench, '.session .arithmetic');
  await sums.scrollIntoViewIfNeeded();
  await settle();
  await film.hold(3_600);
  await page.evaluate(() => {
    for (const part of ['caption', 'ring', 'pointer'])
      document.getElementById(`film-${part}`).remove();
  });
  return film;
}

const showcase = await openShowcase({ width: 1000, height: 640 }, 1.5);
try {
  for (const [ground, theme] of Object.entries(grounds)) {
    await showcase.workbench.setTheme(theme);
    const film = await shoot(showcase, showcase.live.sessionId);
    const bytes = await film.gif(1500);
    if (bytes.length > most) throw new Error(`${bytes.length} bytes are too many for the README.`);
    const file = path.join(pictures, `why-${ground}.gif`);
    await writeFile(file, bytes);
    console.log(`${path.relative('.', file)}: ${Math.round(bytes.length / 1000)} kB`);
  }
} finally {
  await showcase.close();
}
