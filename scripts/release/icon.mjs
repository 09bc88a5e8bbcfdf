/** Draws media/icon.png from media/icon.svg: the marketplace does not take an SVG. */
import { readFile } from 'node:fs/promises';
import { inRoot } from '../shared/paths.mjs';
import { launchChromium } from '../vscode/chromium.mjs';

const svg = await readFile(inRoot('media/icon.svg'), 'utf8');
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: inRoot('media/icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
