import { type Command, Option } from 'commander';
import { dataFolder } from '../../../dataFolder/paths.ts';
import { type Membership, readMembership } from '../../../dataFolder/team/membership.ts';
import { HumanError } from '../../../model/errors.ts';
import { count } from '../../../query/context.ts';
import { addressOf } from '../../../team/address.ts';
import { openLedger } from '../../../team/connection.ts';
import { firestoreOf, isFirestore } from '../../../team/firestore/address.ts';
import { addMember, foundTeam, type TeamPlan } from '../../../team/found.ts';
import { joinTeam, leaveTeam } from '../../../team/membership.ts';
import { readSecret } from '../../../team/secretFile.ts';
import { findEnvironment } from '../../support/environment.ts';
import { say, sayJson } from '../../support/say.ts';
import { machineFacts, type TeamOptions } from './machine.ts';
import { checkName } from './names.ts';
import { checkVisible, createOnFirestore, memberConnection } from './onFirestore.ts';
import { ownerConnection } from './secretFiles.ts';

interface CreateOptions extends TeamOptions, Omit<TeamPlan, 'name' | 'visible'> {
  readonly visible?: TeamPlan['visible'];
  readonly as?: string;
  readonly connection?: string;
  readonly machine?: string;
  readonly upgrade?: true;
}

/** `outlay team create` */
export function addCreate(group: Command): void {
  group
    .command('create')
    .description(
      'Make the ledger of a team in a PostgreSQL database (or Firestore), and join it as its first admin.',
    )
    .argument('[name]', 'what the team is called')
    .option('--as <member>', 'what its first admin is called, in lower case')
    .option(
      '--connection <file>',
      'file (0600) with the connection string of the database’s owner; else OUTLAY_TEAM_ADMIN_URL',
    )
    .addOption(projectsOption().default('name'))
    .option('--branches', 'names of branches leave machines as well', false)
    .addOption(visibleOption('; totals unless said'))
    .option('--machine <name>', 'what this machine is called; the host’s name')
    .option('--upgrade', 'bring the ledger that is there up to date')
    .option('--json', 'answer as JSON')
    .action(create);
}

export function projectsOption(): Option {
  return new Option(
    '--projects <how>',
    'projects go by the last part of their path, or a hash of it',
  ).choices(['name', 'hash']);
}

export function visibleOption(usual = ''): Option {
  return new Option(
    '--visible <what>',
    `what members see of others: nothing, totals by project and model, or each member${usual}`,
  ).choices(['own', 'totals', 'members']);
}

async function create(name: string | undefined, options: CreateOptions): Promise<void> {
  const connection = ownerConnection(options.connection) ?? firestoreOf(process.env);
  if (connection === undefined) {
    throw new HumanError(
      'usage',
      'Say where the database is: a file with its connection string (--connection FILE), or OUTLAY_TEAM_ADMIN_URL.',
    );
  }
  const { projects, branches, visible = 'totals', upgrade } = options;
  if (!upgrade && (name === undefined || options.as === undefined)) {
    throw new HumanError(
      'usage',
      'Name the team and its first admin: outlay team create "Our Team" --as ada',
    );
  }
  if (options.as !== undefined) checkName(options.as, 'member');
  const environment = findEnvironment({ index: false });
  const facts = machineFacts(options.machine, environment);
  if (!upgrade && readMembership(environment.folder, {}) !== undefined) {
    throw new HumanError(
      'usage',
      'This machine has joined a team already. Leave that first: outlay team leave',
    );
  }
  const place = { folder: environment.folder, env: process.env };
  if (isFirestore(connection)) {
    if (upgrade) {
      throw new HumanError('usage', 'A ledger in Firestore has nothing to bring up to date.');
    }
    checkVisible(options.visible);
    const plan = { name: name!, projects, branches };
    const own = await createOnFirestore(connection, plan, options.as!, place);
    const membership = await joinTeam(place, { connection: own, ...facts, takeOver: false });
    sayCreated(options, membership);
    return;
  }
  const ledger = await openLedger(connection, 'The connection string');
  let invitation: string;
  try {
    const plan = upgrade ? undefined : { name: name!, projects, branches, visible };
    const { from, to } = await foundTeam(ledger, plan);
    if (upgrade) {
      const sentence =
        from === to
          ? `The ledger is up to date (schema ${to}).`
          : `The ledger was brought up to date (schema ${from} to ${to}).`;
      if (options.json) sayJson({ schemaVersion: 1, from, to });
      else say(sentence);
      return;
    }
    if (from !== 0) {
      throw new HumanError(
        'usage',
        'There is a team in this database already. Its admins invite with "outlay team invite"; --upgrade brings it up to date.',
      );
    }
    const { login, password } = await addMember(ledger, options.as!, true);
    invitation = addressOf(connection, login, password);
  } finally {
    await ledger.close();
  }
  const request = { connection: invitation, ...facts, takeOver: false };
  sayCreated(options, await joinTeam(place, request));
}

