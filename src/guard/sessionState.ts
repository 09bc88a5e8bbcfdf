import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../model/fingerprint.ts';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { type BreakerState, freshBreaker } from './breaker.ts';

/**
 * What the guard remembers of one session, in a small file: that it answered, whom it warned and asked,
 * which agents it let start. Ids, times, hashes and sentences of its own; nothing of a prompt or of a tool's
 * input.
 */
export interface SessionState {
  readonly sid: string;
  readonly cwd: string;
  /** UTC milliseconds: the first and the last answer, and how many. */
  readonly first: number;
  readonly at: number;
  readonly answers: number;
  /** Answers that were failures of the guard's own. */
  readonly failures: number;
  /** What was said once. */
  readonly warned: readonly string[];
  /** What is to be said when the main thread is asked next. */
  readonly unsaid: readonly { readonly key: string; readonly text: string }[];
  /** What was asked in the present batch of calls of a thread. */
  readonly asked: readonly { readonly key: string; readonly thread: string; readonly at: number }[];
  /** Limits one prompt was let through. */
  readonly allowed: readonly { readonly key: string; readonly prompt: string }[];
  /** Agents that were let start and have no transcript yet, by the id of the call. */
  readonly starting: readonly { readonly call: string; readonly at: number }[];
  /** Agents that have ended, and when. */
  readonly ended: readonly { readonly agent: string; readonly at: number }[];
  /** Agents at work at the last answer. */
  readonly live: number;
  readonly breaker: BreakerState;
  /** What writing an expired cache will cost: told instead of sending the next prompt, once. */
  readonly cold: string;
  /** Calls the server was asked about, until their batch has ended. */
  readonly heard: readonly string[];
  /** Calls that ran although it should have been asked and was not. */
  readonly missed: number;
}

export function freshState(sid: string, now: number): SessionState {
  return {
    sid,
    cwd: '',
    first: now,
    at: now,
    answers: 0,
    failures: 0,
    warned: [],
    unsaid: [],
    asked: [],
    allowed: [],
    starting: [],
    ended: [],
    live: 0,
    breaker: freshBreaker,
    cold: '',
    heard: [],
    missed: 0,
  };
}

/** Folder of the data folder that holds a file for each session. */
export function stateFolder(dataFolder: string): string {
  return join(dataFolder, 'guard');
}

/** Name of a session's file: ids are those of Claude Code, and anything else becomes a fingerprint. */
export function stateName(sid: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(sid)
    ? `${sid}.json`
    : `x${fingerprint(sid)}.json`;
}

/** Files of the folder, for whoever lists or removes what Outlay keeps. */
export const stateFilePattern =
  /^(?:[0-9a-f-]{36}|x[0-9a-f]{16})(?:\.tail)?\.json(?:\.lock|\.\d+(-[0-9a-f]{8})?\.part)?$/;

/** Sessions remembered at most, and for how long. */
const mostSessions = 500;
const longestKeptMs = 30 * 86_400_000;

/** Lists kept in a state are cut to their newest. */
const mostNoted = 60;
const mostHeard = 500;
const mostAgents = 2_000;

/**
 * Changes what is remembered of a session, under a lock: calls of tools run side by side, and so do
 * their hooks. `work` may decide by what it finds; what it answers is handed on.
 */
export function updateState<T>(
  dataFolder: string,
  sid: string,
  now: number,
  work: (state: SessionState) => { readonly state: SessionState; readonly result: T },
): T {
  const file = join(stateFolder(dataFolder), stateName(sid));
  return withFileLock(file, () => {
    const before = readState(file, sid, now);
    const { state, result } = work(before);
    const next = bounded({ ...state, at: now, answers: before.answers + 1 });
    writeFileAtomically(file, `${JSON.stringify(next)}\n`, 0o600);
    return result;
  });
}

function bounded(state: SessionState): SessionState {
  return {
    ...state,
    warned: state.warned.slice(-mostNoted),
    unsaid: state.unsaid.slice(-5),
    asked: state.asked.slice(-mostNoted),
    allowed: state.allowed.slice(-mostNoted),
    starting: state.starting.slice(-mostNoted),
    ended: state.ended.slice(-mostAgents),
    heard: state.heard.slice(-mostHeard),
  };
}

/** Reads a state; what is no state is as if there were none. */
export function readState(file: string, sid: string, now: number): SessionState {
  const fresh = freshState(sid, now);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return fresh;
  }
  if (!isObject(value) || value.sid !== sid) return fresh;
  const read: Record<string, unknown> = { ...fresh };
  for (const [name, usual] of Object.entries(fresh)) {
    const found = value[name];
    const same = typeof found === typeof usual && Array.isArray(found) === Array.isArray(usual);
    if (same && found !== null) read[name] = found;
  }
  const breaker = isObject(value.breaker) ? value.breaker : {};
  const lists = ['made', 'failed', 'results'].every((name) => Array.isArray(breaker[name]));
  if (!lists) read.breaker = freshBreaker;
  return read as unknown as SessionState;
}

/** Every session that is remembered, the last answered first. */
export function allStates(dataFolder: string, now: number): SessionState[] {
  const folder = stateFolder(dataFolder);
  return namesIn(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.tail.json'))
    .map((name) => sidIn(join(folder, name)))
    .filter((sid) => sid !== undefined)
    .map((sid) => readState(join(folder, stateName(sid)), sid, now))
    .sort((a, b) => b.at - a.at);
}

function sidIn(file: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(value) && typeof value.sid === 'string' ? value.sid : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets sessions of long ago. Called when a session starts, not at every answer. */
export function forgetOldStates(dataFolder: string, now: number): void {
  const folder = stateFolder(dataFolder);
  const files = namesIn(folder)
    .map((name) => join(folder, name))
    .map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at);
  for (const [index, { file, at }] of files.entries()) {
    if (index >= mostSessions || now - at > longestKeptMs) rmSync(file, { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => stateFilePattern.test(name));
  } catch {
    return [];
  }
}
