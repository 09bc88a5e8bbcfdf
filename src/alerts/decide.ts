import type { Alert, AlertState, OpenAlert } from '../dataFolder/alertFile.ts';
import { dayMs, hourMs } from '../model/calendar.ts';
import {
  type AlertLevel,
  type AlertRule,
  alertLevels,
  type ChannelName,
} from '../settings/alertSettings.ts';

/** Rules that look back over a window are not told again before this. */
export const cooldownMs = hourMs;

/** A clock that was ahead by more than this has written what cannot be waited for. */
const clockSkewMs = 120_000;

/** What was told is forgotten this long after its period. */
const keptMs = 2 * dayMs;

/** What was told at most, and what is still to be told at most. */
const mostTold = 5000;
const mostOpen = 200;

/** After this nobody wants to be told any more. */
const staleMs = dayMs;

/**
 * When something that was told is told again: not in the same period of a budget, unless its level
 * rises; where a rule looks back over a window, once the whole window is new.
 */
export type Repeat =
  | { readonly kind: 'period'; readonly instance: string; readonly until: number | undefined }
  | { readonly kind: 'window'; readonly ms: number; readonly limit: string };

/** What holds just now and may be told: an alert before it was decided upon. */
export interface Candidate extends Omit<Alert, 'id' | 'at' | 'told' | 'until' | 'cause'> {
  readonly repeat: Repeat;
  /** Finds what made most of it: asked for only where it is told. */
  readonly findCause: () => Alert['cause'];
  /** What its text says as well, so that nobody is told twice at once: another candidate's `toldKey`. */
  readonly covers?: string | undefined;
}

/** Where and when something is decided. */
export interface Decision {
  /** UTC milliseconds. */
  readonly now: number;
  /** Where alerts are told; the list of alerts is always. */
  readonly channels: readonly ChannelName[];
  readonly newId: () => string;
}

const rankOf = (level: AlertLevel): number => alertLevels.indexOf(level);

/** Under which an alert of a key and a period is remembered. */
export function toldKey(key: string, repeat: Repeat): string {
  return `${key} @${repeat.kind === 'period' ? repeat.instance : repeat.limit}`;
}

/** A key of what several rules, budgets and parts have each. */
export function alertKey(rule: AlertRule, ...parts: readonly string[]): string {
  return [rule, ...parts.filter((part) => part !== '')].join(' ');
}

/** The candidates that would be told now. */
export function due<C extends Candidate>(
  state: AlertState,
  candidates: readonly C[],
  now: number,
): C[] {
  const open = candidates.filter((each) => isDue(state, each, now));
  const covered = new Set(open.map(({ covers }) => covers));
  return open.filter(({ key, repeat }) => !covered.has(toldKey(key, repeat)));
}

function isDue({ told, snoozed }: AlertState, candidate: Candidate, now: number): boolean {
  const { key, level, repeat } = candidate;
  const until = snoozed[key];
  if (until !== undefined && now < until) return false;
  const before = told[toldKey(key, repeat)];
  if (before === undefined || rankOf(level) > rankOf(before.level)) return true;
  if (repeat.kind === 'period') return false;
  return before.until === undefined || now >= before.until || before.at > now + clockSkewMs;
}

/**
 * Decides what is told: what is due, once. The state afterwards has it as open for each channel and
 * remembers it as told, so that nobody else decides the same.
 */
export function decide(
  state: AlertState,
  candidates: readonly (Candidate & Pick<Alert, 'cause'>)[],
  { now, channels, newId }: Decision,
): { readonly state: AlertState; readonly fired: readonly Alert[] } {
  const open = due(state, candidates, now);
  const tidy = tidied(state, now);
  if (open.length === 0) return { state: tidy, fired: [] };
  const told = { ...tidy.told };
  const fired = open.map((candidate): Alert => {
    const { repeat, findCause: _find, covers, ...facts } = candidate;
    const key = toldKey(facts.key, repeat);
    const until = repeat.kind === 'period' ? repeat.until : now + Math.max(cooldownMs, repeat.ms);
    const entry = { level: facts.level, at: now, ...(until !== undefined && { until }) };
    told[key] = entry;
    const other = candidates.find((each) => toldKey(each.key, each.repeat) === covers);
    if (other !== undefined && covers !== undefined)
      told[covers] = { ...entry, level: other.level };
    return { ...facts, id: newId(), at: now, told: key, ...(until !== undefined && { until }) };
  });
  const opened = fired.map((alert): OpenAlert => {
    const one = { state: 'open', tries: 0, after: now } as const;
    return {
      alert,
      listed: false,
      channels: Object.fromEntries(channels.map((name) => [name, one])),
    };
  });
  return { state: { ...tidy, told, open: [...tidy.open, ...opened].slice(-mostOpen) }, fired };
}

/** Whether what was decided is of no interest any more: its period is over, or it was long ago. */
export function isStale({ at, until }: Pick<Alert, 'at' | 'until'>, now: number): boolean {
  return now - at >= staleMs || (until !== undefined && now >= until);
}

/** Without what nobody needs any more. */
function tidied(state: AlertState, now: number): AlertState {
  const told = Object.entries(state.told)
    .filter(([, { until }]) => until === undefined || now < until + keptMs)
    .sort(([, a], [, b]) => a.at - b.at)
    .slice(-mostTold);
  return {
    ...state,
    told: Object.fromEntries(told),
    snoozed: Object.fromEntries(Object.entries(state.snoozed).filter(([, until]) => now < until)),
    open: state.open.filter(({ alert, listed }) => !listed || !isStale(alert, now)),
  };
}

/** Tells nothing of a key until a moment; what still holds then is told again. */
export function snooze(state: AlertState, key: string, until: number): AlertState {
  const told = Object.entries(state.told).filter(([name]) => !name.startsWith(`${key} @`));
  return {
    ...state,
    told: Object.fromEntries(told),
    snoozed: { ...state.snoozed, [key]: until },
  };
}

/** Keeps a budget's alerts from being notifications, or lets them be some again. */
export function mute(state: AlertState, budgetKey: string, muted: boolean): AlertState {
  const others = state.muted.filter((key) => key !== budgetKey);
  return { ...state, muted: muted ? [...others, budgetKey].slice(-200) : others };
}
