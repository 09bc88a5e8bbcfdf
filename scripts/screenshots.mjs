/**
 * Takes the pictures of the README in a real VS Code, on made-up sessions.
 *
 *     npm run screenshots -- [folder]     default: artifacts/screenshots; the README shows the dark one
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeDemo } from '../src/demo/writeDemo.ts';
import { requireNode24 } from './lib/node24.mjs';
import { openWorkbench, themes } from './lib/page.mjs';
import { inRoot } from './lib/paths.mjs';

requireNode24();

const folder = path.resolve(process.argv[2] ?? inRoot('artifacts/screenshots'));
await mkdir(folder, { recursive: true });

const workbench = await openWorkbench({
  viewport: { width: 900, height: 520 },
  scale: 2,
  settings: { 'outlay.budget.dailyUsd': 40, 'workbench.activityBar.location': 'hidden' },
});
try {
  const { live } = writeDemo(workbench.paths.claude);
  await workbench.waitForStatus(/\$\d/);
  for (let i = 0; i < 4; i++) live.grow();
  await workbench.executeCommand('workbench.action.closeSidebar');
  await workbench.page.waitForTimeout(1_000);
  for (const theme of Object.keys(themes)) {
    await workbench.setTheme(theme);
    const { text } = await workbench.statusTooltip();
    console.log(`${theme}: ${await workbench.statusText()}\n${text}\n`);
    const { page } = workbench;
    await page.waitForTimeout(300);
    const { width, height } = page.viewportSize();
    // The lower right quarter holds all there is to see.
    const clip = { x: width - 620, y: height - 400, width: 620, height: 400 };
    await page.screenshot({ path: path.join(folder, `status-bar-${theme}.png`), clip });
  }
} finally {
  await workbench.close();
}
