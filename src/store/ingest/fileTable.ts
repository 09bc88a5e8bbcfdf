import type { Bookmark, RejectedLine } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';

/** A transcript as the store knows it. */
export interface KnownFile {
  readonly id: number;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly bookmark: Bookmark;
  /** The file is no longer there; its spend is kept. */
  readonly gone: boolean;
}

interface FileRow {
  readonly id: number;
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
  readonly inode: string;
  readonly head: string;
  readonly offset: number;
  readonly state: string;
  readonly gone: number;
}

/** Line numbers kept as examples for each reason and file. */
const examples = 20;

/** The key in `meta` under which it is kept which product writes below a root. */
export function productKey(root: string): string {
  return `product:${root}`;
}

/** The key in `meta` under which it is kept whose a root is, where it is another host's. */
export function hostKey(root: string): string {
  return `host:${root}`;
}

/** The key in `meta` under which it is kept that sessions of other agents stand below a root, too. */
export function secondaryKey(root: string): string {
  return `secondary:${root}`;
}

/** What tells whether a transcript has changed. */
export interface SeenFile {
  readonly size: number;
  readonly mtimeMs: number;
  /** The host it was read as; absent for this machine. */
  readonly host?: string;
}

/** Transcripts that were read as another host's: few roots are one, so that most stores have none to look at. */
export const filesOfHosts = `SELECT f.path AS path, m.value AS host FROM meta m
  JOIN word w ON w.text = substr(m.key, ${hostKey('').length + 1}) JOIN file f ON f.root = w.id
  WHERE m.key >= '${hostKey('')}' AND m.key < '${hostKey('\u{10ffff}')}'`;

/** Roots that were read as another host's. */
export function rootsOfHosts(db: SqlDatabase): Set<string> {
  return rootsWith(db, hostKey);
}

/** Roots below which sessions of other agents stand, too. */
export function secondaryRoots(db: SqlDatabase): Set<string> {
  return rootsWith(db, secondaryKey);
}

function rootsWith(db: SqlDatabase, keyOf: (root: string) => string): Set<string> {
  const rows = db
    .prepare('SELECT key FROM meta WHERE key >= ? AND key < ?')
    .all<{ key: string }>(keyOf(''), keyOf('\u{10ffff}'));
  return new Set(rows.map(({ key }) => key.slice(keyOf('').length)));
}

/** Adds the hosts that files were read as. */
export function addHosts(known: Map<string, SeenFile>, ofHosts: Statement): void {
  for (const { path, host } of ofHosts.iterate<{ path: string; host: string }>()) {
    const file = known.get(path);
    if (file !== undefined) known.set(path, { ...file, host });
  }
}

/** Transcripts, how far each has been read, and which of their lines could not be used. */
export class Files {
  readonly #all: Statement;
  readonly #ofHosts: Statement;
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #gone: Statement;
  readonly #rejected: Statement;
  readonly #reject: Statement;
  readonly #forgive: Statement;

  constructor(db: SqlDatabase) {
    const list = 'id, path, size, mtime, inode, head, offset, state, gone';
    this.#all = db.prepare('SELECT path, size, mtime, gone FROM file');
    this.#ofHosts = db.prepare(filesOfHosts);
    this.#find = db.prepare(`SELECT ${list} FROM file WHERE path = ?`);
    // Two statements: one with RETURNING makes a table for its answer each time.
    this.#insert = db.prepare(
      `INSERT INTO file (root, size, mtime, inode, head, offset, state, lines, path)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare(
      `UPDATE file SET root = ?, size = ?, mtime = ?, inode = ?, head = ?, offset = ?, state = ?,
         lines = ? + CASE WHEN ? THEN 0 ELSE lines END, gone = 0
       WHERE id = ?`,
    );
    this.#gone = db.prepare('UPDATE file SET gone = ? WHERE path = ?');
    this.#rejected = db.prepare('SELECT count, lines FROM rejected WHERE file = ? AND reason = ?');
    this.#reject = db.prepare('INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?)');
    this.#forgive = db.prepare('DELETE FROM rejected WHERE file = ?');
  }

  /** Every transcript by its path, without where reading stopped: that is asked for one by one. */
  all(): Map<string, SeenFile & Pick<KnownFile, 'gone'>> {
    const known = new Map<string, SeenFile & Pick<KnownFile, 'gone'>>();
    for (const row of this.#all.iterate<Pick<FileRow, 'path' | 'size' | 'mtime' | 'gone'>>()) {
      const { path, size, mtime, gone } = row;
      known.set(path, { size, mtimeMs: mtime, gone: gone === 1 });
    }
    addHosts(known, this.#ofHosts);
    return known;
  }

  find(path: string): KnownFile | undefined {
    const row = this.#find.get<FileRow>(path);
    return row === undefined ? undefined : knownFile(row);
  }

  /** Saves how far a file has been read, known as it was found or not yet; returns its number. */
  save(
    known: Pick<KnownFile, 'id'> | undefined,
    file: { path: string; root: number; size: number; mtimeMs: number },
    bookmark: Bookmark,
    lines: number,
    restarted: boolean,
  ): number {
    const { inode, head, offset } = bookmark;
    const state = JSON.stringify(bookmark.state);
    const { path, root, size, mtimeMs } = file;
    const values = [root, size, mtimeMs, inode, head, offset, state, lines];
    if (known === undefined) return Number(this.#insert.run(...values, path).lastInsertRowid);
    this.#update.run(...values, Number(restarted), known.id);
    // Counts of rejected lines belong to the file as it is now.
    if (restarted) this.#forgive.run(known.id);
    return known.id;
  }

  setGone(path: string, gone: boolean): void {
    this.#gone.run(Number(gone), path);
  }

  reject(file: number, rejected: readonly RejectedLine[]): void {
    const byReason = Map.groupBy(rejected, ({ reason }) => reason);
    for (const [reason, group] of byReason) {
      const known = this.#rejected.get<{ count: number; lines: string }>(file, reason);
      const lines = known === undefined ? [] : (JSON.parse(known.lines) as number[]);
      for (const { line } of group.slice(0, examples)) lines.push(line);
      const count = (known?.count ?? 0) + group.length;
      this.#reject.run(file, reason, count, JSON.stringify(lines.slice(0, examples)));
    }
  }
}

function knownFile(row: FileRow): KnownFile {
  const { id, path, size, inode, head, offset } = row;
  const state: unknown = JSON.parse(row.state);
  return {
    id,
    path,
    size,
    mtimeMs: row.mtime,
    bookmark: { offset, state, inode, head },
    gone: row.gone === 1,
  };
}
