/**
 * What follows from the drawings in `media`: the font the status bar takes its icon from, the icon of
 * the panels' tabs on light and on dark ground, and the marketplace's picture.
 */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import svg2ttf from 'svg2ttf';
import { SVGIcons2SVGFontStream } from 'svgicons2svgfont';
import ttf2woff from 'ttf2woff';
import { inRoot } from '../shared/paths.mjs';

/** Where the glyph stands in the font: the first place for private use. */
export const glyphCharacter = '\uE001';

/** Units of the font: 64 for each pixel of the drawing, so that its edges stay on whole pixels. */
const unitsPerEm = 1024;

/** An SVG font of one glyph. It has no room below the line, as VS Code's own icons have none. */
async function svgFont(drawing) {
  const stream = new SVGIcons2SVGFontStream({
    fontName: 'outlay',
    fontHeight: unitsPerEm,
    ascent: unitsPerEm,
    descent: 0,
    log: () => {},
  });
  const icon = Object.assign(Readable.from([drawing]), {
    metadata: { name: 'outlay', unicode: [glyphCharacter] },
  });
  stream.write(icon);
  stream.end();
  return Readable.from(stream)
    .map(String)
    .reduce((all, part) => all + part, '');
}

/** The same bytes for the same drawing: the font says no date but 1970. */
async function woff(drawing) {
  const { buffer } = svg2ttf(await svgFont(drawing), { ts: 0, version: 'Version 1.0' });
  return Buffer.from(ttf2woff(buffer));
}

/** Colours of icons in VS Code's light and dark themes. */
const tabColours = { light: '#424242', dark: '#c5c5c5' };

/** Files of `media` by name, with their contents; `icon.png` is apart, as libraries draw it differently. */
export async function iconFiles() {
  const glyph = await readFile(inRoot('media/glyph.svg'), 'utf8');
  const tabs = Object.entries(tabColours).map(([ground, colour]) => [
    `glyph-${ground}.svg`,
    Buffer.from(glyph.replaceAll(tabColours.dark, colour)),
  ]);
  return new Map([['outlay.woff', await woff(glyph)], ...tabs]);
}

/** The picture of the marketplaces, which take no SVG. */
export async function marketplaceIcon() {
  return sharp(inRoot('media/icon.svg')).png({ compressionLevel: 9 }).toBuffer();
}
