/** BEGIN … COMMIT around `work`, rolled back when it throws. */
export function within<T>(
  begin: 'BEGIN' | 'BEGIN IMMEDIATE',
  exec: (sql: string) => void,
  work: () => T,
): T {
  exec(begin);
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