function sayCreated(options: CreateOptions, membership: Membership): void {
  if (options.json) {
    sayJson({ schemaVersion: 1, created: true, ...membershipFields(membership) });
    return;
  }
  const who = isFirestore(membership.connection) ? 'a member' : 'its admin';
  say(`Made: the team ${membership.team}, with you, ${membership.member}, as ${who}.`);
  say(leavesText(membership));
  say('Next: outlay team invite NAME --to FILE, and outlay team push');
}

/** `outlay team join` */
export function addJoin(group: Command): void {
  group
    .command('join')
    .description(
      'Join a team with an invitation. From then on sums leave this machine; no text ever does.',
    )
    .argument('[invitation]', 'the file (0600) you were given; else OUTLAY_TEAM_URL')
    .option('--as <member>', 'who you are, where the ledger is in Firestore')
    .option('--machine <name>', 'what this machine is called; the host’s name')
    .option('--take-over', 'it is the machine of that name, set up anew')
    .option('--json', 'answer as JSON')
    .action(
      async (
        file: string | undefined,
        options: TeamOptions & {
          readonly as?: string;
          readonly machine?: string;
          readonly takeOver?: true;
        },
      ) => {
        const named =
          file === undefined
            ? (process.env.OUTLAY_TEAM_URL ?? '').trim() || (firestoreOf(process.env) ?? '')
            : readSecret(file, 'The invitation');
        if (named === '') {
          throw new HumanError(
            'usage',
            'Name the file with your invitation: outlay team join FILE. Who runs the team makes it with "outlay team invite".',
          );
        }
        const connection = memberConnection(named, options.as);
        const environment = findEnvironment({ index: false });
        const facts = machineFacts(options.machine, environment);
        const place = { folder: environment.folder, env: process.env };
        const takeOver = options.takeOver === true;
        const membership = await joinTeam(place, { connection, ...facts, takeOver });
        if (options.json)
          sayJson({ schemaVersion: 1, joined: true, ...membershipFields(membership) });
        else {
          say(`Joined: ${membership.team}, as ${membership.member}, on ${membership.machineName}.`);
          say(leavesText(membership));
          say('Next: outlay team push');
        }
      },
    );
}

/** `outlay team leave` */
export function addLeave(group: Command): void {
  group
    .command('leave')
    .description(
      'Leave the team: nothing is sent any more. What was sent stays unless you say otherwise.',
    )
    .option('--delete', 'delete what this machine has sent')
    .option('--delete-all', 'delete what all your machines have sent')
    .option('--json', 'answer as JSON')
    .action(
      async (options: TeamOptions & { readonly delete?: true; readonly deleteAll?: true }) => {
        const forget = options.deleteAll ? 'member' : options.delete ? 'machine' : 'nothing';
        const gone = await leaveTeam(dataFolder(), process.env, forget);
        if (options.json) sayJson({ schemaVersion: 1, left: true, deletedRows: gone });
        else {
          say('Left: nothing is sent any more.');
          if (forget !== 'nothing') say(`Deleted from the ledger: ${count(gone, 'row')}.`);
        }
      },
    );
}

/** What leaves the machine, in a sentence. */
export function leavesText({
  policy,
  machineName,
  connection,
}: Pick<Membership, 'policy' | 'machineName' | 'connection'>): string {
  const projects =
    policy.projects === 'name' ? 'project (the last part of its path)' : 'project (hashed)';
  const branch = policy.branches ? ', branch' : '';
  if (isFirestore(connection)) {
    return `What leaves this machine (${machineName}): each call with its time, cost, tokens, model, agent type and whether it failed, ${projects}${branch}. No text, path, title or id of a session.`;
  }
  return `What leaves this machine (${machineName}): sums by day, ${projects}, model, agent type${branch}. No text, path or title.`;
}

/** A membership for programs: everything but the connection string. */
export function membershipFields(membership: Membership): Record<string, unknown> {
  const { team, member, machineName, policy, joinedAt } = membership;
  return {
    team,
    member,
    machine: machineName,
    policy: { projects: policy.projects, branches: policy.branches },
    joinedAt: new Date(joinedAt).toISOString(),
  };
}
