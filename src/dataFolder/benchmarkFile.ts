import { join } from 'node:path';
import * as z from 'zod/mini';
import { addLines, leftOutText, readLines } from '../platform/jsonLines.ts';

/** A run of `outlay benchmark`, kept for `outlay trend`: one JSON object a line in the data folder. */
export interface BenchmarkRun {
  /** ISO 8601. */
  readonly keptAt: string;
  /** Of the program. */
  readonly version: string;
  readonly catalogueDate: string;
  readonly figures: number;
  readonly right: number;
  /** Figures that are right, as a share of one. */
  readonly accuracy: number;
  /** What it had to reach, a share of one. */
  readonly gate: number;
}

const share = z.number().check(z.nonnegative(), z.maximum(1));
const count = z.number().check(z.nonnegative());
const line = z.object({
  keptAt: z.iso.datetime(),
  version: z.string(),
  catalogueDate: z.string(),
  figures: count,
  right: count,
  accuracy: share,
  gate: share,
});

/** Where kept runs are. */
export function benchmarksFile(folder: string): string {
  return join(folder, 'benchmarks.jsonl');
}

/** What is kept so far, earliest first; lines that are none are named. No file is no problem. */
export function readBenchmarks(folder: string): {
  readonly runs: readonly BenchmarkRun[];
  readonly problems: readonly string[];
} {
  const file = benchmarksFile(folder);
  const { entries, bad, unreadable } = readLines(file, line);
  if (unreadable !== undefined) {
    return { runs: [], problems: [`The benchmarks ${file} cannot be read (${unreadable}).`] };
  }
  const runs = entries.sort((a, b) => (a.keptAt < b.keptAt ? -1 : 1));
  return { runs, problems: bad.length === 0 ? [] : [leftOutText(file, bad, 'benchmark')] };
}

export function keepBenchmark(folder: string, run: BenchmarkRun): void {
  addLines(benchmarksFile(folder), [run]);
}
