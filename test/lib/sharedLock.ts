import { readFileSync, statSync } from 'node:fs';

/** Where SQLite keeps its shared lock on a database ("File Locking And Concurrency": the shared bytes). */
const sharedBytes = 0x4000_0002;

/** Whether this process has SQLite's shared lock on a database, as Linux's kernel sees it. */
export function hasSharedLock(file: string): boolean {
  const inode = String(statSync(file).ino);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+/))
    .some(
      ([, kind, , mode, pid, place = '', from]) =>
        kind === 'POSIX' &&
        mode === 'READ' &&
        pid === String(process.pid) &&
        place.endsWith(`:${inode}`) &&
        from === String(sharedBytes),
    );
}
