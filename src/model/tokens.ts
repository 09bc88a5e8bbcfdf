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

/** Adds (sign 1) or subtracts (sign -1) the counts of two usages. */
export function combineUsage(a: Usage, b: Usage, sign: 1 | -1 = 1): Usage {
  const sums = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  for (const key of usageKeys) sums[key] = a[key] + sign * b[key];
  return sums;
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
  const shown = (value: number): string => formatNumber(value, value < 99.95 ? 1 : 0, locale);
  if (count >= 999_500_000) return `${shown(count / 1e9)}B`;
  if (count >= 999_500) return `${shown(count / 1e6)}M`;
  if (count >= 1000) return `${shown(count / 1000)}k`;
  return String(count);
}
