import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isGuardInstalled, readInstalls } from '../../dataFolder/guardInstalls.ts';
import { smallestOf } from '../../model/lists.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { clockSkewMs } from '../../query/liveSession.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { isProject } from '../../text/paths.ts';
import { endOf } from '../ownTranscripts.ts';
import { allStates } from '../sessionState.ts';
import { launcherOf, portOf } from './hookEntries.ts';
import { type InstallScope, settingsFile } from './installFiles.ts';
import { hookObstacles, httpObstacles, managedFiles } from './policy.ts';
import { ownHandlers } from './settingsEdit.ts';

/** Where the guard may be installed, and whether it is. */
export interface InstalledAt {
  readonly scope: InstallScope;
  readonly file: string;
  readonly installed: boolean;
  /** Not for every event: some were taken out, or came with a later version. */
  readonly partly: boolean;
  readonly strict: boolean;
  /** A server on loopback is asked about single calls. */
  readonly http: boolean;
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
    const none = { scope, file, installed: false, partly: false, strict: false, http: false };
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
      http: handlers.some(({ handler }) => portOf(handler) !== undefined),
      launcherGone: handlers
        .map(({ handler }) => launcherOf(handler))
        .some((launcher) => launcher !== undefined && !existsSync(launcher)),
      problem: '',
    };
  });
}

/** Why hooks do not run at all; with `http` also why Claude Code would not ask a server on loopback. */
export function obstaclesOf(places: GuardPlaces, http: boolean): string[] {
  const own = scopes.map((scope) => settingsFile(scope, places));
  const managed = managedFiles(places.platform, places.env);
  return [
    ...hookObstacles(managed, own),
    ...(http ? httpObstacles([...managed, ...own], places.env) : []),
  ];
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
  /** Calls its server should have been asked about, and was not. */
  readonly missed: number;
  /** Why it is not guarded; undefined where it is. */
  readonly reason: UnguardedReason | undefined;
}

/** Why the guard does not see a session, as far as that can be told. */
export type UnguardedReason =
  | 'notInstalled'
  | 'before'
  | 'otherHooks'
  | 'editorPanel'
  | 'noHooks'
  | 'unknown';

/** The same in words. Views have their own, in the editor's language. */
export const unguardedText: Readonly<Record<UnguardedReason, string>> = {
  notInstalled: 'the guard is not installed in settings this session reads',
  before: 'it spent before the guard was installed',
  otherHooks: 'its hooks ran, and the guard was not among them',
  editorPanel: "the editor's panel of Claude Code skips some hooks",
  noHooks: 'no hook ran: its folder is not trusted, or it was started with --bare or --safe-mode',
  unknown: 'why is not known',
};

/** One answer may take so long without a hook of its own. */
const longestAnswerMs = 15 * 60_000;
const lookedBackMs = 86_400_000;

/** Sessions of the last day, the latest first: the guard's answers held against what was spent. */
export function sessionGuards(
  db: SqlDatabase,
  places: Pick<GuardPlaces, 'dataFolder'>,
  installed: boolean,
  now: number,
): SessionGuard[] {
  const states = new Map(allStates(places.dataFolder, now).map((state) => [state.sid, state]));
  const since = smallestOf(readInstalls(places.dataFolder).map(({ at }) => at));
  const pathOf = db.prepare("SELECT path FROM file WHERE path LIKE '%' || ? || '.jsonl' LIMIT 1");
  const entrypoint = db.prepare(
    `SELECT w.text AS text FROM message m JOIN word w ON w.id = m.entrypoint
     WHERE m.session = ? ORDER BY m.at DESC LIMIT 1`,
  );
  const reader = new StoreReader(db);
  // Other products have no hooks of ours.
  const others = reader.products();
  return reader
    .sessions(200)
    .filter(({ root, endedAt, messages }) => {
      if (others.has(root)) return false;
      return messages > 0 && now - endedAt < lookedBackMs && endedAt < now + clockSkewMs;
    })
    .map(({ id, sid, cwd, endedAt }) => {
      const state = states.get(sid);
      const seen = state !== undefined && endedAt - state.at < longestAnswerMs;
      const transcript = pathOf.get<{ path: string }>(sid)?.path;
      const why = (): UnguardedReason =>
        reasonOf(
          installed,
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
        missed: state?.missed ?? 0,
        reason: seen ? undefined : why(),
      };
    });
}

/** A session that spends although the guard, which is installed for it, does not see it. */
export interface UnguardedSession {
  readonly sid: string;
  readonly reason: UnguardedReason;
}

/**
 * Sessions of the last day that the guard should have seen and did not: all of them where it is in the
 * user's settings, else those of the projects it is in.
 */
export function unguardedSessions(
  db: SqlDatabase,
  places: Pick<GuardPlaces, 'configDir' | 'dataFolder'>,
  now: number,
): UnguardedSession[] {
  const { configDir, dataFolder } = places;
  const user = settingsFile('user', { configDir, project: '' });
  const files = readInstalls(dataFolder).map(({ file }) => file);
  const everywhere = files.some((file) => file === user || basename(dirname(file)) !== '.claude');
  const projects = files.map((file) => dirname(dirname(file)));
  const inForce = (cwd: string): boolean =>
    everywhere || projects.some((path) => isProject({ cwd, gitRoot: null }, path));
  return sessionGuards(db, places, isGuardInstalled(dataFolder), now).flatMap(
    ({ sid, cwd, reason }) =>
      reason === undefined || reason === 'before' || !inForce(cwd) ? [] : [{ sid, reason }],
  );
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
): UnguardedReason {
  if (!installed) return 'notInstalled';
  if (before) return 'before';
  if (hooks === 'others') return 'otherHooks';
  if (/vscode/i.test(entrypoint)) return 'editorPanel';
  return hooks === 'none' ? 'noHooks' : 'unknown';
}

/** Where the launcher stands. */
export function launcherPath(dataFolder: string, platform: NodeJS.Platform): string {
  return join(dataFolder, 'bin', platform === 'win32' ? 'outlay.cmd' : 'outlay');
}
