import { randomUUID } from 'node:crypto';
import { removeTeamFigures } from '../dataFolder/team/figuresFile.ts';
import { removeKnownClaims } from '../dataFolder/team/knownClaims.ts';
import {
  type Membership,
  readMembership,
  removeMembership,
  writeMembership,
} from '../dataFolder/team/membership.ts';
import { removePools } from '../dataFolder/team/poolFile.ts';
import { removeSentCalls } from '../dataFolder/team/sentCalls.ts';
import { removeUploadState } from '../dataFolder/team/uploadState.ts';
import { HumanError } from '../model/errors.ts';
import { settled } from './firestore/address.ts';
import type { JoiningMachine, LedgerPlace } from './ledger.ts';
import { openTeamLedger } from './openLedger.ts';

/** How a machine joins. */
export interface JoinRequest extends Omit<JoiningMachine, 'instance'> {
  /** The invitation: a member's connection string. */
  readonly connection: string;
}

/** Makes this data folder a machine of a member. Nothing leaves it before. */
export async function joinTeam(place: LedgerPlace, request: JoinRequest): Promise<Membership> {
  const { machineName, zone, takeOver } = request;
  const connection = settled(request.connection, 'The invitation', place.env);
  const before = readMembership(place.folder, {});
  const ledger = await openTeamLedger(connection, 'The invitation', place);
  try {
    const { team, member, policy } = await ledger.team();
    if (before !== undefined && (before.team !== team || before.member !== member)) {
      throw new HumanError(
        'usage',
        `This machine has joined ${before.team} as ${before.member}. Leave that first: outlay team leave`,
      );
    }
    const instance = before?.instance ?? randomUUID();
    const machine = await ledger.joinMachine({ machineName, instance, zone, takeOver });
    if (machine === undefined) {
      throw new HumanError(
        'usage',
        `${member} has another machine named ${machineName}. Give this one a name of its own (--machine NAME), or add --take-over if it is the same machine, set up anew.`,
      );
    }
    const membership: Membership = {
      ...{ connection, team, member, machine, machineName, instance, policy },
      joinedAt: Date.now(),
    };
    if (before?.machine !== machine || before.machineName !== machineName) {
      removeUploadState(place.folder);
      removeSentCalls(place.folder);
      removeKnownClaims(place.folder);
    }
    writeMembership(place.folder, membership);
    return membership;
  } finally {
    await ledger.close();
  }
}

/**
 * Leaves the team; with `forget` what this machine, or every machine of the member, has sent is deleted first.
 * Answers with how many rows went. Where the server cannot be reached nothing is deleted and the machine
 * has not left.
 */
export async function leaveTeam(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  forget: 'nothing' | 'machine' | 'member',
): Promise<number> {
  const membership = readMembership(folder, env);
  if (membership === undefined) throw notJoined();
  let gone = 0;
  if (forget !== 'nothing') {
    const what = "The connection string of this machine's team";
    const ledger = await openTeamLedger(membership.connection, what, { folder, env });
    try {
      gone = await ledger.forget(membership, forget);
    } finally {
      await ledger.close();
    }
  }
  removeMembership(folder);
  removePools(folder);
  removeTeamFigures(folder);
  removeUploadState(folder);
  removeSentCalls(folder);
  removeKnownClaims(folder);
  return gone;
}

export function notJoined(): HumanError {
  return new HumanError(
    'usage',
    'This machine has joined no team. Join with the invitation you were given: outlay team join FILE',
  );
}
