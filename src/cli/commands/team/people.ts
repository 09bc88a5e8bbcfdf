import { type Command, Option } from 'commander';
import { budgetActions } from '../../../analysis/budgets/budget.ts';
import { parseLimit } from '../../../analysis/budgets/budgetNotation.ts';
import { formatThresholds, parseThresholds } from '../../../analysis/budgets/thresholds.ts';
import { dataFolder } from '../../../dataFolder/paths.ts';
import { readMembership } from '../../../dataFolder/team/membership.ts';
import { HumanError } from '../../../model/errors.ts';
import { formatUsd, nanoToUsd } from '../../../model/money.ts';
import { addressOf } from '../../../team/address.ts';
import { checkVersion, type Ledger, openLedger } from '../../../team/connection.ts';
import { isFirestore } from '../../../team/firestore/address.ts';
import { addMember, renewMember, unknownMember } from '../../../team/found.ts';
import { notJoined } from '../../../team/membership.ts';
import { say, sayJson } from '../../support/say.ts';
import { projectsOption, visibleOption } from './joining.ts';
import type { TeamOptions } from './machine.ts';
import { checkName } from './names.ts';
import {
  checkVisible,
  inviteToFirestore,
  noGroups,
  policyOnFirestore,
  removeBudgetOnFirestore,
  removeFromFirestore,
  setBudgetOnFirestore,
} from './onFirestore.ts';
import { isFree, ownerConnection, writeSecret } from './secretFiles.ts';

/** The connection an admin's command uses: the owner's where it is named, else the member's own. */
function adminConnection(): string {
  const owner = ownerConnection(undefined);
  if (owner !== undefined) return owner;
  const membership = readMembership(dataFolder(), process.env);
  if (membership === undefined) throw notJoined();
  return membership.connection;
}

/** Asks the ledger as an admin does. */
async function asAdmin<T>(work: (ledger: Ledger, connection: string) => Promise<T>): Promise<T> {
  const connection = adminConnection();
  const ledger = await openLedger(connection, "The connection string of this machine's team");
  try {
    await checkVersion(ledger);
    return await work(ledger, connection);
  } finally {
    await ledger.close();
  }
}

function done(options: TeamOptions, sentence: string, json: object): void {
  if (options.json) sayJson({ schemaVersion: 1, ...json });
  else if (!options.quiet) say(sentence);
}

/** `outlay team invite` */
export function addInvite(group: Command): void {
  group
    .command('invite')
    .description(
      'Add a member and write their invitation into a file, for nobody else to read (admins).',
    )
    .argument('<member>', 'a name in lower case')
    .requiredOption('--to <file>', 'the file; hand it over as you would a password')
    .option('--admin', 'they may invite and set budgets as well')
    .option('--renew', 'a member gets a new invitation; the old one is void')
    .option('--json', 'answer as JSON')
    .action(
      async (
        name: string,
        options: TeamOptions & {
          readonly to: string;
          readonly admin?: true;
          readonly renew?: true;
        },
      ) => {
        checkName(name, 'member');
        isFree(options.to);
        const connection = adminConnection();
        if (isFirestore(connection)) {
          const { file, project } = inviteToFirestore(connection, name, options);
          done(
            options,
            `Invited: ${name}. ${file} says where and as whom, and holds no key: give their Google account the role "Cloud Datastore User" in ${project}. They run: outlay team join FILE`,
            { member: name, invitation: file },
          );
          return;
        }
        const file = await asAdmin(async (ledger, connection) => {
          const made = options.renew
            ? await renewMember(ledger, name)
            : await addMember(ledger, name, options.admin === true);
          return writeSecret(options.to, addressOf(connection, made.login, made.password));
        });
        done(
          options,
          `Invited: ${name}. The invitation is in ${file}; they run: outlay team join FILE`,
          {
            member: name,
            invitation: file,
          },
        );
      },
    );
}

/** `outlay team remove` */
export function addRemove(group: Command): void {
  group
    .command('remove')
    .description(
      'Take a member’s login away (admins). What they sent stays unless you say otherwise.',
    )
    .argument('<member>')
    .option('--delete', 'delete what they have sent')
    .option('--json', 'answer as JSON')
    .action(async (name: string, options: TeamOptions & { readonly delete?: true }) => {
      const connection = adminConnection();
      if (isFirestore(connection)) {
        await removeFromFirestore(connection, name, options.delete === true);
        done(
          options,
          `Removed: ${name}. What they sent was deleted; their machines send nothing more unless they join again. Take their role away in Google Cloud.`,
          { member: name, deleted: true },
        );
        return;
      }
      const removed = await asAdmin(async (ledger) => {
        const [row] = await ledger.query<{ removed: boolean }>(
          'SELECT outlay.remove_member($1, $2) AS removed',
          [name, options.delete === true],
        );
        return row!.removed;
      });
      if (!removed) throw unknownMember(name);
      const rest = options.delete ? ' What they sent was deleted.' : '';
      done(options, `Removed: ${name}.${rest}`, { member: name, deleted: options.delete === true });
    });
}

