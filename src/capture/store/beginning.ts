import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureFolder } from '../../dataFolder/paths.ts';
import { isObject } from '../../model/objects.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

/** Says since when calls count for who asks here; nothing else goes by it. */
function beginningFile(): string {
  return join(captureFolder(), 'beginning.json');
}

/** The moment of the last reset, UTC milliseconds; 0 where nobody has reset. */
export function beginning(): number {
  try {
    const read: unknown = JSON.parse(readFileSync(beginningFile(), 'utf8'));
    return isObject(read) && Number.isSafeInteger(read.since) ? (read.since as number) : 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError)
      return 0;
    throw error;
  }
}

export function beginAnew(now: number): void {
  writeFileAtomically(beginningFile(), `${JSON.stringify({ since: now })}\n`, 0o600);
}
