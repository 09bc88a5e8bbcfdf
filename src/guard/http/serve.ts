import { readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import {
  readPlace,
  readServerNote,
  type ServerPlace,
  serverNoteFile,
  writeServerNote,
} from '../../dataFolder/guardServer.ts';
import { listenOnLoopback } from '../../platform/loopback.ts';
import type { GuardMachine } from '../judge.ts';
import { answersHealth } from './callServer.ts';
import { guardHandler } from './handler.ts';

/** How the server keeps to itself; tests are less patient. */
export interface ServeTimes {
  /** Without a question for so long, it ends. */
  readonly idleMs: number;
  /** So often it looks whether it is still wanted. */
  readonly lookMs: number;
}

const usualTimes: ServeTimes = { idleMs: 60 * 60_000, lookMs: 10_000 };

/**
 * Answers hooks on loopback until nobody asks any more, the guard is no longer installed that way, or
 * another version of Outlay has taken the launcher over. Resolves with the server once it listens; with
 * nothing where there is nothing to do.
 */
export async function serveGuard(
  machine: () => GuardMachine,
  times: ServeTimes = usualTimes,
): Promise<Server | undefined> {
  const { dataFolder } = machine();
  const place = readPlace(dataFolder);
  if (place === undefined) return undefined;
  const { createServer } = process.getBuiltinModule('node:http');
  const handle = guardHandler(place, machine);
  let askedAt = Date.now();
  const server = createServer(
    // A question is short, and its answer takes milliseconds.
    { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      if (handle(request, response)) askedAt = Date.now();
    },
  );
  server.maxConnections = 256;
  const listens = await listenOnLoopback(server, place.port);
  if (!listens) {
    // Another hook was faster to start one; or the port is a stranger's, which is to be said.
    if (await answersHealth(place)) return undefined;
    writeServerNote(dataFolder, { pid: process.pid, at: Date.now(), portTaken: true });
    return undefined;
  }
  writeServerNote(dataFolder, { pid: process.pid, at: Date.now(), portTaken: false });
  const launcher = launcherText(dataFolder);
  const look = setInterval(() => {
    const wanted = samePlace(readPlace(dataFolder), place);
    const same = launcherText(dataFolder) === launcher;
    if (wanted && same && Date.now() - askedAt < times.idleMs) return;
    server.close();
  }, times.lookMs);
  server.on('close', () => {
    clearInterval(look);
    forgetNote(dataFolder);
  });
  return server;
}

function samePlace(a: ServerPlace | undefined, b: ServerPlace): boolean {
  return a !== undefined && a.port === b.port && a.token === b.token;
}

/** The launcher names the bundle of the version in force. */
function launcherText(dataFolder: string): string {
  try {
    return readFileSync(join(dataFolder, 'bin', 'outlay'), 'utf8');
  } catch {
    return '';
  }
}

/** Takes its own note away, not that of a server that came after it. */
function forgetNote(dataFolder: string): void {
  if (readServerNote(dataFolder)?.pid === process.pid) {
    rmSync(serverNoteFile(dataFolder), { force: true });
  }
}
