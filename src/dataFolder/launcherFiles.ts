import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../platform/partFile.ts';

const executable = 0o755;

/**
 * Writes the launcher's files where they are not yet as they should be, each as a whole, so that
 * somebody who starts one meanwhile runs the old or the new. Returns the names of those written.
 */
export async function writeLauncher(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  for (const [name, text] of files) {
    const file = join(folder, name);
    if (await isWritten(file, text)) continue;
    writeFileAtomically(file, text, executable);
    written.push(name);
  }
  return written;
}

async function isWritten(file: string, text: string): Promise<boolean> {
  try {
    if ((await readFile(file, 'utf8')) !== text) return false;
    return process.platform === 'win32' || ((await stat(file)).mode & 0o777) === executable;
  } catch {
    // Not there, or not ours to read: then it is written.
    return false;
  }
}
