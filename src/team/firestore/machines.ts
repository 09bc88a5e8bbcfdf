import { randomBytes } from 'node:crypto';
import { isDay } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { isAmount, isObject } from '../../model/objects.ts';
import type { FirestoreDatabase, Write } from './database.ts';
import { layoutVersion, machineCollection } from './layout.ts';
import type { Fields, ReadDocument } from './values.ts';

/** Most machines of a team: each is a document, and is billed as one. */
const mostMachines = 10_000;

/** What the ledger has of a day of a machine. */
export interface DayEntry {
  readonly revision: number;
  readonly calls: number;
  readonly nano: number;
  /** Being sent in several steps, or left in the middle of them: which calls it has is asked. */
  readonly open: boolean;
}

/** A machine as the ledger knows it: what it has sent of each day, as the roll-up that questions are answered from. */
export interface MachineState {
  readonly member: string;
  readonly machine: string;
  readonly instance: string;
  readonly zone: string;
  readonly joined: Date;
  /** Undefined where nothing was sent yet. */
  readonly pushed: Date | undefined;
  readonly days: Readonly<Record<string, DayEntry>>;
  /** By what claims of sessions name it: at random, so that none outlives its document. */
  readonly claimant: string;
  /** How often it has given claims back: whoever remembers them from before, here or elsewhere, asks again. */
  readonly released: number;
  /** What it had sent is being deleted. */
  readonly forgetting: boolean;
  /** Names this state of the document among others. */
  readonly updateTime: unknown;
}

/** A name claims know a new machine by. */
export function newClaimant(): string {
  return `m${randomBytes(8).toString('hex')}`;
}

export function isClaimant(name: unknown): name is string {
  return typeof name === 'string' && /^m[0-9a-f]{16}$/.test(name);
}

export function machinePath(member: string, machine: string): string {
  return `${machineCollection}/${member}:${encodeURIComponent(machine)}`;
}

/** A machine's document; undefined where there is none, or what is there is none. */
export async function readMachine(
  database: FirestoreDatabase,
  member: string,
  machine: string,
): Promise<MachineState | undefined> {
  const path = machinePath(member, machine);
  const document = (await database.get(path)).get(path);
  return document === undefined ? undefined : machineOf(document);
}

/** Every machine of a team: each is a read. */
export async function machinesOf(database: FirestoreDatabase): Promise<MachineState[]> {
  const found = await database.query({
    ...{ collection: machineCollection, where: [], limit: mostMachines + 1 },
  });
  if (found.length > mostMachines) {
    throw new HumanError(
      'usage',
      `More than ${mostMachines} machines send to this ledger: that many need PostgreSQL.`,
    );
  }
  return found.flatMap((document) => machineOf(document) ?? []);
}

export function machineOf({ fields, updateTime }: ReadDocument): MachineState | undefined {
  const { member, machine, instance, zone, joined, pushed, days, forgetting } = fields;
  const { claimant, released } = fields;
  if (typeof member !== 'string' || typeof machine !== 'string' || typeof instance !== 'string') {
    return undefined;
  }
  return {
    ...{ member, machine, instance, updateTime },
    zone: typeof zone === 'string' ? zone : 'UTC',
    joined: joined instanceof Date ? joined : new Date(0),
    pushed: pushed instanceof Date ? pushed : undefined,
    days: isObject(days) ? Object.fromEntries(Object.entries(days).flatMap(entryOf)) : {},
    claimant: isClaimant(claimant) ? claimant : '',
    released: isAmount(released) ? released : 0,
    forgetting: forgetting === true,
  };
}

function entryOf([day, value]: [string, unknown]): [string, DayEntry][] {
  if (!isDay(day) || !isObject(value)) return [];
  const { revision, calls, nano, open } = value;
  if (!isAmount(revision) || !isAmount(calls) || !isAmount(nano)) return [];
  return [[day, { revision, calls, nano, open: open === true }]];
}

/** Writes a machine's document as long as nobody else has changed it since it was read (optimistic lock). */
export function machineWrite(state: Omit<MachineState, 'updateTime'>, updateTime: unknown): Write {
  const { member, machine, instance, zone, joined, pushed, days, forgetting } = state;
  const { claimant, released } = state;
  const fields: Fields = {
    ...{ version: layoutVersion, member, machine, instance, zone, joined, forgetting },
    ...{ claimant, released },
    pushed: pushed ?? null,
    days: Object.fromEntries(
      Object.entries(days).map(([day, { revision, calls, nano, open }]) => [
        day,
        { revision, calls, nano, ...(open && { open }) },
      ]),
    ),
  };
  return {
    ...{ kind: 'put', path: machinePath(member, machine), fields },
    only: updateTime === undefined ? 'absent' : { updateTime },
  };
}
