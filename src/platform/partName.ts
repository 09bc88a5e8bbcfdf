import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { processAlive } from './processAlive.ts';

/**
 * Name of the unfinished file that is to become `file`: whose it is, and nothing anybody could have
 * put there before. Open it with `wx`.
 */
export function partName(file: string): string {
  return `${file}.${process.pid}-${chance()}.part`;
}

/** Eight digits nobody else is likely to have: `wx` refuses what is there, and no secret is needed. */
function chance(): string {
  const mixed = Number(process.hrtime.bigint() % 0x1_0000_0000n) ^ (Math.random() * 0x1_0000_0000);
  return (mixed >>> 0).toString(16).padStart(8, '0');
}

/** What SQLite keeps beside a file of its own. */
const besideDatabase = ['-journal', '-wal', '-shm'];

/** How such a name ends, with the process in its first group. */
const partEnd = /\.(\d{1,10})(?:-[0-9a-f]{8})?\.part(?:-journal|-wal|-shm)?$/;

/** Whether a name is one of `partName`'s, of this version or an older one. */
export function isPartOf(file: string, name: string): boolean {
  const base = basename(file);
  return name.startsWith(`${base}.`) && name.slice(base.length).replace(partEnd, '') === '';
}

/** Removes a part after a failure, which it must not hide. */
export function removePart(part: string): void {
  for (const file of [part, ...besideDatabase.map((end) => part + end)]) {
    try {
      rmSync(file, { force: true });
    } catch {
      // No folder to remove it from, say: then it is not there.
    }
  }
}

/** Removes the parts of files that programs left which do not run any more. */
export function removeDeadParts(folder: string, isOurs: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    const pid = partEnd.exec(name)?.[1];
    if (pid === undefined || !isOurs(name) || processAlive(Number(pid))) continue;
    rmSync(join(folder, name), { force: true });
  }
}

/** Removes what killed programs left of one file. */
export function removeDeadPartsOf(file: string): void {
  removeDeadParts(dirname(file), (name) => isPartOf(file, name));
}
