import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { processAlive } from '../../platform/processAlive.ts';
import { readRegular } from '../../platform/regularFile.ts';
import type { RunningAgent } from '../agentLog.ts';
import { isJsonObject, text } from './parse/usage.ts';

/**
 * Ids of the sessions whose Claude Code is running: `sessions/<pid>.json` in a configuration
 * directory names them, and the process must still be there.
 */
export function runningSessions(
  configDirs: readonly string[],
  isRunning: (pid: number) => boolean = processAlive,
): Set<string> {
  return new Set(
    configDirs.flatMap((folder) =>
      runningAgents(folder, isRunning).map(({ sessionId }) => sessionId),
    ),
  );
}

/** The same of one configuration directory, with the processes. */
export function runningAgents(
  folder: string,
  isRunning: (pid: number) => boolean = processAlive,
): RunningAgent[] {
  return namesIn(join(folder, 'sessions')).flatMap((name) => {
    const pid = Number(/^(\d{1,10})\.json$/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || !isRunning(pid)) return [];
    const session = sessionIn(join(folder, 'sessions', name));
    return session.sessionId === '' ? [] : [{ pid, ...session }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sessionIn(file: string): Omit<RunningAgent, 'pid'> {
  try {
    const value: unknown = JSON.parse(readRegular(file, 1_000_000).toString('utf8'));
    if (isJsonObject(value)) {
      const { startedAt } = value;
      return {
        sessionId: text(value.sessionId),
        cwd: text(value.cwd),
        startedAt: typeof startedAt === 'number' ? startedAt : 0,
      };
    }
  } catch {
    // Not there any more, half written, or no JSON.
  }
  return { sessionId: '', cwd: '', startedAt: 0 };
}
