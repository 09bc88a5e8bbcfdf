import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { isToken, newToken } from '../platform/loopback.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { processAlive } from '../platform/processAlive.ts';

/** What `outlay serve` says of itself while it runs. */
export interface ServeNote {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  /** The store it answers from. */
  readonly store: string;
}

/** File with the token callers of `outlay serve` have to know, and nothing else: programs read it. */
export function serveTokenFile(dataFolder: string): string {
  return join(dataFolder, 'serve-token');
}

/** File in which a server that runs says where. */
export function serveNoteFile(dataFolder: string): string {
  return join(dataFolder, 'serve.json');
}

/** The token as it is kept; undefined where there is none, or others on the machine could have read it. */
export function readServeToken(dataFolder: string): string | undefined {
  const file = serveTokenFile(dataFolder);
  try {
    const othersMay = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
    const text = readFileSync(file, 'utf8').trim();
    return !othersMay && isToken(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The token, made where there is none or a new one is asked for. */
export function serveToken(dataFolder: string, { renew = false } = {}): string {
  const file = serveTokenFile(dataFolder);
  return withFileLock(file, () => {
    const kept = renew ? undefined : readServeToken(dataFolder);
    if (kept !== undefined) return kept;
    const made = newToken();
    writeFileAtomically(file, `${made}\n`, 0o600);
    return made;
  });
}

export function writeServeNote(dataFolder: string, note: ServeNote): void {
  writeFileAtomically(serveNoteFile(dataFolder), `${JSON.stringify(note)}\n`, 0o600);
}

/** The server that runs, as far as its note says; undefined where its process is gone. */
export function readServeNote(dataFolder: string): ServeNote | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(serveNoteFile(dataFolder), 'utf8'));
    if (!isObject(value)) return undefined;
    const { pid, port, version, store } = value;
    if (typeof pid !== 'number' || typeof port !== 'number' || !processAlive(pid)) return undefined;
    return { pid, port, version: String(version), store: String(store) };
  } catch {
    return undefined;
  }
}

/** Takes its own note away, not that of a server that came after it. */
export function forgetServeNote(dataFolder: string): void {
  if (readServeNote(dataFolder)?.pid === process.pid) {
    rmSync(serveNoteFile(dataFolder), { force: true });
  }
}
