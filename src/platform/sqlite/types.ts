/** What SQLite stores and returns here. Integers stay below 2^53. */
export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;

/** A prepared statement. Parameters are positional. */
export interface Statement {
  run(...parameters: SqlValue[]): { changes: number; lastInsertRowid: number };
  get<T = Row>(...parameters: SqlValue[]): T | undefined;
  all<T = Row>(...parameters: SqlValue[]): T[];
  iterate<T = Row>(...parameters: SqlValue[]): IterableIterator<T>;
}

/** The little of SQLite that is needed here, the same over both engines. Everything is synchronous. */
export interface SqlDatabase {
  /** `better-sqlite3` or `node:sqlite`. */
  readonly engine: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `work` inside BEGIN IMMEDIATE … COMMIT; rolls back and rethrows when it throws. */
  transaction<T>(work: () => T): T;
  /** Runs `work`, which only reads: all it reads is of the same moment, whoever writes meanwhile. */
  snapshot<T>(work: () => T): T;
  /** First column of the first row of a PRAGMA. */
  pragma(name: string): SqlValue | undefined;
  close(): void;
}

export interface OpenOptions {
  readonly readonly?: boolean;
  /** With `readonly`: nothing changes the file, and nothing is made beside it. */
  readonly immutable?: boolean;
  /** How long a statement waits for a lock. Short: the call blocks its thread. */
  readonly busyTimeoutMs?: number;
}
