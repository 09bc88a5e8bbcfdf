import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { HumanError } from '../model/errors.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { addLines, readLines } from '../platform/jsonLines.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { keepBroken } from '../platform/setAsideFile.ts';
import { alertLevels, alertRules, channelNames } from '../settings/alertSettings.ts';

/** The history keeps the last half when it grows beyond this. */
const mostHistoryBytes = 1_000_000;

const level = z.enum(alertLevels);
const channel = z.enum(channelNames);
const time = z.number();

const alert = z.object({
  /** Names this alert, whoever tells it and however often it is tried. */
  id: z.string(),
  at: time,
  /** Rule, budget and part: what is snoozed. */
  key: z.string(),
  rule: z.enum(alertRules),
  level,
  /** Under which it is remembered as told: the key with the period it is about. */
  told: z.string(),
  /** Until when it is not told again at this level; undefined: never. */
  until: z.optional(time),
  budget: z.optional(
    z.object({ key: z.string(), scope: z.string(), period: z.string(), unit: z.string() }),
  ),
  /** Which project, session, agent or run of several; a peer's name; '' where there is one. */
  part: z.string(),
  /** Since when what is told has been counted. */
  since: z.optional(time),
  /** In the budget's unit (nano-dollars, tokens), days, scores and shares: by name. */
  facts: z.record(z.string(), z.number()),
  /** What made most of it. */
  cause: z.optional(
    z.object({
      session: z.string(),
      title: z.nullable(z.string()),
      project: z.string(),
      amount: z.number(),
      /** Id of a message, where one is meant. */
      message: z.optional(z.string()),
    }),
  ),
  /** Something is missing from the figures. */
  atLeast: z.boolean(),
});

/** An alert that was decided upon: facts without words. Times are UTC milliseconds. */
export type Alert = z.infer<typeof alert>;

const delivery = z.object({
  state: z.enum(['open', 'done', 'failed']),
  tries: z.number(),
  /** Not tried before this moment. */
  after: time,
  note: z.optional(z.string()),
});

const openAlert = z.object({
  alert,
  /** It stands in the history. */
  listed: z.boolean(),
  channels: z.partialRecord(channel, delivery),
});

/** An alert that is not told everywhere yet. */
export type OpenAlert = z.infer<typeof openAlert>;

const toldEntry = z.object({ level, at: time, until: z.optional(time) });
const lease = z.object({ owner: z.string(), pid: z.number(), host: z.string(), until: time });

/** Who delivers by a channel just now. */
export type DeliveryLease = z.infer<typeof lease>;

const state = z.object({
  version: z.literal(1),
  /** What was told last, by key and period. */
  told: z.record(z.string(), toldEntry),
  /** Keys that are told nothing of until then. */
  snoozed: z.record(z.string(), time),
  /** Budgets whose alerts are no notifications. */
  muted: z.array(z.string()),
  open: z.array(openAlert),
  leases: z.partialRecord(channel, lease),
});

/** What all windows and terminals share of alerts: `alerts.json`. */
export type AlertState = z.infer<typeof state>;

export const noAlerts: AlertState = {
  version: 1,
  told: {},
  snoozed: {},
  muted: [],
  open: [],
  leases: {},
};

export function alertsFile(dataFolder: string): string {
  return join(dataFolder, 'alerts.json');
}

export function alertHistoryFile(dataFolder: string): string {
  return join(dataFolder, 'alerts.jsonl');
}

/** What came of telling an alert by a channel. */
const outcome = z.object({
  kind: z.literal('outcome'),
  id: z.string(),
  channel,
  at: time,
  ok: z.boolean(),
  note: z.optional(z.string()),
});
export type AlertOutcome = z.infer<typeof outcome>;
const historyLine = z.union([z.object({ kind: z.literal('alert'), alert }), outcome]);

/** The state as it is now, without the lock: for looking only. */
export function readAlertState(dataFolder: string): AlertState {
  return read(alertsFile(dataFolder)) ?? rebuilt(dataFolder);
}

