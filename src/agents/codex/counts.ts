import { noUsage, type Usage } from '../../model/tokens.ts';

/** Token counts as Codex writes them: cached and written are inside input, reasoning inside output. */
export type Counts = readonly [
  input: number,
  cached: number,
  written: number,
  output: number,
  reasoning: number,
];

export const noCounts: Counts = [0, 0, 0, 0, 0];

const fields = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
] as const;

/** Counts that were read, and whether one of them was no whole number from 0 up and stands as 0. */
export interface ReadCounts {
  readonly counts: Counts;
  readonly odd: boolean;
}

/** Reads a usage object; what is absent is 0. */
export function readCounts(usage: Readonly<Record<string, unknown>>): ReadCounts {
  let odd = false;
  const counts = fields.map((field) => {
    // Clients of early 2026 called it so.
    const value =
      field === 'cached_input_tokens' && !(field in usage)
        ? usage.cache_read_input_tokens
        : usage[field];
    if (value === undefined || value === null) return 0;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    odd = true;
    return 0;
  });
  return { counts: counts as unknown as Counts, odd };
}

/** The counts as disjoint classes. */
export function usageOf([input, cached, written, output]: Counts): Usage {
  const cacheRead = Math.min(cached, input);
  const cacheWrite5m = Math.min(written, input - cacheRead);
  return { ...noUsage, input: input - cacheRead - cacheWrite5m, cacheRead, cacheWrite5m, output };
}

/** Tokens of the output that went into reasoning. */
export function reasoningOf([, , , output, reasoning]: Counts): number {
  return Math.min(reasoning, output);
}

export function minus(a: Counts, b: Counts): Counts {
  return a.map((count, i) => count - b[i]!) as unknown as Counts;
}

export function plus(a: Counts, b: Counts): Counts {
  return a.map((count, i) => count + b[i]!) as unknown as Counts;
}

export function isEqual(a: Counts, b: Counts): boolean {
  return a.every((count, i) => count === b[i]);
}

/** Whether no count is below 0. */
export function isWhole(counts: Counts): boolean {
  return counts.every((count) => count >= 0);
}

export function isNothing(counts: Counts): boolean {
  return counts.every((count) => count === 0);
}
