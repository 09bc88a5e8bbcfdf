/** BEGIN IMMEDIATE … COMMIT around `work`, rolled back when it throws. */
export function immediate<T>(exec: (sql: string) => void, work: () => T): T {
  exec('BEGIN IMMEDIATE');
  let result: T;
  try {
    result = work();
    exec('COMMIT');
  } catch (error) {
    try {
      exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (full disk, damage); the first error is the one to tell.
    }
    throw error;
  }
  return result;
}
