import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ClientReport } from '../dataFolder/clientReports.ts';
import type { StatusLineFigures } from '../dataFolder/statusLineFile.ts';
import { processAlive } from '../platform/processAlive.ts';

/** How long a refresh may take; then it ends, whatever it was doing. */
export const refreshLimitMs = 20_000;

/** Stands in the lock where a refresh has failed. */
const failedMark = 'failed';

/** A lock this old is left over. */
const staleLockMs = refreshLimitMs + 10_000;

/** Figures are read again after so long where something has happened, and where nothing is known of. */
const busyMs = 2000;
const idleMs = 30_000;

/** File that keeps refreshes from running beside each other. */
export function refreshLock(dataFolder: string): string {
  return join(dataFolder, 'statusline.lock');
}

/** Whether figures are to be read again. */
export function isDue(
  figures: StatusLineFigures | undefined,
  { sid, report }: { readonly sid: string | undefined; readonly report: ClientReport },
  dataFolder: string,
  now: number,
): boolean {
  if (figures === undefined || now >= figures.today.until) return true;
  const age = Math.abs(now - figures.at);
  if (age < busyMs) return false;
  if (age >= idleMs) return true;
  const known =
    sid !== undefined && Object.hasOwn(figures.sessions, sid) ? figures.sessions[sid] : undefined;
  if (sid !== undefined && known?.clientUsd !== report.costUsd) return true;
  // A budget was set, raised or paused.
  const settings = statSync(join(dataFolder, 'config.json'), { throwIfNoEntry: false });
  return settings !== undefined && settings.mtimeMs > figures.at;
}

/** Takes the lock without waiting; false where a refresh runs. */
export function takeLock(dataFolder: string): boolean {
  const lock = refreshLock(dataFolder);
  for (let tries = 0; tries < 2; tries++) {
    try {
      const fd = openSync(lock, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isLeftOver(lock)) return false;
      rmSync(lock, { force: true });
    }
  }
  return false;
}

function isLeftOver(lock: string): boolean {
  const stats = statSync(lock, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (Date.now() - stats.mtimeMs > staleLockMs) return true;
  try {
    const holder = readFileSync(lock, 'utf8');
    // Between making it and writing into it, it is empty.
    return holder !== '' && holder !== failedMark && !processAlive(Number(holder));
  } catch {
    return true;
  }
}

/** Whether this process has been given the lock. */
export function holdsLock(dataFolder: string): boolean {
  try {
    return Number(readFileSync(refreshLock(dataFolder), 'utf8')) === process.pid;
  } catch {
    return false;
  }
}

/** Keeps the lock for a while: what has failed just now would fail again. */
export function leaveLock(dataFolder: string): void {
  try {
    writeFileSync(refreshLock(dataFolder), failedMark);
  } catch {
    // A folder that cannot be written keeps no lock either.
  }
}

export function giveLockBack(dataFolder: string): void {
  rmSync(refreshLock(dataFolder), { force: true });
}

/**
 * Starts a process that reads the figures anew and ends by itself within `refreshLimitMs`. It has no
 * terminal, no pipes and no part in what Claude Code ends; the lock is its own from then on.
 */
export function startRefresh(program: string, dataFolder: string): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  try {
    const child = spawn(process.execPath, [program, 'statusline', '--refresh'], {
      detached: true,
      windowsHide: true,
      stdio: 'ignore',
      cwd: dataFolder,
    });
    child.on('error', () => giveLockBack(dataFolder));
    // The lock names who works: were it this process, the next one would take it for left over.
    if (child.pid !== undefined) writeHolder(refreshLock(dataFolder), child.pid);
    child.unref();
  } catch {
    giveLockBack(dataFolder);
  }
}

function writeHolder(lock: string, pid: number): void {
  const fd = openSync(lock, 'r+');
  writeSync(fd, String(pid).padEnd(12), 0);
  closeSync(fd);
}
