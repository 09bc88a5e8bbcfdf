import type { Theme } from '../theme.ts';
import type { SeriesStyle } from './palette.ts';
import { groundOf, tileOf } from './patterns.ts';

/** What an area is filled with on a canvas. */
export function fillOf({ colour, pattern }: SeriesStyle, theme: Theme): string | CanvasPattern {
  const tile = tileOf(pattern);
  if (tile === undefined) return pattern === 'solid' ? colour : theme.background;
  const { size, turn, rects } = tile;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  if (context === null) return colour;
  context.fillStyle = groundOf(colour, theme);
  context.fillRect(0, 0, size, size);
  context.fillStyle = colour;
  for (const [x, y, width, height] of rects) context.fillRect(x, y, width, height);
  const made = context.createPattern(canvas, 'repeat');
  if (made === null) return colour;
  if (turn !== 0) made.setTransform(new DOMMatrix().rotate(turn));
  return made;
}
