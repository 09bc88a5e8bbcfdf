import { join } from 'node:path';
import { isAmount, isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { readRegular } from '../platform/regularFile.ts';

/**
 * What Claude Code itself reports to its status line, kept for whoever shows it: nothing of it is known
 * anywhere else. Read without zod: the status line has no time for it.
 */

/** Periods a gateway's limits have; they are those of UTC. */
export type LimitPeriod = 'day' | 'week' | 'month';

/** How a wire names a period: `daily`, `day` …; undefined for what nobody knows yet. */
export function limitPeriodOf(text: unknown): LimitPeriod | undefined {
  if (typeof text !== 'string') return undefined;
  const names: Readonly<Record<string, LimitPeriod>> = {
    ...{ daily: 'day', weekly: 'week', monthly: 'month' },
    ...{ day: 'day', week: 'week', month: 'month' },
  };
  return Object.hasOwn(names, text) ? names[text] : undefined;
}

/** A share of a plan's window or of a spend limit, as the client says it. */
export interface OfficialShare {
  /** 0 … 1, and above where a limit may be passed. */
  readonly share: number;
  /** UTC milliseconds; undefined where the client does not say. */
  readonly resetsAt?: number;
  /** Of a spend limit, in dollars. */
  readonly usedUsd?: number;
  readonly limitUsd?: number;
  readonly period?: LimitPeriod;
}

/** Names of the windows as the client has them. */
export const windowNames = ['five_hour', 'seven_day', 'spend_limit'] as const;
export type WindowName = (typeof windowNames)[number];

/** How the prompt cache of a session stands. */
export interface CacheReport {
  readonly warm: boolean;
  /** UTC milliseconds. */
  readonly expiresAt?: number;
  /** Tokens written anew once it has expired. */
  readonly recacheTokens?: number;
  /** Prompt tokens read from it, 0 … 1. */
  readonly hitRatio?: number;
}

/** What one session's client reported last. */
export interface ClientReport {
  /** When, UTC milliseconds. */
  readonly at: number;
  /** Where the session works; '' where the client did not say. */
  readonly cwd: string;
  /** The client's own total of the session, in dollars. */
  readonly costUsd?: number;
  /** How long the session has run, in milliseconds. */
  readonly runsMs?: number;
  /** Share of the context that is used, 0 … 1. */
  readonly context?: number;
  readonly cache?: CacheReport;
  readonly windows?: Partial<Readonly<Record<WindowName, OfficialShare>>>;
}

/** Sessions kept, and for how long one counts after its last report. */
const mostSessions = 40;
const keptMs = 8 * 86_400_000;

/** A larger file was not written by us. */
const mostBytes = 256 * 1024;

/** An unchanged report is written again only after this long: it dates what is shown. */
const refreshMs = 20_000;

/** How long the status line may wait for another one that writes. */
const patienceMs = 60;

/** File of the data folder with what clients report. */
export function clientReportsFile(dataFolder: string): string {
  return join(dataFolder, 'client.json');
}

/** Reports by session; none where there is no such file or it is not ours. */
export function readClientReports(dataFolder: string): ReadonlyMap<string, ClientReport> {
  try {
    const text = readRegular(clientReportsFile(dataFolder), mostBytes).toString('utf8');
    const content: unknown = JSON.parse(text);
    const sessions = isObject(content) && isObject(content.sessions) ? content.sessions : {};
    return new Map(
      Object.entries(sessions).flatMap(([sid, value]): [string, ClientReport][] =>
        isSessionId(sid) && isReport(value) ? [[sid, value]] : [],
      ),
    );
  } catch {
    return new Map();
  }
}

/** Keeps a session's report; false where nothing was written: it is known, or another one is writing. */
export function keepClientReport(dataFolder: string, sid: string, report: ClientReport): boolean {
  const file = clientReportsFile(dataFolder);
  if (isKnown(readClientReports(dataFolder).get(sid), report)) return false;
  try {
    return withFileLock(
      file,
      (isHeld) => {
        const others = [...readClientReports(dataFolder)].filter(
          ([other, { at }]) => other !== sid && at > report.at - keptMs,
        );
        const newest = others.sort(([, a], [, b]) => b.at - a.at).slice(0, mostSessions - 1);
        if (!isHeld()) return false;
        const sessions = Object.fromEntries([[sid, report], ...newest]);
        writeFileAtomically(file, `${JSON.stringify({ version: 1, sessions })}\n`, 0o600);
        return true;
      },
      { patienceMs },
    );
  } catch {
    return false;
  }
}

function isKnown(known: ClientReport | undefined, report: ClientReport): boolean {
  if (known === undefined) return false;
  // Of two that come at once the later one was made later; a clock that was put back is none of these.
  if (known.at > report.at && known.at - report.at < refreshMs) return true;
  const same = JSON.stringify({ ...known, at: 0 }) === JSON.stringify({ ...report, at: 0 });
  return same && Math.abs(report.at - known.at) < refreshMs;
}

/** The official shares that were reported last, with their age; those whose window is over are gone. */
export interface OfficialShares {
  /** When the client said so, UTC milliseconds. */
  readonly at: number;
  readonly windows: Partial<Readonly<Record<WindowName, OfficialShare>>>;
}

/** The newest shares any client reported that still hold; undefined where there are none. */
export function officialShares(
  reports: ReadonlyMap<string, ClientReport>,
  now: number,
): OfficialShares | undefined {
  let newest: ClientReport | undefined;
  for (const report of reports.values()) {
    if (report.windows === undefined || report.at <= now - keptMs) continue;
    if (newest === undefined || report.at > newest.at) newest = report;
  }
  if (newest === undefined) return undefined;
  const { at, windows = {} } = newest;
  const held = windowNames.flatMap((name): [WindowName, OfficialShare][] => {
    const share = windows[name];
    return share !== undefined && (share.resetsAt ?? Number.POSITIVE_INFINITY) > now
      ? [[name, share]]
      : [];
  });
  return held.length === 0 ? undefined : { at, windows: Object.fromEntries(held) };
}

/** Whether an id is one Claude Code makes. */
export function isSessionId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id);
}

function isReport(value: unknown): value is ClientReport {
  if (!isObject(value)) return false;
  const { at, cwd, costUsd, runsMs, context, cache, windows } = value;
  const numbers = [costUsd, runsMs, context].every((each) => each === undefined || isAmount(each));
  const wholeCache =
    cache === undefined ||
    (isObject(cache) &&
      typeof cache.warm === 'boolean' &&
      [cache.expiresAt, cache.recacheTokens, cache.hitRatio].every(
        (each) => each === undefined || isAmount(each),
      ));
  const wholeWindows =
    windows === undefined ||
    (isObject(windows) &&
      windowNames.every((name) => windows[name] === undefined || isShare(windows[name])));
  return isAmount(at) && typeof cwd === 'string' && numbers && wholeCache && wholeWindows;
}

function isShare(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { share, resetsAt, usedUsd, limitUsd, period } = value;
  return (
    isAmount(share) &&
    (period === undefined || limitPeriodOf(period) === period) &&
    [resetsAt, usedUsd, limitUsd].every((each) => each === undefined || isAmount(each))
  );
}
