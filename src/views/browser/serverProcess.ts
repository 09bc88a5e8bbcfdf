import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isObject } from '../../protocol/shared.ts';

/** How long a server may take to say where it is, milliseconds. */
const longestStartMs = 30_000;

/** What an `outlay serve` of this window's is to answer from, and where. */
export interface ServerWish {
  /** The terminal command's bundle. */
  readonly bundle: string;
  readonly storeFile: string;
  readonly port: number;
  /** A name it may be asked by besides those of this machine. */
  readonly allowHost?: string | undefined;
}

/** A server that runs, and the port it has. */
export interface RunningServer {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Starts a server that follows the store: the window reads transcripts itself. It ends with whoever started
 * it. Rejects with what it said where it could not begin.
 */
export async function startServer(wish: ServerWish): Promise<RunningServer> {
  const { bundle, storeFile, port, allowHost } = wish;
  const args = [
    ...[bundle, 'serve', '--json', '--next-free', '--port', String(port)],
    ...['--no-index', '--store', storeFile],
    ...(allowHost === undefined ? [] : ['--allow-host', allowHost]),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    complaint = (complaint + part).slice(-2000);
  });
  const timer = setTimeout(() => child.kill(), longestStartMs);
  try {
    const said = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line));
    const ended = once(child, 'exit').then((): never => {
      throw new Error(complaint.trim().split('\n')[0] ?? '');
    });
    const place: unknown = await Promise.race([said, ended]);
    ended.catch(() => {});
    if (!isObject(place) || typeof place.port !== 'number') throw new Error(complaint.trim());
    return { child, port: place.port };
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
