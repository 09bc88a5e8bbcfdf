import { createHash } from 'node:crypto';
import type { Membership, TeamPolicy } from '../dataFolder/team/membership.ts';
import {
  readUploadState,
  type UploadState,
  updateUploadState,
} from '../dataFolder/team/uploadState.ts';
import { dayMs } from '../model/calendar.ts';
import { lastClaimed, type Sends } from './claims.ts';
import { isPassing, type Ledger, stateOf } from './connection.ts';
import type { TeamDays, TeamRow } from './dayRows.ts';
import { keyColumns, sumColumns } from './schema/columns.ts';

/** Where the days of this machine come from; asked while no other window may number a state. */
export type TeamSource = (policy: TeamPolicy, since?: string, sends?: Sends) => TeamDays;

/** A state of a day that is to be sent. */
export interface Parcel<Row = TeamRow> {
  readonly day: string;
  readonly rows: readonly Row[];
  readonly hash: string;
  readonly revision: number;
}

/** What is to be sent, and what is known once it has been. */
export interface Shipment<Row = TeamRow> {
  readonly parcels: readonly Parcel<Row>[];
  /** What the days were of; undefined where only some were looked at. */
  readonly complete: string | undefined;
  /** Days that were looked at from this one on are in the ledger as they are now, once the parcels are. */
  readonly currentFrom: string;
}

/** The days of a machine by their state: rows are there where a day is to be sent. */
export interface DayStates<Row> extends Omit<TeamDays, 'days'> {
  readonly days: ReadonlyMap<string, { readonly hash: string; readonly rows: readonly Row[] }>;
  /** The first day that was not looked at; undefined where all were. */
  readonly cutAt?: string | undefined;
}

/** Reads the days; of those the ledger has in this state no rows are needed. */
type ReadDays<Row> = (isSent: (day: string, hash: string) => boolean) => DayStates<Row>;

export interface PushOutcome {
  /** Days that were sent and stand in the ledger now. */
  readonly sent: number;
  /** Days the ledger does not take, for their date. */
  readonly refused: readonly string[];
}

/** Finds what the ledger lacks of the sums of days and numbers it. */
export function prepare(
  folder: string,
  source: TeamSource,
  policy: TeamPolicy,
  options: PrepareOptions = {},
): Shipment {
  return prepareDays(
    folder,
    () => withHashes(source(policy, options.since ?? '', options.sends)),
    options,
  );
}

/**
 * Finds what the ledger lacks and numbers it. Store and numbers are looked at under one lock, so that of two
 * windows the one with the later state has the higher revision; the number is on the disk before it is used,
 * so that no crash gives it to something else. `least`: the highest revision the ledger has of this machine.
 */
export function prepareDays<Row>(
  folder: string,
  read: ReadDays<Row>,
  { least = 0, since = '', known }: PrepareOptions = {},
): PreparedDays<Row> {
  let shipment: PreparedDays<Row> | undefined;
  updateUploadState(folder, (state) => {
    const found = read(sentBy(state, known));
    const differing = differences(state, found, since, known);
    let revision = Math.max(state.revision, least);
    const parcels = differing.map((parcel) => ({ ...parcel, revision: ++revision }));
    const isWhole = since === '' && found.cutAt === undefined;
    const { of, cutAt, from, summedUpBefore, inMonthsBefore } = found;
    const currentFrom = [from, summedUpBefore, inMonthsBefore, since].sort().at(-1)!;
    shipment = { parcels, complete: isWhole ? of : undefined, currentFrom, of, cutAt };
    if (revision === state.revision) return state;
    // Days whose answer never comes may be there all the same: they are known from now on.
    const begun = parcels.map(({ day }) => [day, state.days[day] ?? notSent]);
    return { ...state, revision, days: { ...state.days, ...Object.fromEntries(begun) } };
  });
  return shipment!;
}

/** What is to be sent, by which prices and policy, and up to which day. */
export type PreparedDays<Row> = Shipment<Row> & Pick<DayStates<Row>, 'of' | 'cutAt'>;

export interface PrepareOptions {
  readonly least?: number;
  /** Look only at days from this one on. */
  readonly since?: string;
  /** Which days of sessions are this machine's to send; all are without it. */
  readonly sends?: Sends;
  /** Revisions the ledger has, by day, where it was asked: what it has lost is sent again. */
  readonly known?: ReadonlyMap<string, number> | undefined;
}

/** How many days are not in the ledger as they are now; no number is given to them. */
export function pendingDays(folder: string, source: TeamSource, policy: TeamPolicy): number {
  return pendingOf(folder, () => withHashes(source(policy, '', lastClaimed(folder))));
}

/** The same of any days. */
export function pendingOf<Row>(folder: string, read: ReadDays<Row>): number {
  const state = readUploadState(folder);
  return differences(state, read(sentBy(state, undefined)), '', undefined).length;
}

/** The first UTC day that may still change by itself: messages of later are dated to later days. */
export function recentFrom(now: number): string {
  return new Date(now - 8 * dayMs).toISOString().slice(0, 10);
}

