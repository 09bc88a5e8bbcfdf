import type { SessionTrace, TitleRecord } from '../../model/records.ts';
import type { SqlDatabase, SqlValue, Statement } from '../driver/types.ts';
import type { Words } from './stringTable.ts';

/** A session's row, held in memory while a transaction changes it. */
export interface SessionRow {
  readonly id: number;
  readonly sid: string;
  root: number;
  first_at: number | null;
  last_at: number | null;
  /** Earliest record without a uuid: certainly its own. */
  anonymous_at: number | null;
  /** Start of its own records; null when all of them stand in other sessions too. */
  own_at: number | null;
  /** Shares records with another session (a fork, or its parent). */
  related: number;
  cwd: number;
  cwd_at: number | null;
  cwd_sidechain: number;
  branch: number;
  branch_at: number;
  version: number;
  version_at: number;
  entrypoint: number;
  written_at: number;
}

const columns = [
  'root',
  'first_at',
  'last_at',
  'anonymous_at',
  'own_at',
  'related',
  'cwd',
  'cwd_at',
  'cwd_sidechain',
  'branch',
  'branch_at',
  'version',
  'version_at',
  'entrypoint',
  'written_at',
] as const;

/** Sessions kept in memory between transactions at most. */
const cached = 4000;

/** The smaller of two times, null meaning none. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** Session rows: facts merged in so that the order of reading makes no difference. */
export class Sessions {
  readonly #words: Words;
  readonly #bySid: Statement;
  readonly #byId: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #latestTitle: Statement;
  readonly #earliestTitle: Statement;
  #rows = new Map<string, SessionRow>();
  #byNumber = new Map<number, SessionRow>();
  #changed = new Set<SessionRow>();

  constructor(db: SqlDatabase, words: Words) {
    this.#words = words;
    const list = `id, sid, ${columns.join(', ')}`;
    this.#bySid = db.prepare(`SELECT ${list} FROM session WHERE sid = ?`);
    this.#byId = db.prepare(`SELECT ${list} FROM session WHERE id = ?`);
    this.#insert = db.prepare('INSERT INTO session (sid, root) VALUES (?, ?)');
    this.#update = db.prepare(
      `UPDATE session SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    const title = 'INSERT INTO title VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ';
    const take = 'at = excluded.at, offset = excluded.offset, text = excluded.text WHERE ';
    const now = '(excluded.at, excluded.offset, excluded.text)';
    this.#latestTitle = db.prepare(`${title}${take}${now} > (at, offset, text)`);
    this.#earliestTitle = db.prepare(`${title}${take}${now} < (at, offset, text)`);
  }

  /** The session with this id, made now if there is none. */
  get(sid: string, root: number): SessionRow {
    let row = this.#rows.get(sid) ?? this.#bySid.get<SessionRow>(sid);
    if (row === undefined) {
      this.#insert.run(sid, root);
      row = this.#bySid.get<SessionRow>(sid)!;
    }
    // Copied into two accounts, a session belongs to the one whose path sorts first.
    if (row.root !== root && this.#words.text(root) < this.#words.text(row.root)) {
      row.root = root;
      this.#changed.add(row);
    }
    return this.#remember(row);
  }

  byNumber(id: number): SessionRow {
    return this.#byNumber.get(id) ?? this.#remember(this.#byId.get<SessionRow>(id)!);
  }

  touch(row: SessionRow): void {
    this.#changed.add(row);
  }

  /** Merges what a chunk says about a session's records; its own start is found elsewhere. */
  applyTrace(row: SessionRow, trace: SessionTrace, writtenAt: number): void {
    const finite = (at: number): number | null => (Number.isFinite(at) ? at : null);
    row.first_at = earlier(row.first_at, finite(trace.firstAt));
    row.last_at = Math.max(row.last_at ?? 0, trace.lastAt);
    row.anonymous_at = earlier(row.anonymous_at, finite(trace.anonymousAt));
    if (writtenAt > row.written_at) row.written_at = writtenAt;
    this.#applyCwd(row, trace);
    const branch = this.#words.id(trace.branch);
    if (this.#isLater(row.branch_at, row.branch, trace.branchAt, trace.branch)) {
      row.branch = branch;
      row.branch_at = trace.branchAt;
    }
    if (this.#isLaterVersion(row, trace)) {
      row.version = this.#words.id(trace.version);
      row.version_at = trace.versionAt;
      row.entrypoint = this.#words.id(trace.entrypoint);
    }
    this.#changed.add(row);
  }

  #applyCwd(row: SessionRow, trace: SessionTrace): void {
    if (trace.cwd === '') return;
    const sidechain = Number(trace.cwdSidechain);
    const known = row.cwd_at;
    const better =
      known === null ||
      sidechain < row.cwd_sidechain ||
      (sidechain === row.cwd_sidechain &&
        (trace.cwdAt < known || (trace.cwdAt === known && trace.cwd < this.#words.text(row.cwd))));
    if (!better) return;
    row.cwd = this.#words.id(trace.cwd);
    row.cwd_at = trace.cwdAt;
    row.cwd_sidechain = sidechain;
  }

  #isLater(knownAt: number, known: number, at: number, text: string): boolean {
    if (text === '') return false;
    return at > knownAt || (at === knownAt && text > this.#words.text(known));
  }

  #isLaterVersion(row: SessionRow, trace: SessionTrace): boolean {
    const { version, versionAt, entrypoint } = trace;
    if (this.#isLater(row.version_at, row.version, versionAt, version)) return true;
    const same = versionAt === row.version_at && version === this.#words.text(row.version);
    return same && version !== '' && entrypoint > this.#words.text(row.entrypoint);
  }

  addTitle(session: number, title: TitleRecord): void {
    const statement = title.kind === 'prompt' ? this.#earliestTitle : this.#latestTitle;
    statement.run(session, title.kind, title.at, title.offset, title.text);
  }

  /** Writes the changed rows. */
  flush(): void {
    for (const row of this.#changed) {
      const values = columns.map((name): SqlValue => row[name]);
      this.#update.run(...values, row.id);
    }
    this.#changed = new Set();
    if (this.#rows.size > cached) this.forget();
  }

  forget(): void {
    this.#rows = new Map();
    this.#byNumber = new Map();
    this.#changed = new Set();
  }

  #remember(row: SessionRow): SessionRow {
    const known = this.#byNumber.get(row.id);
    if (known !== undefined) return known;
    const own = { ...row };
    this.#rows.set(own.sid, own);
    this.#byNumber.set(own.id, own);
    return own;
  }
}
