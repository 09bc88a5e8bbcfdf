import { percentile } from '../../analysis/statistics/percentile.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { type SessionSize, sessionSizes } from '../../store/query/usualSession.ts';

/** Sessions a usual one is told from, at most and at least. */
const most = 200;
const least = 5;

/** What the half of the sessions before a moment came to at most; undefined before five of them. */
export function usualSession(
  db: SqlDatabase,
  session: { readonly id: number; readonly endedAt: number },
): SessionSize | undefined {
  const sizes = sessionSizes(db, { except: session.id, until: session.endedAt, most });
  if (sizes.length < least) return undefined;
  return {
    nano: median(sizes.map(({ nano }) => nano)),
    length: median(sizes.map(({ length }) => length)),
  };
}

function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  )!;
}