type Known = PrepareOptions['known'];

/** Whether the ledger has a day in a state: it was sent, and is not lost since. */
function sentBy(state: UploadState, known: Known): (day: string, hash: string) => boolean {
  return (day, hash) => {
    const [sent, revision] = state.days[day] ?? notSent;
    return sent === hash && (known === undefined || (known.get(day) ?? 0) >= revision);
  };
}

function differences<Row>(
  state: UploadState,
  { days, from, summedUpBefore, inMonthsBefore, cutAt }: DayStates<Row>,
  since: string,
  known: Known,
): Omit<Parcel<Row>, 'revision'>[] {
  const isSent = sentBy(state, known);
  const wasSent = (day: string): boolean => (state.days[day] ?? notSent)[1] > 0;
  const months = new Set(
    Object.keys(state.days)
      .filter(wasSent)
      .map((day) => day.slice(0, 7)),
  );
  // Summed up in the store since it was sent, itself or in the first of its month: the ledger has it as it was.
  const isFrozen = (day: string): boolean =>
    (day < summedUpBefore && wasSent(day)) || (day < inMonthsBefore && months.has(day.slice(0, 7)));
  const isRead = (day: string): boolean => day >= since && (cutAt === undefined || day < cutAt);
  const gone = Object.keys(state.days).filter(
    (day) => day >= from && isRead(day) && !days.has(day),
  );
  const all = [...days.keys(), ...gone].filter((day) => isRead(day) && !isFrozen(day)).sort();
  return all.flatMap((day) => {
    const { hash, rows } = days.get(day) ?? noRows;
    return isSent(day, hash) ? [] : [{ day, rows, hash }];
  });
}

function withHashes(found: TeamDays): DayStates<TeamRow> {
  const days = new Map(
    [...found.days].map(([day, own]) => {
      const rows = sorted(own);
      return [day, { rows, hash: hashOf(rows) }];
    }),
  );
  return { ...found, days };
}

/** Sends what was prepared, a day in a transaction of its own, and notes each that is in the ledger. */
export async function send(
  ledger: Ledger,
  folder: string,
  { machine }: Pick<Membership, 'machine'>,
  catalogue: string,
  { parcels, complete }: Shipment,
): Promise<PushOutcome> {
  const done: Parcel[] = [];
  const refused: string[] = [];
  try {
    for (const parcel of parcels) {
      try {
        if (await sendDay(ledger, machine, catalogue, parcel)) done.push(parcel);
      } catch (error) {
        const state = stateOf(error);
        // Of a day the ledger is closed for it keeps what it has, and is not asked again.
        if (state === 'OL004') done.push(parcel);
        else if (state === 'OL001') refused.push(parcel.day);
        else throw error;
      }
      if (done.length % 50 === 49) note(folder, done.splice(0));
    }
  } finally {
    note(folder, done.splice(0));
  }
  noteEnd(folder, complete);
  return { sent: parcels.length - refused.length, refused };
}

/** Notes that everything is sent that was looked at. */
export function noteEnd(folder: string, complete: string | undefined): void {
  updateUploadState(folder, (state) => ({
    ...state,
    ...(complete !== undefined && { complete, completeAt: Date.now() }),
    pushedAt: Date.now(),
    problem: undefined,
  }));
}

/** Puts a day into the ledger; false where a later state of it stands there already. */
async function sendDay(
  ledger: Ledger,
  machine: number,
  catalogue: string,
  { day, rows, revision }: Parcel,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [row] = await ledger.query<{ stands: string }>(
        'SELECT outlay.put_day($1::int, $2::date, $3::bigint, $4::date, $5::jsonb) AS stands',
        [machine, day, revision, catalogue, JSON.stringify(rows)],
      );
      return Number(row!.stands) === revision;
    } catch (error) {
      // Two members added to the same sums: one of them is asked to do it again.
      if (!isPassing(error) || attempt >= 8) throw error;
    }
  }
}

/** Notes days that are in the ledger. */
export function note(folder: string, done: readonly Omit<Parcel, 'rows'>[]): void {
  if (done.length === 0) return;
  updateUploadState(folder, (state) => {
    const days = { ...state.days };
    for (const { day, hash, revision } of done) {
      if ((days[day]?.[1] ?? 0) < revision) days[day] = [hash, revision];
    }
    return { ...state, days };
  });
}

function sorted(rows: readonly TeamRow[]): TeamRow[] {
  const keyOf = (row: TeamRow): string => keyColumns.map((name) => row[name]).join('\0');
  const keyed = rows.map((row) => [keyOf(row), row] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** The catalogue's date is not in it: a new catalogue that changes no price sends nothing. */
function hashOf(rows: readonly TeamRow[]): string {
  const values = rows.map((row) => [...keyColumns, ...sumColumns].map((name) => row[name]));
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 22);
}

/** A day nobody has acknowledged. */
const notSent: UploadState['days'][string] = ['', 0];

/** A day without spend. */
const noRows = { rows: [], hash: hashOf([]) } as const;
