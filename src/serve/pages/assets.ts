import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '../http/pageSource.ts';

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** The files browsers may get, by name: the panels' bundles and the icon, and nothing that is asked for by path. */
export function readAssets(distFolder: string): ReadonlyMap<string, Asset> {
  const found = new Map<string, Asset>();
  const add = (folder: string, name: string): void => {
    const type = types[name.split('.').at(-1) ?? ''];
    if (type === undefined) return;
    found.set(name, { type, content: new Uint8Array(readFileSync(join(folder, name))) });
  };
  const pages = join(distFolder, 'webview');
  for (const name of readdirSync(pages)) if (/\.(js|css)$/.test(name)) add(pages, name);
  const media = join(distFolder, '..', 'media');
  for (const name of ['icon.svg', 'icon.png']) {
    try {
      add(media, name);
    } catch {
      // A page without its icon is a page all the same.
    }
  }
  return found;
}
