import { hostOf, type SessionRecords, type TitleRecord } from '../../model/records.ts';
import type { SqlDatabase, SqlValue, Statement } from '../../platform/sqlite/types.ts';
import type { StringTable } from './stringTable.ts';

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
  /** The best place of those its messages were counted from (`countSources`, `ownLog`); 0 where they have one only. */
  source: number;
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
  'source',
] as const;

/** Cache limit between transactions, in sessions. */
const cached = 4000;

/** The smaller of two times, null meaning none. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** Session rows, updated by an order-independent merge. */
export class Sessions {
  readonly #strings: StringTable;
  readonly #bySid: Statement;
  readonly #byId: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #latestTitle: Statement;
  readonly #earliestTitle: Statement;
  readonly #dropOldTitles: Statement;
  /** Paths of roots where sessions of others stand, too (`SourceFile.isSecondary`). */
  secondaryRoots: ReadonlySet<string> = new Set();
  #rows = new Map<string, SessionRow>();
  #byNumber = new Map<number, SessionRow>();
  #changed = new Set<SessionRow>();
  #created: number[] = [];

  constructor(db: SqlDatabase, strings: StringTable) {
    this.#strings = strings;
    const list = `id, sid, ${columns.join(', ')}`;
    this.#bySid = db.prepare(`SELECT ${list} FROM session WHERE sid = ?`);
    this.#byId = db.prepare(`SELECT ${list} FROM session WHERE id = ?`);
    this.#insert = db.prepare('INSERT INTO session (sid, root, host) VALUES (?, ?, ?)');
    this.#update = db.prepare(
      `UPDATE session SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    const title = 'INSERT INTO title VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ';
    const take = 'at = excluded.at, offset = excluded.offset, text = excluded.text WHERE ';
    const now = '(excluded.at, excluded.offset, excluded.text)';
    this.#latestTitle = db.prepare(`${title}${take}${now} > (at, offset, text)`);
    this.#dropOldTitles = db.prepare(
      'DELETE FROM title WHERE session = ? AND at IN (-1, 9007199254740991)',
    );
    this.#earliestTitle = db.prepare(`${title}${take}${now} < (at, offset, text)`);
  }

  /** The session with this id, inserted when it is new. */
  get(sid: string, root: number): SessionRow {
    let row = this.#find(sid);
    if (row === undefined) {
      this.#insert.run(sid, root, this.#strings.id(hostOf(sid)));
      row = this.#find(sid)!;
      this.#created.push(row.id);
    }
    if (row.root !== root && this.#comesBefore(root, row.root)) {
      row.root = root;
      this.#changed.add(row);
    }
    return this.#cache(row);
  }

  /**
   * Copied into two accounts, a session belongs to the one whose path sorts first; one that an editor traced, to the
   * agent that writes it itself.
   */
  #comesBefore(root: number, other: number): boolean {
    const [path, otherPath] = [this.#strings.text(root), this.#strings.text(other)];
    const [isTraced, isOtherTraced] = [path, otherPath].map((each) =>
      this.secondaryRoots.has(each),
    );
    return isTraced === isOtherTraced ? path < otherPath : isOtherTraced === true;
  }

  /** Sessions inserted since this was asked last. */
  takeCreated(): readonly number[] {
    const created = this.#created;
    this.#created = [];
    return created;
  }

  /** A session that is known by its id: where it stands is left as it is. */
  known(sid: string): SessionRow {
    return this.#cache(this.#find(sid)!);
  }

  /** A session by its id, if there is one. */
  find(sid: string): SessionRow | undefined {
    const row = this.#find(sid);
    return row && this.#cache(row);
  }

  #find(sid: string): SessionRow | undefined {
    return this.#rows.get(sid) ?? this.#bySid.get<SessionRow>(sid);
  }

  byNumber(id: number): SessionRow {
    return this.#byNumber.get(id) ?? this.#cache(this.#byId.get<SessionRow>(id)!);
  }

  touch(row: SessionRow): void {
    this.#changed.add(row);
  }

  /**
   * Merges a chunk's fingerprint into the session's row; its own start is computed by
   * `RecordIndex`.
   */
  applyRecords(row: SessionRow, records: SessionRecords, writtenAt: number): void {
    const finite = (at: number): number | null => (Number.isFinite(at) ? at : null);
    row.first_at = earlier(row.first_at, finite(records.firstAt));
    row.last_at = Math.max(row.last_at ?? 0, records.lastAt);
    row.anonymous_at = earlier(row.anonymous_at, finite(records.anonymousAt));
    if (writtenAt > row.written_at) row.written_at = writtenAt;
    this.#applyCwd(row, records);
    const branch = this.#strings.id(records.branch);
    if (this.#isLater(row.branch_at, row.branch, records.branchAt, records.branch)) {
      row.branch = branch;
      row.branch_at = records.branchAt;
    }
    if (this.#isLaterVersion(row, records)) {
      row.version = this.#strings.id(records.version);
      row.version_at = records.versionAt;
      row.entrypoint = this.#strings.id(records.entrypoint);
    }
    this.#changed.add(row);
  }

  #applyCwd(row: SessionRow, records: SessionRecords): void {
    if (records.cwd === '') return;
    const sidechain = Number(records.cwdSidechain);
    const known = row.cwd_at;
    const better =
      known === null ||
      sidechain < row.cwd_sidechain ||
      (sidechain === row.cwd_sidechain &&
        (records.cwdAt < known ||
          (records.cwdAt === known && records.cwd < this.#strings.text(row.cwd))));
    if (!better) return;
    row.cwd = this.#strings.id(records.cwd);
    row.cwd_at = records.cwdAt;
    row.cwd_sidechain = sidechain;
  }

  #isLater(knownAt: number, known: number, at: number, text: string): boolean {
    if (text === '') return false;
    return at > knownAt || (at === knownAt && text > this.#strings.text(known));
  }

  #isLaterVersion(row: SessionRow, records: SessionRecords): boolean {
    const { version, versionAt, entrypoint } = records;
    if (this.#isLater(row.version_at, row.version, versionAt, version)) return true;
    const same = versionAt === row.version_at && version === this.#strings.text(row.version);
    return same && version !== '' && entrypoint > this.#strings.text(row.entrypoint);
  }

  /**
   * Drops titles that a schema before 7 took from transcripts by other rules, once these are read again:
   * they stand behind every other (see `schemaV7`).
   */
  dropOldTitles(session: number): void {
    this.#dropOldTitles.run(session);
  }

  addTitle(session: number, title: Omit<TitleRecord, 'sessionId'>): void {
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
    this.#created = [];
  }

  #cache(row: SessionRow): SessionRow {
    const known = this.#byNumber.get(row.id);
    if (known !== undefined) return known;
    const own = { ...row };
    this.#rows.set(own.sid, own);
    this.#byNumber.set(own.id, own);
    return own;
  }
}
