/**
 * Takes the pictures of the README in a real VS Code with Outlay installed in it, on made-up sessions:
 * `docs/images/NAME-dark.png` and `NAME-light.png`. Look at them before you commit them.
 *
 *     npm run screenshots [-- NAME…]
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { requireNode24 } from '../../shared/node24.mjs';
import { grounds, openShowcase, pictures } from './showcase.mjs';

requireNode24();

/** The session that has cost most: there is something to explain. */
function mostExpensive(storeFile) {
  const reader = new StoreReader(openForReading(storeFile));
  try {
    return reader.sessions().sort((a, b) => b.nano - a.nano)[0].sid;
  } finally {
    reader.close();
  }
}

/** What each picture shows, in their order: how the window comes to it, and whether only the hover of the status bar. */
const scenes = {
  dashboard: {
    prepare: ({ workbench }) => workbench.executeCommand('outlay.openDashboard'),
  },
  session: {
    prepare: ({ workbench }) =>
      workbench.executeCommand('outlay.openSession', mostExpensive(workbench.paths.store)),
  },
  'status-bar': {
    prepare: ({ workbench }) => workbench.executeCommand('outlay.openDashboard'),
    hover: true,
  },
};

/** Opens the hover of the status bar; answers with its place and what is right and below of it. */
async function hoverArea(workbench) {
  const { page } = workbench;
  await workbench.statusTooltip();
  await page.waitForTimeout(400);
  const { x, y } = await page.locator('.workbench-hover').last().boundingBox();
  const { width, height } = page.viewportSize();
  const [left, top] = [Math.floor(x) - 24, Math.floor(y) - 24];
  return { x: left, y: top, width: width - left, height: height - top };
}

/** Saves a picture with few colours: half the bytes, and no difference to the eye. */
async function save(name, shot) {
  const file = path.join(pictures, `${name}.png`);
  await writeFile(
    file,
    await sharp(shot).png({ palette: true, quality: 95, effort: 10 }).toBuffer(),
  );
  console.log(path.relative('.', file));
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(scenes);
const showcase = await openShowcase({ width: 1280, height: 800 }, 1.5);
try {
  const { workbench } = showcase;
  const { page } = workbench;
  for (const name of names) {
    const { prepare, hover = false } = scenes[name];
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await prepare(showcase);
    await page.waitForTimeout(4_000);
    for (const [ground, theme] of Object.entries(grounds)) {
      await workbench.setTheme(theme);
      await page.waitForTimeout(1_000);
      const clip = hover ? await hoverArea(workbench) : undefined;
      await save(`${name}-${ground}`, await page.screenshot(clip && { clip }));
      // Where nothing is pointed at.
      await page.mouse.move(640, 4);
    }
  }
} finally {
  await showcase.close();
}
