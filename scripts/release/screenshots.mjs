/**
 * Takes the pictures of the README in a real VS Code, on made-up sessions.
 *
 *     npm run screenshots -- [folder]     default: artifacts/screenshots; the README shows the dark ones
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeDemo } from '../../src/demo/writeDemo.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { openWorkbench, themes } from '../vscode/page.mjs';

requireNode24();

const folder = path.resolve(process.argv[2] ?? inRoot('artifacts/screenshots'));
await mkdir(folder, { recursive: true });

/** The session that has most to show: subagents, background, a figure worth looking at. */
function richestSession(storeFile) {
  const reader = new StoreReader(openForReading(storeFile));
  try {
    const agents = ({ id }) => new Set(reader.agents(id).map(({ agentId }) => agentId)).size;
    const whole = reader.sessions().filter(({ background, nano }) => background > nano / 200);
    return whole.sort((a, b) => agents(b) - agents(a) || b.nano - a.nano)[0].sid;
  } finally {
    reader.close();
  }
}

async function takeStatusBar(workbench, theme) {
  const { text } = await workbench.statusTooltip();
  console.log(`${theme}: ${await workbench.statusText()}\n${text}\n`);
  const { page } = workbench;
  await page.waitForTimeout(300);
  const { width, height } = page.viewportSize();
  // The lower right quarter holds all there is to see.
  const clip = { x: width - 660, y: height - 420, width: 660, height: 420 };
  await page.screenshot({ path: path.join(folder, `status-bar-${theme}.png`), clip });
  await page.mouse.move(60, 60);
  await page.locator('.workbench-hover').last().waitFor({ state: 'hidden' });
}

const workbench = await openWorkbench({
  steadyFonts: true,
  viewport: { width: 1400, height: 900 },
  scale: 1.5,
  settings: { 'outlay.budget.dailyUsd': 40 },
});
try {
  const { live } = writeDemo(workbench.paths.claude);
  await workbench.waitForStatus(/\$\d/);
  for (let i = 0; i < 4; i++) live.grow();
  await workbench.page.waitForTimeout(2_000);
  await workbench.executeCommand('outlay.sessions.focus');
  await workbench.executeCommand('outlay.openSession', richestSession(workbench.paths.store));
  await workbench.page.waitForTimeout(3_000);
  for (const theme of Object.keys(themes)) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot(path.join(folder, `session-${theme}.png`));
    await takeStatusBar(workbench, theme);
  }
  await workbench.executeCommand('workbench.action.closeSidebar');
  for (const [name, command] of [
    ['dashboard', 'outlay.openDashboard'],
    ['burn', 'outlay.openBurn'],
    ['anomalies', 'outlay.openAnomalies'],
  ]) {
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.executeCommand(command);
    await workbench.page.waitForTimeout(4_000);
    for (const theme of Object.keys(themes)) {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(700);
      await workbench.screenshot(path.join(folder, `${name}-${theme}.png`));
    }
  }
} finally {
  await workbench.close();
}
