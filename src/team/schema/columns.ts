/**
 * Columns that are summed, in this order in every table that has them: counts, tokens by class and
 * nano-dollars. `background` is the part of `nano` that no message explains.
 */
export const sumColumns = [
  'messages',
  'lower',
  'unpriced',
  'input',
  'output',
  'write5m',
  'write1h',
  'cache_read',
  'searches',
  'nano',
  'background',
] as const;
export type SumColumn = (typeof sumColumns)[number];

/** What tells the rows of a member, machine and day apart. */
export const keyColumns = ['local_day', 'project', 'model', 'agent', 'branch'] as const;

/** The longest name of each kind a ledger takes, in characters. */
export const longestName = { project: 100, model: 120, agent: 120, branch: 200 } as const;

/** Most rows of a member, machine and day, and most of one sum in a row: what no honest day reaches. */
export const mostRows = 2000;
export const mostOfRow = 10_000_000_000_000;
