/** Compares a picture of what is on the screen with the one that was looked at by eye. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { inRoot } from '../shared/paths.mjs';
import { until } from '../shared/patience.mjs';

/** Side of a tile. Whatever a person could miss at a glance is smaller than a few of them. */
const tile = 16;
/**
 * Differing pixels a tile may have: smoothing of edges differs a little between browsers, while a
 * digit, a label or a bar that is another changes many more in one place.
 */
const tolerated = 4;

/**
 * The most pixels that differ in any one tile, and where that is; edges that are only smoothed
 * otherwise do not count. Pictures of different size differ everywhere.
 * @param {Buffer} one PNG
 * @param {Buffer} other PNG
 */
export function worstTile(one, other) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width || a.height !== b.height) {
    return { pixels: tile * tile, x: 0, y: 0, diff: one };
  }
  const { width, height } = a;
  const diff = new PNG({ width, height });
  pixelmatch(a.data, b.data, diff.data, width, height, { threshold: 0.08, diffMask: true });
  const counts = new Map();
  let worst = { pixels: 0, x: 0, y: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // The mask is transparent where nothing differs.
      if (diff.data[(y * width + x) * 4 + 3] === 0) continue;
      const key = Math.floor(y / tile) * 100_000 + Math.floor(x / tile);
      const pixels = (counts.get(key) ?? 0) + 1;
      counts.set(key, pixels);
      if (pixels > worst.pixels) worst = { pixels, x, y };
    }
  }
  return { ...worst, diff: PNG.sync.write(diff) };
}

/** Whether a person could see a difference between two pictures. */
export const differs = (one, other) => worstTile(one, other).pixels > tolerated;

/**
 * Takes pictures until one is the reference: a window may still be drawing. With
 * OUTLAY_UPDATE_PICTURES=1 what it looks like when it has come to rest becomes the reference, to be
 * looked at by eye before it is committed. The last picture of a wait in vain is left in `artifacts`.
 * @param {() => Promise<Buffer>} take
 * @param {string} reference its file
 */
export async function expectPicture(take, reference) {
  if (process.env.OUTLAY_UPDATE_PICTURES === '1') {
    await sleep(2_000);
    mkdirSync(path.dirname(reference), { recursive: true });
    writeFileSync(reference, await take());
    return;
  }
  const name = path.basename(reference);
  const wanted = readFileSync(reference);
  let picture;
  let worst;
  const differ = () =>
    `${name} is its reference, not another one at ${worst?.x},${worst?.y} (${worst?.pixels} pixels of a tile). See artifacts/pictures; if it is meant to be another, look at it and run the test with OUTLAY_UPDATE_PICTURES=1`;
  try {
    await until(differ, async () => {
      picture = await take();
      worst = worstTile(picture, wanted);
      return worst.pixels <= tolerated;
    });
  } catch (error) {
    const folder = inRoot('artifacts/pictures');
    mkdirSync(folder, { recursive: true });
    if (picture) writeFileSync(path.join(folder, name), picture);
    if (worst) writeFileSync(path.join(folder, `diff-${name}`), worst.diff);
    throw error;
  }
}
