import { bareSession, hostOf } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { hostKey } from '../ingest/fileTable.ts';
import { sumSql } from '../schema/saturate.ts';
import { titleOf } from './fragments.ts';
import { lossesOf, lostLines } from './losses.ts';

/** A session as a list shows it: who, where, when and how much. Money in nano-dollars. */
export interface ListedSession {
  /** Number in the store. */
  readonly id: number;
  readonly sid: string;
  /** Configuration directory it stands under: the account. */
  readonly root: string;
  readonly cwd: string;
  readonly gitRoot: string | null;
  readonly branch: string;
  readonly title: string | null;
  /** The model most was spent on, '' without a message. */
  readonly model: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly nano: number;
  readonly background: number;
  readonly messages: number;
  readonly unpriced: number;
  /** Messages whose output count is only a lower bound. */
  readonly lower: number;
  /** Lines of its transcripts that could not be read or placed. */
  readonly lost?: number;
}

/** Sessions asked for at once: four milliseconds. */
const defaultPageSize = 200;

const columns = `s.id AS id, s.sid AS sid, r.text AS root, c.text AS cwd, p.git_root AS gitRoot,
  b.text AS branch, ${titleOf} AS title,
  coalesce((SELECT w.text FROM spend_total m JOIN word w ON w.id = m.model WHERE m.session = s.id
    GROUP BY m.model ORDER BY total(m.nano) DESC, sum(m.messages) DESC, w.text LIMIT 1), '') AS model,
  coalesce(s.own_at, s.first_at, 0) AS startedAt, coalesce(s.last_at, 0) AS endedAt,
  s.background AS background, coalesce(t.nano, 0) AS nano,
  coalesce(t.messages, 0) AS messages, coalesce(t.unpriced, 0) AS unpriced,
  coalesce(t.lower, 0) AS lower`;

const joins = `JOIN word r ON r.id = s.root JOIN word c ON c.id = s.cwd JOIN word b ON b.id = s.branch
  LEFT JOIN project p ON p.cwd = s.cwd`;

const sums = `${sumSql('nano')} AS nano, sum(messages) AS messages, sum(unpriced) AS unpriced, sum(lower) AS lower`;

/** Sessions that have messages or a client's total count as sessions; others are empty files. */
const counted = '(s.client_total IS NOT NULL OR coalesce(t.messages, 0) > 0)';

/** Reads the list of all sessions in pages, so that nobody's thread is held up by a long history. */
export class SessionLister {
  readonly #page: Statement;
  readonly #recent: Statement;
  readonly #last: Statement;
  readonly #db: SqlDatabase;
  readonly #pageSize: number;

  constructor(db: SqlDatabase, pageSize = defaultPageSize) {
    this.#db = db;
    this.#pageSize = pageSize;
    this.#page = db.prepare(
      `SELECT ${columns} FROM session s ${joins} LEFT JOIN
         (SELECT session, ${sums} FROM spend_total WHERE session >= ? AND session < ? GROUP BY session) t
         ON t.session = s.id
       WHERE s.id >= ? AND s.id < ? AND ${counted}`,
    );
    this.#recent = db.prepare(
      `WITH recent AS MATERIALIZED
         (SELECT * FROM session WHERE last_at >= ? ORDER BY last_at DESC LIMIT ?)
       SELECT ${columns} FROM recent s ${joins}
         LEFT JOIN (SELECT session, ${sums} FROM spend_total WHERE session IN
           (SELECT id FROM recent) GROUP BY session) t ON t.session = s.id
       WHERE ${counted}`,
    );
    this.#last = db.prepare('SELECT coalesce(max(id), 0) AS last FROM session');
  }

  /** All sessions, page by page, in no particular order. */
  *pages(): Generator<ListedSession[], void, void> {
    const { last } = this.#last.get<{ last: number }>()!;
    for (let from = 1; from <= last; from += this.#pageSize) {
      const to = from + this.#pageSize;
      yield this.#withLost(this.#page.all<ListedSession>(from, to, from, to));
    }
  }

  /**
   * Sessions with a record of this moment (UTC milliseconds) or a later one: those that may be live.
   * One page of them, the latest.
   */
  since(at: number): ListedSession[] {
    return this.#withLost(this.#recent.all<ListedSession>(at, this.#pageSize));
  }

  #withLost(rows: ListedSession[]): ListedSession[] {
    const lost = Map.groupBy(lossesOf(this.#db, undefined), ({ session }) => session);
    if (lost.size === 0) return rows;
    return rows.map((row) => {
      const lines = lostLines(lost.get(row.id) ?? []);
      return lines === 0 ? row : { ...row, lost: lines };
    });
  }
}

/** A transcript of a session, as far as the store knows it. */
export interface SessionFile {
  readonly path: string;
  /** Configuration directory it stands under. */
  readonly root: string;
  readonly size: number;
  /** No longer on disk. */
  readonly gone: boolean;
}

/** The transcripts of a session: its own file first, then those of its subagents. */
export function sessionFiles(db: SqlDatabase, sid: string): SessionFile[] {
  const bare = bareSession(sid);
  return db
    .prepare(
      `SELECT path, coalesce(w.text, '') AS root, size, gone
       FROM file LEFT JOIN word w ON w.id = root
         LEFT JOIN meta m ON m.key = '${hostKey('')}' || w.text
       WHERE instr(path, ?) > 0 AND coalesce(m.value, '') = ? ORDER BY length(path), path`,
    )
    .all<{ path: string; root: string; size: number; gone: number }>(bare, hostOf(sid))
    .filter(({ path }) => isOf(path, bare))
    .map((row) => ({ ...row, gone: row.gone === 1 }));
}

/** Another session's id, or a project's name, may have this one's inside. */
function isOf(path: string, sid: string): boolean {
  const parts = path.split(/[\\/]/);
  const subagents = parts.lastIndexOf('subagents');
  return parts.at(-1) === `${sid}.jsonl` || (subagents > 0 && parts[subagents - 1] === sid);
}
