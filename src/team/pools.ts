import type { Membership } from '../dataFolder/team/membership.ts';
import { type Pool, writePools } from '../dataFolder/team/poolFile.ts';
import type { Ledger } from './connection.ts';

interface PoolRow {
  readonly scope: Pool['scope'];
  readonly name: string;
  readonly period: Pool['period'];
  readonly starts: string;
  readonly ends: string;
  readonly nano: string | null;
  readonly ladder: string | null;
  readonly action: string | null;
  readonly spent: string;
  readonly own: string;
}

/** Asks how the pools stand and keeps the answer. */
export async function keepPools(
  ledger: Ledger,
  folder: string,
  { team, machine }: Pick<Membership, 'team' | 'machine'>,
): Promise<readonly Pool[]> {
  const rows = await ledger.query<PoolRow>('SELECT * FROM outlay.my_pools($1)', [machine]);
  const pools = rows.map(
    ({ scope, name, period, starts, ends, nano, ladder, action, spent, own }): Pool => ({
      ...{ scope, name, period },
      from: Number(starts),
      to: Number(ends),
      spent: Number(spent),
      own: Number(own),
      budget:
        nano === null
          ? undefined
          : { nano: Number(nano), ladder: ladder ?? '', action: action ?? '' },
    }),
  );
  writePools(folder, { team, askedAt: Date.now(), pools });
  return pools;
}
