import type { Theme } from '../theme.ts';
import { modelFamily } from './modelFamily.ts';

/** How a series is told from the others: by hue, and by pattern or dash as well. */
export interface SeriesStyle {
  readonly colour: string;
  /** 0 is plain; the others are patterns of fills and dashes of lines. */
  readonly pattern: number;
}

/** Dashes of lines, by pattern. */
export const dashes: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2],
  [1, 2],
  [12, 4],
];

const families = {
  opus: 'charts-purple',
  sonnet: 'charts-blue',
  haiku: 'charts-green',
  fable: 'charts-orange',
  mythos: 'charts-orange',
} as const;

/** Colours of a series that has none of its own. */
const others = ['charts-blue', 'charts-orange', 'charts-green', 'charts-purple'];

/** A thing keeps its style in every chart, whichever of its kind are shown beside it. */
export function modelStyles(models: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const versions = new Map<string, number>();
  return new Map(
    [...models].sort(newestFirst).map((model) => {
      const family = modelFamily(model);
      const version = versions.get(family) ?? 0;
      versions.set(family, version + 1);
      const base =
        family === 'other' ? mixed(theme.foreground, 50, theme) : theme.token(families[family]);
      const colour = version === 0 ? base : mixed(base, Math.max(35, 85 - 25 * version), theme);
      return [model, { colour, pattern: version % dashes.length }];
    }),
  );
}

/** The main thread in the foreground's colour, subagents in yellow, distinguished by pattern. */
export function agentStyles(agents: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const rest = agents.filter((agent) => agent !== 'main').sort();
  const styles = rest.map((agent, index): [string, SeriesStyle] => {
    const colour = theme.token('charts-yellow');
    return [agent, { colour, pattern: index % dashes.length }];
  });
  return new Map([['main', { colour: theme.foreground, pattern: 0 }], ...styles]);
}

/** Any other kind of thing: by its place in the alphabet of all that are known. */
export function namedStyles(names: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  return new Map(
    [...names].sort().map((name, index) => [
      name,
      {
        colour: theme.token(others[index % others.length]!),
        pattern: Math.floor(index / others.length) % dashes.length,
      },
    ]),
  );
}

/** Token classes from heavy to light. */
export function classStyles(theme: Theme): Map<string, SeriesStyle> {
  const names = ['output', 'cacheWrite1h', 'cacheWrite5m', 'input', 'cacheRead', 'webSearches'];
  return new Map(
    names.map((name, index) => [
      name,
      { colour: mixed(theme.foreground, 90 - 15 * index, theme), pattern: index },
    ]),
  );
}

/** What is left over, and what no message explains: quiet, and patterned. */
export function restStyle(theme: Theme): SeriesStyle {
  return { colour: mixed(theme.foreground, 50, theme), pattern: 1 };
}

/** A colour mixed with the background: so many percent of it stay. */
export function mixed(colour: string, percent: number, { background }: Theme): string {
  const ground = background === '' ? 'transparent' : background;
  return `color-mix(in srgb, ${colour} ${percent}%, ${ground})`;
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

/**
 * What an area is filled with. In high contrast: the pattern alone, on the background. Hatched: spend
 * that is not complete yet, or that no message explains.
 */
export function fillOf(
  { colour, pattern }: SeriesStyle,
  theme: Theme,
  hatched = false,
): string | CanvasPattern {
  if (hatched) return patternOf(colour, 1, theme.background) ?? colour;
  if (!theme.highContrast)
    return pattern === 0
      ? colour
      : (patternOf(colour, pattern, mixed(colour, 45, theme)) ?? colour);
  return patternOf(colour, pattern + 2, theme.background) ?? colour;
}

/** Lines or dots of a colour on a ground; each number another kind. */
function patternOf(colour: string, kind: number, ground: string): CanvasPattern | undefined {
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const context = tile.getContext('2d');
  if (context === null) return undefined;
  if (ground !== '') {
    context.fillStyle = ground;
    context.fillRect(0, 0, size, size);
  }
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.5;
  const line = (...points: readonly (readonly [number, number, number, number])[]): void => {
    for (const [x1, y1, x2, y2] of points) {
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    }
  };
  switch (kind % 7) {
    case 1:
      line([0, size, size, 0], [-1, 1, 1, -1], [size - 1, size + 1, size + 1, size - 1]);
      break;
    case 2:
      context.fillRect(0, 0, size, size);
      break;
    case 3:
      line([0, 0, size, size], [-1, size - 1, 1, size + 1], [size - 1, -1, size + 1, 1]);
      break;
    case 4:
      line([0, 4, size, 4]);
      break;
    case 5:
      line([4, 0, 4, size]);
      break;
    case 6:
      context.fillRect(1, 1, 3, 3);
      break;
    default:
      line([0, 4, size, 4], [4, 0, 4, size]);
  }
  return context.createPattern(tile, 'repeat') ?? undefined;
}