/** Changes whenever the state has been written. */
export function alertStateStamp(dataFolder: string): string {
  const stats = statSync(alertsFile(dataFolder), { throwIfNoEntry: false });
  return `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
}

/**
 * Changes the state under its lock, of all processes one after the other; `change` gives undefined for
 * the state where nothing is to be written. What was decided is in the history before the lock is given
 * back; a file that cannot be understood is kept aside, and what was told is taken from the history.
 */
export function updateAlertState<T>(
  dataFolder: string,
  change: (before: AlertState) => { readonly state: AlertState | undefined; readonly result: T },
): T {
  const file = alertsFile(dataFolder);
  return withFileLock(file, (isHeld) => {
    const known = read(file);
    if (known === undefined && statSync(file, { throwIfNoEntry: false }) !== undefined) {
      keepBroken(file);
    }
    const { state: changed, result } = change(known ?? rebuilt(dataFolder));
    if (changed === undefined) return result;
    if (!isHeld()) {
      throw new HumanError('files', `${file} is being written by another program. Try again.`);
    }
    write(file, changed);
    const unlisted = changed.open.filter(({ listed }) => !listed);
    if (unlisted.length === 0) return result;
    addHistory(
      dataFolder,
      unlisted.map(({ alert: each }) => ({ kind: 'alert', alert: each })),
    );
    const open = changed.open.map((each) => ({ ...each, listed: true }));
    write(file, { ...changed, open: open.filter(isOpen) });
    return result;
  });
}

/** Whether some channel is still to tell an alert, or it is in no history yet. */
export function isOpen({ listed, channels }: OpenAlert): boolean {
  return !listed || Object.values(channels).some((each) => each.state === 'open');
}

function write(file: string, content: AlertState): void {
  writeFileAtomically(file, `${JSON.stringify(content)}\n`, 0o600);
}

/** Undefined where there is no file, or none that can be understood. */
function read(file: string): AlertState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
  try {
    return state.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What was told, as far as the history knows. */
function rebuilt(dataFolder: string): AlertState {
  const told: Record<string, z.infer<typeof toldEntry>> = {};
  for (const { told: key, level: reached, at, until } of readAlertHistory(dataFolder).alerts) {
    told[key] = { level: reached, at, ...(until !== undefined && { until }) };
  }
  return { ...noAlerts, told };
}

/** Adds lines to the history, for whoever holds the state's lock; the oldest leave it when it is long. */
export function addHistory(dataFolder: string, lines: readonly object[]): void {
  const file = alertHistoryFile(dataFolder);
  addLines(file, lines);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= mostHistoryBytes) return;
  const kept = readFileSync(file, 'utf8').slice(-Math.floor(mostHistoryBytes / 2));
  writeFileAtomically(file, kept.slice(kept.indexOf('\n') + 1), 0o600);
}

/** The alerts told so far, the oldest first, and what came of telling them. */
export function readAlertHistory(dataFolder: string): {
  readonly alerts: readonly Alert[];
  readonly outcomes: readonly AlertOutcome[];
  readonly problems: readonly string[];
} {
  const file = alertHistoryFile(dataFolder);
  const { entries, bad, unreadable } = readLines<z.infer<typeof historyLine>>(file, historyLine);
  const alerts = new Map<string, Alert>();
  const outcomes: AlertOutcome[] = [];
  for (const entry of entries) {
    // Who was stopped between the history and the state has left a line that comes again.
    if (entry.kind === 'alert') alerts.set(entry.alert.id, entry.alert);
    else outcomes.push(entry);
  }
  const problems =
    unreadable !== undefined
      ? [`The history of alerts ${file} cannot be read (${unreadable}).`]
      : bad.length > 0
        ? [`${file}: ${bad.length} lines are no alerts and are left out.`]
        : [];
  return { alerts: [...alerts.values()], outcomes, problems };
}
