import { type UnguardedSession, unguardedSessions } from '../guard/install/guardStatus.ts';
import { keptStore } from './keptStore.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** Asks which sessions the guard should have seen and did not. Plain data. */
export interface GuardTask extends TaskOrigin {
  /** Claude Code's configuration directory. */
  readonly configDir: string;
}

export interface GuardResult {
  readonly unguarded: readonly UnguardedSession[];
}

/** Holds the guard's answers against what was spent. */
export function runGuardStatus(task: GuardTask): GuardResult {
  const { configDir, dataFolder, now } = task;
  const places = { configDir, dataFolder };
  const unguarded = keptStore.use(contextParts(task), ({ db }) =>
    unguardedSessions(db, places, now),
  );
  return { unguarded };
}
