import { readFileSync } from 'node:fs';
import type { RunningAgent } from '../agents/agentLog.ts';
import { isInFolder } from '../analysis/spend/patterns.ts';
import { pathKey } from '../text/paths.ts';

/** What a run was started as. */
export interface RunStart {
  readonly pid: number;
  /** The folder it was started in, by its real path. */
  readonly cwd: string;
  /** UTC milliseconds. */
  readonly at: number;
}

/** A clock may be read a moment before it is written down. */
const slackMs = 2000;

/**
 * Whether a running agent belongs to a run: it is the process that was started, or one below it. Where
 * nobody says whose child a process is, one counts that has begun since in the same folder or below it.
 */
export function belongsTo(
  agent: RunningAgent,
  start: RunStart,
  parentOf: (pid: number) => number | undefined = parentProcess,
): boolean {
  if (agent.pid === start.pid) return true;
  let known = false;
  let pid: number | undefined = agent.pid;
  for (let steps = 0; steps < 64 && pid !== undefined && pid > 1; steps++) {
    pid = parentOf(pid);
    if (pid === start.pid) return true;
    known ||= pid !== undefined;
  }
  if (known) return false;
  return (
    agent.startedAt >= start.at - slackMs &&
    agent.cwd !== '' &&
    isInFolder(pathKey(agent.cwd), pathKey(start.cwd))
  );
}

/** The parent of a process; undefined where the system does not tell it in a file. */
export function parentProcess(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything, brackets too.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parent);
  } catch {
    return undefined;
  }
}
