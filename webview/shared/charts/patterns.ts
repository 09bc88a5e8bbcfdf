import { mix } from '../colours.ts';
import type { Theme } from '../themeTokens.ts';

/** A rectangle of a tile: x, y, width, height. */
type Rect = readonly [number, number, number, number];

/** What is repeated to fill an area, in pixels, turned by so many degrees. */
export interface Tile {
  readonly size: number;
  readonly turn: number;
  readonly rects: readonly Rect[];
}

const even = (size: number, ...rects: readonly Rect[]): Tile => ({ size, turn: 0, rects });

const tiles = {
  /** Diagonal: 3 px on, 3 px off. Older versions of a family; nothing else. */
  stripes: { size: 6, turn: -45, rects: [[0, 0, 6, 3]] },
  counter: { size: 6, turn: 45, rects: [[0, 0, 6, 2]] },
  lines: even(6, [0, 0, 6, 2]),
  bars: even(6, [0, 0, 2, 6]),
  dots: even(5, [1, 1, 2, 2]),
  checks: even(8, [0, 0, 4, 4], [4, 4, 4, 4]),
  dashes: even(8, [0, 1, 5, 2], [4, 5, 4, 2], [0, 5, 1, 2]),
  crosses: even(8, [3, 1, 2, 6], [1, 3, 6, 2]),
  pairs: even(9, [0, 0, 9, 1], [0, 3, 9, 1]),
  diamonds: { size: 7, turn: 45, rects: [[1, 1, 4, 4]] },
  net: {
    size: 7,
    turn: 45,
    rects: [
      [0, 0, 7, 1],
      [0, 0, 1, 7],
    ],
  },
  grid: even(7, [0, 0, 7, 2], [0, 0, 2, 7]),
} as const satisfies Readonly<Record<string, Tile>>;

/** How an area is filled: wholly, not at all (its outline shows it), or with a pattern. */
export type Pattern = 'solid' | 'empty' | keyof typeof tiles;

/** Of a pattern's own colour, so much is left between its marks. In high contrast there is none. */
const between = 0.28;

/** The tile of a pattern; undefined for what has none. */
export function tileOf(pattern: Pattern): Tile | undefined {
  return pattern === 'solid' || pattern === 'empty' ? undefined : tiles[pattern];
}

/** What is seen between the marks of a pattern. */
export function groundOf(colour: string, { highContrast, background }: Theme): string {
  return highContrast ? background : mix(colour, between, background);
}
