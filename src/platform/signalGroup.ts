import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/**
 * Signals a program that was started as the head of a group of its own (`detached`), and what it has
 * started. What has ended is left alone. Windows has no groups and no signals: there the program and all
 * below it are ended, whatever the signal.
 */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // The number of one that has ended may be another's by now.
    if (child.exitCode === null && child.signalCode === null) endTree(pid);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone, or was never one.
    child.kill(signal);
  }
}

function endTree(pid: number): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const file = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  const options = { stdio: 'ignore', windowsHide: true } as const;
  spawn(file, ['/pid', String(pid), '/t', '/f'], options).on('error', () => undefined);
}
