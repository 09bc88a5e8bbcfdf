import type { Usage } from './tokens.ts';

/** What reports call token classes; cache writes apart by lifetime, as they have prices apart. */
export const tokenClassNames: { readonly [K in keyof Usage]: string } = {
  input: 'input',
  output: 'output',
  cacheWrite5m: 'cache write 5 min',
  cacheWrite1h: 'cache write 1 h',
  cacheRead: 'cache read',
  webSearches: 'web search',
};

/** What JSON calls them. */
export const tokenClassKeys: { readonly [K in keyof Usage]: string } = {
  input: 'input',
  output: 'output',
  cacheWrite5m: 'cache_write_5m',
  cacheWrite1h: 'cache_write_1h',
  cacheRead: 'cache_read',
  webSearches: 'web_search',
};

/** Dollars no rates split: the client's own prices. */
export const unsplitName = '(not split)';
