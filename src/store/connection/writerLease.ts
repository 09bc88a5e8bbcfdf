import { hostname } from 'node:os';
import { processAlive } from '../../platform/processAlive.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';

/** Lease duration, milliseconds: without a heartbeat for this long, another process takes over. */
export const leaseMs = 4000;
/** Heartbeat interval, milliseconds. */
export const heartbeatMs = 1000;

/** The same as an indexer is told them; shorter ones only in tests. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
}

export const usualLease: LeaseTimes = { leaseMs, heartbeatMs };

export interface LeaseRow {
  readonly holder: string;
  readonly pid: number;
  readonly host: string;
  /** What kind of program holds it: `editor` or `terminal`. */
  readonly role: string;
  readonly since: number;
  readonly expires: number;
}

/** Thrown inside a write when another process has become the writer meanwhile. */
export class LeaseLostError extends Error {
  constructor() {
    super('another process has become the writer of the store');
    this.name = 'LeaseLostError';
  }
}

/**
 * The right to write, a row in the store. Every write transaction checks it, so a process that was
 * asleep for a while cannot write beside its successor.
 */
export class Lease {
  readonly holder: string;
  readonly #db: SqlDatabase;
  readonly #role: string;
  readonly #leaseMs: number;
  readonly #read: Statement;
  readonly #write: Statement;
  readonly #extend: Statement;
  readonly #drop: Statement;

  /** `holder`: who takes it; the same again after the store was closed and opened. */
  constructor(db: SqlDatabase, role: string, times = usualLease, holder = newHolder()) {
    this.holder = holder;
    this.#db = db;
    this.#role = role;
    this.#leaseMs = times.leaseMs;
    this.#read = db.prepare('SELECT holder, pid, host, role, since, expires FROM lease');
    this.#write = db.prepare('INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?, ?)');
    this.#extend = db.prepare('UPDATE lease SET expires = ? WHERE holder = ?');
    this.#drop = db.prepare('DELETE FROM lease WHERE holder = ?');
  }

  /** Who writes now, if anybody. */
  current(): LeaseRow | undefined {
    return this.#read.get<LeaseRow>();
  }

  /** Becomes the writer if nobody else is. */
  acquire(now: number): boolean {
    const seen = this.current();
    if (seen !== undefined && seen.holder !== this.holder && isAlive(seen, now)) return false;
    return this.#db.transaction(() => {
      const row = this.current();
      if (row !== undefined && row.holder !== this.holder && isAlive(row, now)) return false;
      this.seize(now);
      return true;
    });
  }

  /**
   * Takes the lease from whoever holds it, inside a write transaction. The former holder's next
   * transaction fails.
   */
  seize(now: number): void {
    this.#write.run(this.holder, process.pid, hostname(), this.#role, now, now + this.#leaseMs);
  }

  /** Heartbeat: extends the lease; false when it was lost. */
  extend(now: number): boolean {
    return this.#extend.run(now + this.#leaseMs, this.holder).changes === 1;
  }

  /** Call inside a write transaction. */
  assertHeld(): void {
    if (this.current()?.holder !== this.holder) throw new LeaseLostError();
  }

  release(): void {
    this.#drop.run(this.holder);
  }
}

/** A name nobody else has. It is no secret: Node's cryptography would take as long to load as a report to make. */
export function newHolder(): string {
  const random = Math.floor(Math.random() * 2 ** 52);
  return [process.pid, Date.now(), random].map((part) => part.toString(36)).join('-');
}

/** Whether a lease is still valid: not expired, and its process alive. */
export function isAlive(row: LeaseRow, now: number): boolean {
  // A clock set back must not make a lease last for ever.
  if (row.expires <= now || row.expires > now + 2 * leaseMs) return false;
  return row.host !== hostname() || processAlive(row.pid);
}
