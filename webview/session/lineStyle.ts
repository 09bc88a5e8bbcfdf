import { dashes, type SeriesStyle } from '../shared/charts/palette.ts';
import type { Theme } from '../shared/theme.ts';
import type { Series } from './series.ts';

/** How the lines of a session are distinguished: by hue and by dash, and by their names. */
export function lineStyles(series: readonly Series[], theme: Theme): SeriesStyle[] {
  const agents = series.filter(({ kind }) => kind === 'agents');
  return series.map((one) => {
    if (one.kind === 'main') return { colour: theme.foreground, pattern: 0 };
    if (one.kind === 'total') return { colour: theme.muted, pattern: 0 };
    if (one.kind === 'background') return { colour: theme.muted, pattern: 5 };
    // The main thread's line is the one without dashes.
    const pattern = 1 + (agents.indexOf(one) % (dashes.length - 1));
    return { colour: theme.token('charts-yellow'), pattern };
  });
}
