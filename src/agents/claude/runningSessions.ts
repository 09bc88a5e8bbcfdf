import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { processAlive } from '../../platform/processAlive.ts';
import { readRegular } from '../../platform/regularFile.ts';
import { isJsonObject, text } from './parse/usage.ts';

/**
 * Ids of the sessions whose Claude Code is running: `sessions/<pid>.json` in a configuration
 * directory names them, and the process must still be there.
 */
export function runningSessions(
  configDirs: readonly string[],
  isRunning: (pid: number) => boolean = processAlive,
): Set<string> {
  const running = new Set<string>();
  for (const folder of configDirs) {
    for (const name of namesIn(join(folder, 'sessions'))) {
      const pid = Number(/^(\d{1,10})\.json$/.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(pid) || !isRunning(pid)) continue;
      const session = sessionIn(join(folder, 'sessions', name));
      if (session !== '') running.add(session);
    }
  }
  return running;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sessionIn(file: string): string {
  try {
    const value: unknown = JSON.parse(readRegular(file, 1_000_000).toString('utf8'));
    return isJsonObject(value) ? text(value.sessionId) : '';
  } catch {
    return '';
  }
}
