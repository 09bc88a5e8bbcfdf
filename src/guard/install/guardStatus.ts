import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInstalls } from '../../dataFolder/guardInstalls.ts';
import { smallestOf } from '../../model/lists.ts';
import { clockSkewMs } from '../../query/liveSession.ts';
import type { SqlDatabase } from '../../store/driver/types.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { endOf } from '../ownTranscripts.ts';
import { allStates } from '../sessionState.ts';
import { launcherOf } from './hookEntries.ts';
import { type InstallScope, settingsFile } from './installFiles.ts';
import { hookObstacles, managedFiles } from './policy.ts';
import { ownHandlers } from './settingsEdit.ts';

/** Where the guard may be installed, and whether it is. */
export interface InstalledAt {
  readonly scope: InstallScope;
  readonly file: string;
  readonly installed: boolean;
  /** Not for every event: some were taken out, or came with a later version. */
  readonly partly: boolean;
  readonly strict: boolean;
  /** Claude Code starts a launcher that is not there. */
  readonly launcherGone: boolean;
  /** Why the file says nothing; '' where it does. */
  readonly problem: string;
}

export interface GuardPlaces {
  readonly configDir: string;
  readonly project: string;
  readonly dataFolder: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const scopes: readonly InstallScope[] = ['user', 'project', 'local'];

/** Looks into each settings file. */
export function installedAt(places: GuardPlaces, events: number): InstalledAt[] {
  return scopes.map((scope) => {
    const file = settingsFile(scope, places);
    const none = { scope, file, installed: false, partly: false, strict: false };
    let handlers: ReturnType<typeof ownHandlers>;
    try {
      handlers = ownHandlers(readFileSync(file, 'utf8'), file);
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const problem = absent ? '' : (error as Error).message;
      return { ...none, launcherGone: false, problem };
    }
    const covered = new Set(handlers.map(({ event }) => event)).size;
    return {
      scope,
      file,
      installed: covered > 0,
      partly: covered > 0 && covered < events,
      strict: handlers.some(({ handler }) =>
        JSON.stringify(handler).includes('"onFailure":"block"'),
      ),
      launcherGone: handlers.some(({ handler }) => !existsSync(launcherOf(handler))),
      problem: '',
    };
  });
}

/** Why hooks do not run at all. */
export function obstaclesOf(places: GuardPlaces): string[] {
  const own = scopes.map((scope) => settingsFile(scope, places));
  return hookObstacles(managedFiles(places.platform, places.env), own);
}

/** A session that spent something lately, and whether the guard saw it. */
export interface SessionGuard {
  readonly sid: string;
  readonly cwd: string;
  /** UTC milliseconds of its last message. */
  readonly lastAt: number;
  readonly guarded: boolean;
  /** When the guard last answered it; null where it never did. */
  readonly answeredAt: number | null;
  /** Answers that were failures of the guard's own. */
  readonly failures: number;
  /** Why it is not guarded, where that is known; '' where it is guarded. */
  readonly reason: string;
}

/** One answer may take so long without a hook of its own. */
const longestAnswerMs = 15 * 60_000;
const lookedBackMs = 86_400_000;

/** Sessions of the last day, the latest first: the guard's answers held against what was spent. */
export function sessionGuards(
  db: SqlDatabase,
  places: GuardPlaces,
  installed: readonly InstalledAt[],
  now: number,
): SessionGuard[] {
  const states = new Map(allStates(places.dataFolder, now).map((state) => [state.sid, state]));
  const since = smallestOf(readInstalls(places.dataFolder).map(({ at }) => at));
  const pathOf = db.prepare("SELECT path FROM file WHERE path LIKE '%' || ? || '.jsonl' LIMIT 1");
  const entrypoint = db.prepare(
    `SELECT w.text AS text FROM message m JOIN word w ON w.id = m.entrypoint
     WHERE m.session = ? ORDER BY m.at DESC LIMIT 1`,
  );
  return new StoreReader(db)
    .sessions(200)
    .filter(({ endedAt, messages }) => {
      return messages > 0 && now - endedAt < lookedBackMs && endedAt < now + clockSkewMs;
    })
    .map(({ id, sid, cwd, endedAt }) => {
      const state = states.get(sid);
      const seen = state !== undefined && endedAt - state.at < longestAnswerMs;
      const transcript = pathOf.get<{ path: string }>(sid)?.path;
      const why = (): string =>
        reasonOf(
          installed.some((each) => each.installed),
          Number.isFinite(since) && endedAt < since,
          entrypoint.get<{ text: string }>(id)?.text ?? '',
          transcript === undefined ? 'unknown' : stopHooksIn(endOf(transcript)),
        );
      return {
        sid,
        cwd,
        lastAt: endedAt,
        guarded: seen,
        answeredAt: state?.at ?? null,
        failures: state?.failures ?? 0,
        reason: seen ? '' : why(),
      };
    });
}

/** What ran when a turn of a session ended: Claude Code writes it down. */
export type StopHooks = 'ours' | 'others' | 'none' | 'unknown';

export function stopHooksIn(text: string): StopHooks {
  const lines = text.split('\n');
  const last = lines.findLast((line) => line.includes('"subtype":"stop_hook_summary"'));
  if (last !== undefined) {
    return /outlay(\.cmd)?"? guard Stop/.test(last) ? 'ours' : 'others';
  }
  return lines.some((line) => line.includes('"stop_reason":"end_turn"')) ? 'none' : 'unknown';
}

function reasonOf(
  installed: boolean,
  before: boolean,
  entrypoint: string,
  hooks: StopHooks,
): string {
  if (!installed) return 'the guard is not installed in settings this session reads';
  if (before) return 'it spent before the guard was installed';
  if (hooks === 'others') return 'its hooks ran, and the guard was not among them';
  if (/vscode/i.test(entrypoint)) return "the editor's panel of Claude Code skips some hooks";
  if (hooks === 'none') {
    return 'no hook ran: its folder is not trusted, or it was started with --bare or --safe-mode';
  }
  return 'why is not known';
}

/** Where the launcher stands. */
export function launcherPath(dataFolder: string, platform: NodeJS.Platform): string {
  return join(dataFolder, 'bin', platform === 'win32' ? 'outlay.cmd' : 'outlay');
}
