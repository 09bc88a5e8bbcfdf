import { mix, readable } from '../colours.ts';
import type { Theme } from '../themeTokens.ts';
import { hueOf, modelFamily } from './modelFamily.ts';
import { type ModelGroup, modelGroups } from './modelGroups.ts';
import type { Pattern } from './patterns.ts';

/** How a thing is told from the others: by its hue, and by a pattern. */
export interface SeriesStyle {
  readonly colour: string;
  readonly pattern: Pattern;
}

/** Tokens of families' colours. Themes have one each for Claude's; between two lies that of another vendor's. */
const tokens = {
  opus: ['charts-purple'],
  sonnet: ['charts-blue'],
  haiku: ['charts-green'],
  fable: ['charts-orange'],
  gpt: ['charts-green', 'charts-blue'],
  gemini: ['charts-purple', 'charts-red'],
} as const satisfies Readonly<Record<string, readonly [string] | readonly [string, string]>>;

/** Where patterns tell families apart: one for the whole or the first version, one for the others. */
const contrastPatterns = {
  opus: ['solid', 'counter'],
  sonnet: ['stripes', 'bars'],
  haiku: ['dots', 'checks'],
  fable: ['lines', 'dashes'],
  gpt: ['crosses', 'pairs'],
  gemini: ['diamonds', 'net'],
  other: ['grid', 'empty'],
} as const satisfies Readonly<Record<string, readonly [Pattern, Pattern]>>;

/** Shares of the foreground that greys are made of: strong, less, and that of ordinary bars. */
const greys = [1, 0.72, 0.56] as const;

/** Patterns of greys and of subagents, most expensive first. */
const patterns: readonly Pattern[] = ['solid', 'stripes', 'lines', 'dots', 'bars', 'checks'];

/** How a group of models is drawn. */
export function groupStyle({ family, striped }: ModelGroup, theme: Theme): SeriesStyle {
  const hue = hueOf(family);
  const colour = hue === 'other' ? grey(greys[2], theme) : hueColour(tokens[hue], theme);
  if (!theme.highContrast) return { colour, pattern: striped ? 'stripes' : 'solid' };
  return { colour, pattern: contrastPatterns[hue][striped ? 1 : 0] };
}

function hueColour([first, second = first]: readonly [string, string?], theme: Theme): string {
  const [one, other] = [theme.token(first), theme.token(second)];
  return readable(first === second ? one : mix(one, 0.5, other), theme);
}

/** How each model is drawn that something was spent on; see `modelGroups`. */
export function modelStyles(
  spend: ReadonlyMap<string, number>,
  theme: Theme,
  opened?: ModelGroup['family'] | '',
): Map<string, SeriesStyle> {
  return new Map(
    modelGroups(spend, opened).flatMap((group) => {
      const style = groupStyle(group, theme);
      return group.models.map((model): [string, SeriesStyle] => [model, style]);
    }),
  );
}

/** The colour of a model's family, for a mark that stands alone. */
export function familyColour(model: string, theme: Theme): string {
  const family = modelFamily(model);
  return groupStyle({ key: model, family, kind: 'version', models: [model], striped: false }, theme)
    .colour;
}

/** The main thread in the foreground's colour, subagents in yellow, told apart by patterns. */
export function agentStyles(agents: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const colour = subagentColour(theme);
  const rest = agents.filter((agent) => agent !== 'main').sort();
  return new Map([
    ['main', { colour: theme.foreground, pattern: 'solid' }],
    ...rest.map((agent, index): [string, SeriesStyle] => [
      agent,
      { colour, pattern: patterns[index % patterns.length]! },
    ]),
  ]);
}

/** Hues of products, in the order of their names. */
const productTokens = [
  'charts-purple',
  'charts-blue',
  'charts-green',
  'charts-orange',
  'charts-red',
  'charts-yellow',
] as const;

/** Products by hue, whatever was spent on them; in high contrast by pattern as well. */
export function productStyles(products: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  return new Map(
    [...products].sort().map((product, index): [string, SeriesStyle] => [
      product,
      {
        colour: readable(theme.token(productTokens[index % productTokens.length]!), theme),
        pattern: theme.highContrast ? patterns[index % patterns.length]! : 'solid',
      },
    ]),
  );
}

/** Subagents, wherever they are shown. */
export function subagentColour(theme: Theme): string {
  return readable(theme.token('charts-yellow'), theme);
}

/** Whatever has no hue of its own (projects, branches, kinds of tokens): greys, most expensive first. */
export function greyStyles(names: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  return new Map(
    names.map((name, index) => [
      name,
      {
        colour: grey(greys[index % greys.length]!, theme),
        pattern: patterns[Math.floor(index / greys.length) % patterns.length]!,
      },
    ]),
  );
}

/** An ordinary bar beside its name, and Claude Code's overhead. */
export function restStyle(theme: Theme): SeriesStyle {
  return { colour: grey(greys[2], theme), pattern: theme.highContrast ? 'empty' : 'solid' };
}

/** The foreground mixed with the ground: `share` of it stays. */
function grey(share: number, { foreground, background }: Theme): string {
  return mix(foreground, share, background);
}

/** A colour mixed with the background: so many percent of it stay. */
export function mixed(colour: string, percent: number, { background }: Theme): string {
  const ground = background === '' ? 'transparent' : background;
  return `color-mix(in srgb, ${colour} ${percent}%, ${ground})`;
}
