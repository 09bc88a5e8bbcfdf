import type { Membership } from '../dataFolder/team/membership.ts';
import { type Pool, writePools } from '../dataFolder/team/poolFile.ts';
import { readUploadState } from '../dataFolder/team/uploadState.ts';
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

/** Keeps how the pools stand, and what of this machine's own is in them as another machine's. */
export function keepPools(
  folder: string,
  team: string,
  pools: readonly Pool[],
  askedAt = Date.now(),
): void {
  const first = pools.map(({ from }) => new Date(from).toISOString().slice(0, 10)).sort()[0] ?? '';
  const elsewhere = Object.entries(readUploadState(folder).elsewhere ?? {})
    .map(([one, session]) => ({ day: one.slice(0, 10), session }))
    .filter(({ day }) => day >= first);
  writePools(folder, { team, askedAt, pools, elsewhere });
}

/** Asks a ledger in PostgreSQL how the pools stand and keeps the answer. */
export async function askPools(
  ledger: Ledger,
  folder: string,
  { team, machine }: Pick<Membership, 'team' | 'machine'>,
): Promise<void> {
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
  keepPools(folder, team, pools);
}
