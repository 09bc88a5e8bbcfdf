import type { Membership, TeamPolicy } from '../dataFolder/team/membership.ts';
import type { UtcDays } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import type { SessionDays } from './claims.ts';
import type { Patience } from './connection.ts';
import type { CallsWanted } from './firestore/calls.ts';
import type { Call } from './firestore/layout.ts';
import type { DayStates, PushOutcome, TeamSource } from './push.ts';
import type { ExportKey, MemberSpend } from './questions.ts';

/**
 * What a team's ledger is to a machine, whatever keeps it: PostgreSQL, which takes sums of days and says itself who may
 * do what, or Firestore, which takes single calls.
 */
export interface TeamLedger {
  /** The team, and who asks. Throws a `HumanError` where they are no member. */
  team(): Promise<TeamFacts>;
  /** Makes a machine of who asks; undefined where another data folder has its name. */
  joinMachine(machine: JoiningMachine): Promise<number | undefined>;
  /** What the team lets leave a machine now. Throws where the ledger no longer knows the machine. */
  policy(membership: Membership): Promise<TeamPolicy>;
  /** Sends what the ledger lacks of a machine and keeps what it says of the pools. */
  push(membership: Membership, work: PushWork): Promise<PushOutcome>;
  /** Deletes what a machine, or each machine of its member, has sent. Answers with how many rows went. */
  forget(membership: Membership, whose: 'machine' | 'member'): Promise<number>;
  /** Every member who asks may see, the fullest budget first. */
  members(): Promise<readonly MemberSpend[]>;
  /** What stands in the ledger of some UTC days, the last not included. */
  rows(by: ExportKey, days: UtcDays): Promise<LedgerRows>;
  close(): Promise<void>;
}

/** What opening a ledger needs to know of this machine. */
export interface LedgerPlace {
  /** The data folder: Google's client is looked for in it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly patience?: Patience | undefined;
}

export interface TeamFacts {
  readonly team: string;
  readonly member: string;
  readonly policy: TeamPolicy;
}

export interface JoiningMachine {
  readonly machineName: string;
  /** Tells this data folder from others that use the name. */
  readonly instance: string;
  readonly zone: string;
  /** The machine of that name was set up anew: this data folder goes on for it. */
  readonly takeOver: boolean;
}

/** What a machine has: sums of days, and single calls. A ledger takes one of both. */
export interface TeamSources {
  readonly days: TeamSource;
  readonly calls: CallSource;
  /** Days of sessions it might send, from a UTC day on ('' for all). */
  readonly sessions: (policy: TeamPolicy, since: string) => SessionDays;
}

/** Where calls come from; asked while no other window may number a state. */
export type CallSource = (policy: TeamPolicy, wanted: CallsWanted) => DayStates<Call>;

export interface PushWork {
  readonly folder: string;
  readonly sources: TeamSources;
  /** Date of the price catalogue, YYYY-MM-DD. */
  readonly catalogue: string;
  readonly policy: TeamPolicy;
  /** From which UTC day on is to be looked; '' for all. */
  readonly since: string;
}

export interface LedgerRows {
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** What is to be said beside them. */
  readonly notes: readonly string[];
}

/** Throws where the ledger knows another data folder under a machine's name, or none (null). */
export function checkInstance(instance: unknown, membership: Membership): void {
  if (instance === membership.instance) return;
  throw new HumanError(
    'config',
    instance === null
      ? `The team's ledger no longer knows this machine, ${membership.machineName}. Leave with "outlay team leave", and join again if it is to send.`
      : `Another data folder sends as ${membership.machineName} now. Leave with "outlay team leave", and join with a name of its own (--machine NAME).`,
  );
}
