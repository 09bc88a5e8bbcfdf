import { sumColumns } from '../schema/rollupTables.ts';
import { sumSql } from '../schema/saturate.ts';
import type { SpendSums } from '../schema/sums.ts';

export function alias(name: (typeof sumColumns)[number]): keyof SpendSums {
  const names: Partial<Record<typeof name, keyof SpendSums>> = {
    write5m: 'cacheWrite5m',
    write1h: 'cacheWrite1h',
    cache_read: 'cacheRead',
    searches: 'webSearches',
  };
  return names[name] ?? (name as keyof SpendSums);
}

/** These sum columns, or all, under the names of `SpendSums`, for queries over a rollup. */
export function spendSumsOf(only?: readonly (keyof SpendSums)[]): string[] {
  return namedSums(only, sumSql);
}

/** The same of single rows, that need not be added up. */
export function sumsAsTheyAre(only?: readonly (keyof SpendSums)[]): string[] {
  return namedSums(only, (name) => name);
}

function namedSums(
  only: readonly (keyof SpendSums)[] | undefined,
  sqlOf: (column: string) => string,
): string[] {
  return sumColumns
    .map((name) => [name, alias(name)] as const)
    .filter(([, as]) => only === undefined || only.includes(as))
    .map(([name, as]) => `${sqlOf(name)} AS ${as}`);
}

/** All of them. */
export const spendSums = spendSumsOf().join(', ');

/** The title of session `s`: the one a person gave it, else the most telling of the others. */
export const titleOf = `(SELECT text FROM title t WHERE t.session = s.id
  ORDER BY CASE kind WHEN 'custom' THEN 0 WHEN 'ai' THEN 1 WHEN 'summary' THEN 2 ELSE 3 END LIMIT 1)`;
export const inScope =
  '(? IS NULL OR s.cwd IN (SELECT w.id FROM word w JOIN json_each(?) j ON w.text = j.value))';

/**
 * An agent's type: its meta file's or its records', else what the call that started it asked for. A
 * main thread has one where it is a teammate's: their name.
 */
export const agentType = `CASE WHEN a.type <> '' THEN a.type WHEN a.aid = '' THEN 'main' ELSE coalesce(
  (SELECT p.type FROM spawn p WHERE p.session = a.session AND p.tool_use = a.tool_use), 'subagent') END`;

/** Which sessions count: those that started in one of these directories; undefined means all. */
export type Scope = readonly string[] | undefined;
