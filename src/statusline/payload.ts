import type { CacheReport, ClientReport, OfficialShare } from '../dataFolder/clientReports.ts';
import { isSessionId, limitPeriodOf, windowNames } from '../dataFolder/clientReports.ts';
import { isObject } from '../model/objects.ts';

/** What a client's status line input says, as far as it can be believed. */
export interface Payload {
  /** Undefined where there is none a client would make. */
  readonly sid: string | undefined;
  readonly report: ClientReport;
}

/** More than any session costs or any clock shows: such a number is no figure. */
const mostUsd = 1e6;
const mostTokens = 1e12;
const mostMs = 1e13;

/** Longest path that is kept. */
const longestPath = 4096;

/**
 * Reads the JSON Claude Code gives its status line. Nothing of it is trusted: what is no object, no number,
 * below nothing or beyond reason is as if it were not there, and the rest counts.
 */
export function readPayload(text: string, now: number): Payload {
  const value = parse(text);
  const workspace = objectAt(value, 'workspace');
  const cost = objectAt(value, 'cost');
  const window = objectAt(value, 'context_window');
  const cwd = [workspace.project_dir, workspace.current_dir, value.cwd].find(isPath) ?? '';
  return {
    sid: isSessionId(value.session_id) ? value.session_id : undefined,
    report: {
      at: now,
      cwd,
      ...known('costUsd', numberOf(cost.total_cost_usd, mostUsd)),
      ...known('runsMs', numberOf(cost.total_duration_ms, mostMs)),
      ...known('context', shareOf(window.used_percentage, 100)),
      ...known('cache', cacheOf(value.prompt_cache)),
      ...known('windows', windowsOf(objectAt(value, 'rate_limits'))),
    },
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function objectAt(
  value: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestPath;
}

function known<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function numberOf(value: unknown, most: number): number | undefined {
  const sound = typeof value === 'number' && value >= 0 && value <= most;
  return sound ? value : undefined;
}

/** A percentage as a share of one. */
function shareOf(percent: unknown, most: number): number | undefined {
  const found = numberOf(percent, most);
  return found === undefined ? undefined : Math.round(found * 1e4) / 1e6;
}

/** Seconds since 1970 as milliseconds. */
function momentOf(seconds: unknown): number | undefined {
  const found = numberOf(seconds, mostMs / 1000);
  return found === undefined || found === 0 ? undefined : Math.round(found * 1000);
}

function cacheOf(value: unknown): CacheReport | undefined {
  if (!isObject(value) || typeof value.warm !== 'boolean') return undefined;
  // A session without a cache has none that could be cold.
  if (value.caching_observed === false) return undefined;
  return {
    warm: value.warm,
    ...known('expiresAt', momentOf(value.expires_at)),
    ...known('recacheTokens', numberOf(value.recache_tokens_if_cold, mostTokens)),
    ...known('hitRatio', numberOf(value.hit_ratio, 1)),
  };
}

function windowsOf(limits: Readonly<Record<string, unknown>>): ClientReport['windows'] {
  const found = windowNames.flatMap((name): [string, OfficialShare][] => {
    const window = objectAt(limits, name);
    const share = shareOf(window.used_percentage, 10_000);
    if (share === undefined) return [];
    const whole = {
      share,
      ...known('resetsAt', momentOf(window.resets_at)),
      ...known('usedUsd', numberOf(window.used_usd, 1e9)),
      ...known('limitUsd', numberOf(window.limit_usd, 1e9)),
      ...known('period', limitPeriodOf(window.period)),
    };
    return [[name, whole]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
