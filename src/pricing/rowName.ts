import type { RequestTraits } from '../model/price.ts';

/** What a price row's name says of its requests; the baseline ignores what it has no factor for. */
export function traitsOfRow(row: string): RequestTraits {
  const marks = row.split('+').slice(1);
  return {
    speed: marks.includes('fast') ? 'fast' : undefined,
    geo: marks.includes('us') || marks.includes('region') ? 'us' : undefined,
    tier: marks.includes('batch') ? 'batch' : undefined,
  };
}
