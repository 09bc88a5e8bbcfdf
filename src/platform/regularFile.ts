import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  // Loaded when it is used, unlike the module of its own.
  promises,
  readFileSync,
  type Stats,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** What is said of a path behind which no regular file is: a pipe, a socket, a device, a folder. */
export const notRegular = 'no regular file';

/** A pipe nobody writes to would hold up who opens it; Windows has no such flag and no such file. */
const readingFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

class NotRegularError extends Error {
  readonly code = notRegular;

  constructor(path: string) {
    super(`${path} is no regular file`);
    this.name = 'NotRegularError';
  }
}

/**
 * Opens a file that somebody else may have put there, for reading. Throws the file system's errors,
 * and one with the code `notRegular` where it is anything but a regular file.
 */
export function openRegular(path: string): { readonly fd: number; readonly stats: Stats } {
  const fd = openSync(path, readingFlags);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new NotRegularError(path);
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The same without holding up the thread. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await promises.open(path, readingFlags);
  try {
    if (!(await file.stat()).isFile()) throw new NotRegularError(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of a regular file, which has no more than `largest` of them. Throws as `openRegular` does,
 * and a RangeError where it is larger.
 */
export function readRegular(path: string, largest: number): Buffer {
  const { fd, stats } = openRegular(path);
  try {
    if (stats.size > largest) throw new RangeError(`${path} has more than ${largest} bytes`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
