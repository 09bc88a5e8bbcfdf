import { createHash } from 'node:crypto';
import type { Membership, TeamPolicy } from '../dataFolder/team/membership.ts';
import {
  readUploadState,
  type UploadState,
  updateUploadState,
} from '../dataFolder/team/uploadState.ts';
import { lastClaimed, type Sends } from './claims.ts';
import { isPassing, type Ledger, stateOf } from './connection.ts';
import type { TeamDays, TeamRow } from './dayRows.ts';
import { keyColumns, sumColumns } from './schema/columns.ts';

/** Where the days of this machine come from; asked while no other window may number a state. */
export type TeamSource = (policy: TeamPolicy, since?: string, sends?: Sends) => TeamDays;

/** A state of a day that is to be sent. */
interface Parcel {
  readonly day: string;
  readonly rows: readonly TeamRow[];
  readonly hash: string;
  readonly revision: number;
}

/** What is to be sent, and what is known once it has been. */
export interface Shipment {
  readonly parcels: readonly Parcel[];
  /** What the days were of; undefined where only some were looked at. */
  readonly complete: string | undefined;
}

export interface PushOutcome {
  /** Days that were sent and stand in the ledger now. */
  readonly sent: number;
  /** Days the ledger does not take, for their date. */
  readonly refused: readonly string[];
}

/**
 * Finds what the ledger lacks and numbers it. Store and numbers are looked at under one lock, so that of two
 * windows the one with the later state has the higher revision; the number is on the disk before it is used,
 * so that no crash gives it to something else. `least`: the highest revision the ledger has of this machine.
 */
export function prepare(
  folder: string,
  source: TeamSource,
  policy: TeamPolicy,
  { least = 0, since = '', known, sends }: PrepareOptions = {},
): Shipment {
  let shipment: Shipment | undefined;
  updateUploadState(folder, (state) => {
    const found = source(policy, since, sends);
    const differing = differences(state, found, since, known);
    let revision = Math.max(state.revision, least);
    const parcels = differing.map((parcel) => ({ ...parcel, revision: ++revision }));
    shipment = {
      parcels,
      complete: since === '' ? found.of : undefined,
    };
    return revision === state.revision ? state : { ...state, revision };
  });
  return shipment!;
}

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
  const days = source(policy, '', lastClaimed(folder));
  return differences(readUploadState(folder), days, '', undefined).length;
}

function differences(
  state: UploadState,
  { days, from, summedUpBefore, inMonthsBefore }: TeamDays,
  since: string,
  known: ReadonlyMap<string, number> | undefined,
): Omit<Parcel, 'revision'>[] {
  const months = new Set(Object.keys(state.days).map((day) => day.slice(0, 7)));
  // Summed up in the store since it was sent, itself or in the first of its month: the ledger has it as it was.
  const isFrozen = (day: string): boolean =>
    (day < summedUpBefore && state.days[day] !== undefined) ||
    (day < inMonthsBefore && months.has(day.slice(0, 7)));
  const gone = Object.keys(state.days).filter(
    (day) => day >= from && day >= since && !days.has(day),
  );
  const all = [...days.keys(), ...gone].filter((day) => day >= since && !isFrozen(day)).sort();
  return all.flatMap((day) => {
    const rows = sorted(days.get(day) ?? []);
    const hash = hashOf(rows);
    const [sent, revision] = state.days[day] ?? ['', 0];
    const isThere = known === undefined || (known.get(day) ?? 0) >= revision;
    return sent === hash && isThere ? [] : [{ day, rows, hash }];
  });
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
  updateUploadState(folder, (state) => ({
    ...state,
    ...(complete !== undefined && { complete, completeAt: Date.now() }),
    pushedAt: Date.now(),
    problem: undefined,
  }));
  return { sent: parcels.length - refused.length, refused };
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

function note(folder: string, done: readonly Parcel[]): void {
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
