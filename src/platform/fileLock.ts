import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { processAlive } from './processAlive.ts';

/** A small file is changed in milliseconds; who holds its lock for longer is stuck. */
const patienceMs = 5000;
/** Where many hold it one after the other, a turn is waited for this many times as long. */
const mostTurns = 4;
/** A lock this old is left over, whatever process has its holder's number by now. */
const staleMs = 30_000;
const waitMs = 5;

/** Name of the lock of a file. */
export function lockOf(file: string): string {
  return `${file}.lock`;
}

/**
 * Runs work while no other program runs its own under the lock of the same file (a file `….lock` made
 * with `wx`). The lock of a program that died is taken over; `isHeld` says, just before something is
 * written, that nobody has done the same to this one. Blocks its thread while it waits: for one holder
 * `patienceMs` at most, for its turn among many four times as long.
 */
export function withFileLock<T>(
  file: string,
  work: (isHeld: () => boolean) => T,
  options: { readonly patienceMs?: number } = {},
): T {
  const lock = lockOf(file);
  // Tells its holders apart, and need not be a secret: cryptography takes longer to load than most locks are held.
  const token = `${process.pid} ${process.hrtime.bigint()}-${Math.random().toString(36).slice(2)}`;
  const isHeld = (): boolean => contentOf(lock) === token;
  acquire(file, lock, token, options.patienceMs ?? patienceMs);
  try {
    return work(isHeld);
  } finally {
    if (isHeld()) rmSync(lock, { force: true });
  }
}

function acquire(file: string, lock: string, token: string, patience: number): void {
  const start = Date.now();
  let holder: string | undefined;
  let heldSince = start;
  for (;;) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const fd = openSync(lock, 'wx', 0o600);
      writeSync(fd, token);
      closeSync(fd);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
      // Windows answers so while the file is being deleted.
      const isTaken = code === 'EEXIST' || (process.platform === 'win32' && code === 'EPERM');
      if (!isTaken) {
        throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
      }
    }
    const now = Date.now();
    const content = contentOf(lock);
    if (content !== holder) {
      holder = content;
      heldSince = now;
    }
    if (now - heldSince > patience || now - start > patience * mostTurns) {
      const pid = holder?.split(' ')[0] || 'unknown';
      throw new HumanError(
        'files',
        `${file} is being written by another program (process ${pid}). Try again, or remove ${lock} if none is running.`,
      );
    }
    takeFromDead(lock);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  }
}

/** Removes a lock whose holder is gone. */
function takeFromDead(lock: string): void {
  const content = contentOf(lock);
  const stats = statSync(lock, { throwIfNoEntry: false });
  if (content === undefined || stats === undefined) return;
  // Between making it and writing into it, it is empty.
  const pid = content === '' ? process.pid : Number(content.split(' ')[0]);
  const isDead = !processAlive(pid) || Date.now() - stats.mtimeMs > staleMs;
  if (isDead && contentOf(lock) === content) rmSync(lock, { force: true });
}

function contentOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}
