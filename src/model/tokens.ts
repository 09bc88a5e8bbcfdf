import { formatNumber } from './numbers.ts';

/** The token classes of one usage, heaviest first, as reports name them. */
export const tokenClasses = [
  'input',
  'output',
  'cacheWrite5m',
  'cacheWrite1h',
  'cacheRead',
] as const;
export type TokenClass = (typeof tokenClasses)[number];

/** What one response used: whole, non-negative counts. The token classes are disjoint. */
export interface Usage {
  readonly input: number;
  /** Includes thinking. */
  readonly output: number;
  /** Written to the cache for five minutes; writes whose lifetime is not recorded count here. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  /** Server-side web searches, billed per request and not a token class. */
  readonly webSearches: number;
}

export const noUsage: Usage = {
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  webSearches: 0,
};

/** The counts of a usage, in the order reports show them. */
export const usageKeys = Object.keys(noUsage) as readonly (keyof Usage)[];

/** Two usages together. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    cacheRead: a.cacheRead + b.cacheRead,
    webSearches: a.webSearches + b.webSearches,
  };
}

/** The tokens a request sent: what a long-context band is judged by. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheWrite5m + usage.cacheWrite1h + usage.cacheRead;
}

export function totalTokens(usage: Usage): number {
  return promptTokens(usage) + usage.output;
}

/** Tokens as a person reads them: `4.2M`, `81.0k`, `312`; the decimal separator by the locale. */
export function formatTokens(count: number, locale?: string): string {
  if (count >= 999_950_000) return `${formatNumber(count / 1e9, 1, locale)}B`;
  if (count >= 999_950) return `${formatNumber(count / 1e6, 1, locale)}M`;
  if (count >= 1000) return `${formatNumber(count / 1000, 1, locale)}k`;
  return String(count);
}
