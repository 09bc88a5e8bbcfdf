import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { objectIn } from '../platform/jsonFile.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import { isToken, newToken } from '../platform/loopback.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { processAlive } from '../platform/processAlive.ts';

/** Where the guard's server listens on loopback, and what a caller has to know. */
export interface ServerPlace {
  readonly port: number;
  /** Letters, digits, `-` and `_`: it stands in a header of Claude Code's settings. */
  readonly token: string;
}

/** What a server says of itself beside its place. */
export interface ServerNote {
  readonly pid: number;
  /** UTC milliseconds. */
  readonly at: number;
  /** Another program has the port. */
  readonly portTaken: boolean;
}

/** File that says where the server listens; it is there while the guard is installed that way. */
export function placeFile(dataFolder: string): string {
  return join(dataFolder, 'guard-http.json');
}

/** File the server that runs writes about itself. */
export function serverNoteFile(dataFolder: string): string {
  return join(dataFolder, 'guard-server.json');
}

/** The place that was chosen when the guard was installed; undefined where it was not, or is unreadable. */
export function readPlace(dataFolder: string): ServerPlace | undefined {
  const value = objectIn(placeFile(dataFolder));
  const { port, token } = value;
  if (!Number.isInteger(port) || (port as number) < 1024 || (port as number) > 65_535) {
    return undefined;
  }
  if (!isToken(token)) return undefined;
  return { port: port as number, token };
}

/** Chooses a place. Systems give ports above to whoever asks for any: those would be taken sooner. */
export function newPlace(): ServerPlace {
  return { port: crypto().randomInt(20_000, 32_000), token: newToken() };
}

export function writePlace(dataFolder: string, place: ServerPlace): void {
  writeFileAtomically(placeFile(dataFolder), `${JSON.stringify(place)}\n`, 0o600);
}

/** Forgets the place: a server that still runs ends by itself. */
export function dropPlace(dataFolder: string): void {
  for (const file of [placeFile(dataFolder), serverNoteFile(dataFolder)]) {
    rmSync(file, { force: true });
  }
}

export function readServerNote(dataFolder: string): ServerNote | undefined {
  const { pid, at, portTaken } = objectIn(serverNoteFile(dataFolder));
  if (typeof pid !== 'number' || typeof at !== 'number') return undefined;
  return { pid, at, portTaken: portTaken === true };
}

export function writeServerNote(dataFolder: string, note: ServerNote): void {
  writeFileAtomically(serverNoteFile(dataFolder), `${JSON.stringify(note)}\n`, 0o600);
}

/** So often a server is tried whose port another program has. */
const retryMs = 60_000;

/** Whether a server is to be started: none has said that it runs, or the process of that one is gone. */
export function lacksServer(dataFolder: string): boolean {
  const note = readServerNote(dataFolder);
  if (note === undefined) return true;
  const age = Date.now() - note.at;
  return note.portTaken ? age < 0 || age > retryMs : !processAlive(note.pid);
}
