import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { titleOf } from './fragments.ts';

/** Where a session belongs: all that filters and breakdowns ask of it, without its sums. */
export interface SessionInfo {
  readonly id: number;
  readonly sid: string;
  /** Configuration directory: the account. */
  readonly root: string;
  readonly cwd: string;
  readonly gitRoot: string | null;
  /** The last branch it was on; '' where none is recorded. */
  readonly branch: string;
  /** UTC milliseconds; 0 where no record is dated. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Places of some sessions, or of all, by number. Ten thousand take some milliseconds. */
export function sessionInfo(
  db: SqlDatabase,
  sessions?: Iterable<number>,
): Map<number, SessionInfo> {
  const wanted = sessions === undefined ? [] : [JSON.stringify([...sessions])];
  const rows = db
    .prepare(
      `SELECT s.id AS id, s.sid AS sid, r.text AS root, c.text AS cwd, p.git_root AS gitRoot,
         b.text AS branch, coalesce(s.own_at, s.first_at, 0) AS startedAt,
         coalesce(s.last_at, 0) AS endedAt
       FROM session s JOIN word r ON r.id = s.root JOIN word c ON c.id = s.cwd
         JOIN word b ON b.id = s.branch LEFT JOIN project p ON p.cwd = s.cwd
       ${sessions === undefined ? '' : 'WHERE s.id IN (SELECT value FROM json_each(?))'}`,
    )
    .all<SessionInfo>(...wanted);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Titles of some sessions, by number; sessions without one are not in it. */
export function sessionTitles(db: SqlDatabase, sessions: Iterable<number>): Map<number, string> {
  const rows = db
    .prepare(
      `SELECT s.id AS id, ${titleOf} AS title FROM json_each(?) j JOIN session s ON s.id = j.value`,
    )
    .all<{ id: number; title: string | null }>(JSON.stringify([...sessions]));
  return new Map(rows.flatMap(({ id, title }) => (title === null ? [] : [[id, title]])));
}

/** Pull requests sessions were linked to, by session number; the first one linked stands first. */
export function pullRequests(db: SqlDatabase): Map<number, string[]> {
  const rows = db
    .prepare('SELECT session, url FROM pull_request ORDER BY session, at, url')
    .all<{ session: number; url: string }>();
  const links = new Map<number, string[]>();
  for (const { session, url } of rows) {
    const known = links.get(session);
    if (known === undefined) links.set(session, [url]);
    else known.push(url);
  }
  return links;
}
