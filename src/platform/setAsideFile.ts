import { constants, copyFileSync } from 'node:fs';

/** How the names of files end that could not be understood and were kept. */
export const brokenEnd = /\.broken-\d{4}-\d\d-\d\dT[\d-]+Z$/;

/** Keeps a file that cannot be understood under a dated name, before another takes its place. */
export function keepBroken(file: string, now = new Date()): string {
  const kept = `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`;
  copyFileSync(file, kept, constants.COPYFILE_EXCL);
  return kept;
}
