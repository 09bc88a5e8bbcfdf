import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDay } from '../../model/calendar.ts';
import { isAmount, isObject } from '../../model/objects.ts';
import { objectIn } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

export const poolScopes = ['team', 'group', 'member'] as const;
export const poolPeriods = ['day', 'week', 'month'] as const;

/** What was spent of a pool when the ledger was last asked, and what may be. Money in nano-dollars. */
export interface Pool {
  readonly scope: (typeof poolScopes)[number];
  /** The group's, or the member's; '' for the team. */
  readonly name: string;
  readonly period: (typeof poolPeriods)[number];
  /** The UTC period it is of, as milliseconds: `from` belongs to it, `to` does not. */
  readonly from: number;
  readonly to: number;
  readonly spent: number;
  /** What this machine has in it: the machine knows better by now. */
  readonly own: number;
  /** Undefined where nobody has set one. */
  readonly budget:
    | { readonly nano: number; readonly ladder: string; readonly action: string }
    | undefined;
}

/** Answers of the ledger older than this are called old: machines that work ask every few minutes. */
const staleMs = 15 * 60_000;

export function arePoolsStale({ askedAt }: { readonly askedAt: number }, now: number): boolean {
  return now - askedAt > staleMs;
}

/** What the ledger last answered. */
export interface Pools {
  readonly team: string;
  /** UTC milliseconds. */
  readonly askedAt: number;
  readonly pools: readonly Pool[];
  /**
   * Days of sessions this machine reads and another one sends: what is in the pools of them is that machine's part.
   * Absent for none.
   */
  readonly elsewhere?: readonly SessionOfDay[] | undefined;
}

/** A session, by its id, on a UTC day (YYYY-MM-DD). */
export interface SessionOfDay {
  readonly day: string;
  readonly session: string;
}

export function poolsFile(folder: string): string {
  return join(folder, 'team-pools.json');
}

/**
 * The figures of the team's pools as they were when the ledger was last asked: whoever judges by them waits for
 * no network. Undefined without a file. What is no pool is left out; read by hand, for the guard.
 */
export function readPools(folder: string): Pools | undefined {
  const { team, askedAt, pools, elsewhere } = objectIn(poolsFile(folder));
  if (typeof team !== 'string' || !isAmount(askedAt) || !Array.isArray(pools)) return undefined;
  return {
    ...{ team, askedAt, pools: pools.filter(isPool) },
    ...(Array.isArray(elsewhere) && { elsewhere: elsewhere.filter(isSessionOfDay) }),
  };
}

function isSessionOfDay(value: unknown): value is SessionOfDay {
  if (!isObject(value)) return false;
  const { day, session } = value;
  return typeof day === 'string' && isDay(day) && typeof session === 'string';
}

export function writePools(folder: string, pools: Pools): void {
  writeFileAtomically(poolsFile(folder), `${JSON.stringify(pools)}\n`, 0o600);
}

export function removePools(folder: string): void {
  rmSync(poolsFile(folder), { force: true });
}

function isPool(value: unknown): value is Pool {
  if (!isObject(value)) return false;
  const { scope, name, period, from, to, spent, own, budget } = value;
  const isBudget =
    budget === undefined ||
    (isObject(budget) &&
      isAmount(budget.nano) &&
      budget.nano > 0 &&
      typeof budget.ladder === 'string' &&
      typeof budget.action === 'string');
  return (
    poolScopes.some((each) => each === scope) &&
    typeof name === 'string' &&
    poolPeriods.some((each) => each === period) &&
    [from, to, spent, own].every(isAmount) &&
    isBudget
  );
}