/** `outlay team groups` */
export function addGroups(group: Command): void {
  group
    .command('groups')
    .description('Say which groups a member is in, in the place of those before (admins).')
    .argument('<member>')
    .argument('[groups...]', 'names in lower case; without any the member is in none')
    .option('--json', 'answer as JSON')
    .action(async (name: string, groups: readonly string[], options: TeamOptions) => {
      for (const each of groups) checkName(each, 'group');
      if (isFirestore(adminConnection())) throw noGroups();
      const known = await asAdmin(async (ledger) => {
        const [row] = await ledger.query<{ known: boolean }>(
          'SELECT outlay.set_groups($1, $2::text[]) AS known',
          [name, groups],
        );
        return row!.known;
      });
      if (!known) throw unknownMember(name);
      const where = groups.length === 0 ? 'in no group' : `in ${groups.join(', ')}`;
      done(options, `Set: ${name} is ${where}.`, { member: name, groups });
    });
}

/** `outlay team policy` */
export function addPolicy(group: Command): void {
  group
    .command('policy')
    .description('Change what leaves machines and what members see of each other (admins).')
    .addOption(projectsOption())
    .option('--branches', 'names of branches leave machines')
    .option('--no-branches', 'they do not')
    .addOption(visibleOption())
    .option('--json', 'answer as JSON')
    .action(async (options: PolicyOptions) => {
      const { projects = null, branches = null, visible = null } = options;
      const connection = adminConnection();
      if (isFirestore(connection)) {
        checkVisible(options.visible);
        const { projects, branches } = await policyOnFirestore(connection, options);
        sayPolicy(options, { projects, branches, visible: 'members' });
        return;
      }
      const policy = await asAdmin(async (ledger) => {
        await ledger.query('SELECT outlay.set_policy($1, $2, $3)', [projects, branches, visible]);
        const [row] = await ledger.query<{
          projects: string;
          branches: boolean;
          visible: string;
        }>('SELECT projects, branches, visible FROM outlay.team');
        return row!;
      });
      sayPolicy(options, policy);
    });
}

interface PolicyOptions extends TeamOptions {
  readonly projects?: 'name' | 'hash';
  readonly branches?: boolean;
  readonly visible?: string;
}

function sayPolicy(
  options: TeamOptions,
  policy: { readonly projects: string; readonly branches: boolean; readonly visible: string },
): void {
  const branchText = policy.branches ? 'names of branches' : 'no names of branches';
  done(
    options,
    `The policy: projects by ${policy.projects}, ${branchText}; members see ${policy.visible}. Machines follow with their next push.`,
    { policy },
  );
}

interface BudgetOptions extends TeamOptions {
  readonly scope: string;
  readonly period: 'day' | 'week' | 'month';
  readonly ladder: string;
  readonly action: string;
}

/** `outlay team budget` and `outlay team no-budget` */
export function addPoolBudget(group: Command): void {
  const withKey = (command: Command): Command =>
    command
      .option('--scope <scope>', 'team, group:<name>, member (each) or member:<name>', 'team')
      .addOption(
        new Option('--period <period>', 'UTC periods; weeks begin on Monday')
          .choices(['day', 'week', 'month'])
          .default('month'),
      )
      .option('--json', 'answer as JSON');
  withKey(group.command('budget'))
    .description('Set a budget members share, or one each member has (admins).')
    .argument('<usd>', 'dollars such as 500')
    .option('--ladder <ladder>', 'levels in percent such as 50/75/90/100', 'default')
    .addOption(
      new Option('--action <action>', 'what guards do at stop, where they are installed')
        .choices([...budgetActions])
        .default('notify'),
    )
    .action(async (usd: string, options: BudgetOptions) => {
      const [scope, name] = readScope(options.scope);
      const nano = parseLimit(usd, { kind: 'usd' });
      const ladder = formatThresholds(parseThresholds(options.ladder));
      const connection = adminConnection();
      const { period, action } = options;
      if (isFirestore(connection)) {
        await setBudgetOnFirestore(connection, { scope, name, period, nano, ladder, action });
      } else {
        await asAdmin((ledger) =>
          ledger.query('SELECT outlay.set_pool($1, $2, $3, $4::bigint, $5, $6)', [
            ...[scope, name, period, nano, ladder, action],
          ]),
        );
      }
      done(options, `Set: ${formatUsd(nano)} (${options.period}, ${options.scope}).`, {
        ...{ scope: options.scope, period: options.period, limit: nanoToUsd(nano) },
        ...{ ladder, action: options.action, set: true },
      });
    });
  withKey(group.command('no-budget'))
    .description('Take such a budget away (admins).')
    .action(async (options: BudgetOptions) => {
      const [scope, name] = readScope(options.scope);
      const connection = adminConnection();
      const { period } = options;
      const [row] = isFirestore(connection)
        ? [{ gone: await removeBudgetOnFirestore(connection, { scope, name, period }) }]
        : await asAdmin((ledger) =>
            ledger.query<{ gone: boolean }>('SELECT outlay.remove_pool($1, $2, $3) AS gone', [
              ...[scope, name, period],
            ]),
          );
      if (!row!.gone) {
        throw new HumanError(
          'usage',
          `The team has no budget ${options.period}, ${options.scope}.`,
        );
      }
      done(options, `Removed: the budget ${options.period}, ${options.scope}.`, {
        ...{ scope: options.scope, period: options.period, removed: true },
      });
    });
}

function readScope(text: string): ['team' | 'group' | 'member', string] {
  const [kind = '', name] = text.split(':', 2);
  if (kind === 'team' && name === undefined) return ['team', ''];
  if (kind === 'member' && name === undefined) return ['member', ''];
  if ((kind === 'group' || kind === 'member') && name !== undefined) {
    checkName(name, kind);
    return [kind, name];
  }
  throw new HumanError(
    'usage',
    `${JSON.stringify(text)} is no scope of a team's budget. Use team, group:<name>, member or member:<name>.`,
  );
}
