import { randomUUID } from 'node:crypto';
import { removeTeamFigures } from '../dataFolder/team/figuresFile.ts';
import {
  type Membership,
  readMembership,
  removeMembership,
  type TeamPolicy,
  writeMembership,
} from '../dataFolder/team/membership.ts';
import { removePools } from '../dataFolder/team/poolFile.ts';
import { removeUploadState } from '../dataFolder/team/uploadState.ts';
import { HumanError } from '../model/errors.ts';
import { checkVersion, openLedger } from './connection.ts';

/** How a machine joins. */
export interface JoinRequest {
  /** The invitation: a member's connection string. */
  readonly connection: string;
  readonly machineName: string;
  readonly zone: string;
  /** The machine of that name was set up anew: this data folder goes on for it. */
  readonly takeOver: boolean;
}

/** Makes this data folder a machine of a member. Nothing leaves it before. */
export async function joinTeam(folder: string, request: JoinRequest): Promise<Membership> {
  const { connection, machineName, zone, takeOver } = request;
  const before = readMembership(folder, {});
  const ledger = await openLedger(connection, 'The invitation');
  try {
    await checkVersion(ledger);
    const [found] = await ledger.query<TeamPolicy & { team: string; member: string }>(
      `SELECT t.name AS team, t.projects, t.branches, t.salt, m.name AS member
       FROM outlay.team t JOIN outlay.member m ON m.id = outlay.me()`,
    );
    if (found === undefined) {
      throw new HumanError(
        'config',
        'This login is no member of the team. Ask who runs it for an invitation.',
      );
    }
    const { team, member, projects, branches, salt } = found;
    if (before !== undefined && (before.team !== team || before.member !== member)) {
      throw new HumanError(
        'usage',
        `This machine has joined ${before.team} as ${before.member}. Leave that first: outlay team leave`,
      );
    }
    const instance = before?.instance ?? randomUUID();
    const [row] = await ledger.query<{ id: number | null }>(
      'SELECT outlay.join_machine($1, $2, $3, $4) AS id',
      [machineName, instance, zone, takeOver],
    );
    if (row!.id === null) {
      throw new HumanError(
        'usage',
        `${member} has another machine named ${machineName}. Give this one a name of its own (--machine NAME), or add --take-over if it is the same machine, set up anew.`,
      );
    }
    const membership: Membership = {
      ...{ connection, team, member, machine: row!.id, machineName, instance },
      policy: { projects, branches, salt },
      joinedAt: Date.now(),
    };
    if (before?.machine !== row!.id) removeUploadState(folder);
    writeMembership(folder, membership);
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
    const ledger = await openLedger(
      membership.connection,
      "The connection string of this machine's team",
    );
    try {
      const [row] = await ledger.query<{ gone: string }>(
        'SELECT outlay.forget_machine($1) AS gone',
        [forget === 'machine' ? membership.machine : null],
      );
      gone = Number(row!.gone);
    } finally {
      await ledger.close();
    }
  }
  removeMembership(folder);
  removePools(folder);
  removeTeamFigures(folder);
  removeUploadState(folder);
  return gone;
}

export function notJoined(): HumanError {
  return new HumanError(
    'usage',
    'This machine has joined no team. Join with the invitation you were given: outlay team join FILE',
  );
}
