import { join } from 'node:path';
import { type Level, levels } from '../model/level.ts';
import { isObject } from '../model/objects.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { readRegular } from '../platform/regularFile.ts';

/**
 * The figures the status line shows, read from the store by whoever refreshes them. Read without zod: the
 * status line has no time for it. Money in nano-dollars, times in UTC milliseconds.
 */
export interface StatusLineFigures {
  /** When they were read. */
  readonly at: number;
  /** A subscriber pays no token price: figures are what the work is worth. */
  readonly subscription: boolean;
  readonly today: {
    readonly nano: number;
    /** It is not all. */
    readonly atLeast: boolean;
    readonly from: number;
    /** When the next day begins: from then on this is yesterday. */
    readonly until: number;
  };
  /** Spent in the last 60 minutes. */
  readonly lastHour: number;
  /** In words, the worst first; paused ones are not here. */
  readonly budgets: readonly StatusLineBudget[];
  /** Of the sessions that reported lately. */
  readonly sessions: Readonly<Record<string, StatusLineSession>>;
}

/** How a budget stands, in words people say. */
export interface StatusLineBudget {
  /** `$41 of $50 today`. */
  readonly used: string;
  /** `over by $2` or `on track for $63`; '' where there is nothing to say. */
  readonly outlook: string;
  readonly level: Level;
  /** Its period is over then; undefined for one that does not begin again. */
  readonly until?: number;
  /** It is one of the whole day, so that the day's figure need not stand beside it. */
  readonly ofDay: boolean;
  /** The sessions it holds for; undefined: all. */
  readonly sessions?: readonly string[];
}

export interface StatusLineSession {
  readonly nano: number;
  /** The client's own total when this was read, in dollars. */
  readonly clientUsd?: number;
  /** It began today; undefined where the store does not have it yet. */
  readonly ofToday?: boolean;
}

const mostBytes = 256 * 1024;

/** File of the data folder with the last figures of the status line. */
export function statusLineFile(dataFolder: string): string {
  return join(dataFolder, 'statusline.json');
}

/** The last figures; undefined where there are none, or the file is not ours. */
export function readStatusLineFigures(dataFolder: string): StatusLineFigures | undefined {
  try {
    const text = readRegular(statusLineFile(dataFolder), mostBytes).toString('utf8');
    const value: unknown = JSON.parse(text);
    return isObject(value) && value.version === 1 && isFigures(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeStatusLineFigures(dataFolder: string, figures: StatusLineFigures): void {
  const content = `${JSON.stringify({ version: 1, ...figures })}\n`;
  writeFileAtomically(statusLineFile(dataFolder), content, 0o600);
}

function isFigures(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & StatusLineFigures {
  const { at, subscription, today, lastHour, budgets, sessions } = value;
  return (
    isNumber(at) &&
    typeof subscription === 'boolean' &&
    isObject(today) &&
    [today.nano, today.from, today.until].every(isNumber) &&
    typeof today.atLeast === 'boolean' &&
    isNumber(lastHour) &&
    Array.isArray(budgets) &&
    budgets.every(isBudget) &&
    isObject(sessions) &&
    Object.values(sessions).every(isSession)
  );
}

function isBudget(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { used, outlook, level, until, ofDay, sessions } = value;
  return (
    typeof used === 'string' &&
    typeof outlook === 'string' &&
    levels.some((known) => known === level) &&
    (until === undefined || isNumber(until)) &&
    typeof ofDay === 'boolean' &&
    (sessions === undefined || Array.isArray(sessions))
  );
}

function isSession(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { nano, clientUsd, ofToday } = value;
  return (
    isNumber(nano) &&
    (clientUsd === undefined || isNumber(clientUsd)) &&
    (ofToday === undefined || typeof ofToday === 'boolean')
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
