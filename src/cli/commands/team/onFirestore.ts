import { dataFolder } from '../../../dataFolder/paths.ts';
import type { TeamPolicy } from '../../../dataFolder/team/membership.ts';
import { HumanError } from '../../../model/errors.ts';
import {
  firestoreText,
  isFirestore,
  parseFirestore,
  settled,
} from '../../../team/firestore/address.ts';
import type { FirestoreDatabase } from '../../../team/firestore/database.ts';
import { FirestoreLedger, openFirestore } from '../../../team/firestore/firestoreLedger.ts';
import { changeTeam, createTeam, type PoolBudget } from '../../../team/firestore/team.ts';
import type { TeamPlan } from '../../../team/found.ts';
import { unknownMember } from '../../../team/found.ts';
import type { LedgerPlace } from '../../../team/ledger.ts';
import { checkName } from './names.ts';
import { writeSecret } from './secretFiles.ts';

/** What commands do otherwise where the ledger is in Firestore, which knows no logins and no admins of Outlay's. */

const named = "The connection string of this machine's team";

/** Makes a team; the connection its first member joins with. */
export async function createOnFirestore(
  connection: string,
  plan: Pick<TeamPlan, 'name' | 'projects' | 'branches'>,
  as: string,
  place: LedgerPlace,
): Promise<string> {
  const own = settled(memberConnection(connection, as), 'The connection string', place.env);
  const database = await openFirestore(parseFirestore(own, 'The connection string'), place);
  try {
    await createTeam(database, plan);
  } finally {
    await database.close();
  }
  return own;
}

/** The connection of a member: an invitation names them, a connection to Firestore may leave it to who joins. */
export function memberConnection(connection: string, as: string | undefined): string {
  if (as === undefined) return connection;
  checkName(as, 'member');
  if (!isFirestore(connection)) {
    throw new HumanError(
      'usage',
      '--as is for a ledger in Firestore: this invitation says who you are.',
    );
  }
  const address = parseFirestore(connection, 'The connection string');
  if (address.member !== '' && address.member !== as) {
    throw new HumanError('usage', `The invitation is for ${address.member}: leave out --as.`);
  }
  return firestoreText({ ...address, member: as });
}

/** Whoever may read a database of Firestore reads all of it. */
export function checkVisible(visible: string | undefined): void {
  if (visible === undefined || visible === 'members') return;
  throw new HumanError(
    'usage',
    `Firestore cannot keep members from seeing each other's calls (--visible ${visible}): that needs PostgreSQL.`,
  );
}

/** Who may ask is Google's to say: the file tells where the ledger is and as whom, and holds no key. */
export function inviteToFirestore(
  connection: string,
  member: string,
  { to, admin, renew }: { readonly to: string; readonly admin?: true; readonly renew?: true },
): { readonly file: string; readonly project: string } {
  if (admin || renew) {
    throw new HumanError(
      'usage',
      'A ledger in Firestore has no admins and no logins to renew: that needs PostgreSQL.',
    );
  }
  const address = parseFirestore(connection, named);
  const file = writeSecret(to, firestoreText({ ...address, member }));
  return { file, project: address.project };
}

/** Deletes what a member has sent; their access is taken away where it was given. */
export async function removeFromFirestore(
  connection: string,
  name: string,
  isDelete: boolean,
): Promise<void> {
  if (!isDelete) {
    throw new HumanError(
      'usage',
      `Firestore knows no logins of Outlay's: take the role of ${name} away in Google Cloud. With --delete what they sent is deleted.`,
    );
  }
  const ledger = await FirestoreLedger.open(connection, named, here());
  try {
    if (!(await ledger.forgetMember(name))) throw unknownMember(name);
  } finally {
    await ledger.close();
  }
}

/** Changes what leaves machines. */
export async function policyOnFirestore(
  connection: string,
  change: Partial<Omit<TeamPolicy, 'salt'>>,
): Promise<TeamPolicy> {
  const changed = await onTeam(connection, (database) =>
    changeTeam(database, (team) => {
      const { projects = team.policy.projects, branches = team.policy.branches } = change;
      return { ...team, policy: { ...team.policy, projects, branches } };
    }),
  );
  return changed!.policy;
}

type BudgetKey = Pick<PoolBudget, 'name' | 'period'> & {
  readonly scope: 'team' | 'group' | 'member';
};

/** Sets a budget in the place of the one that was there. */
export async function setBudgetOnFirestore(
  connection: string,
  budget: BudgetKey & Pick<PoolBudget, 'nano' | 'ladder' | 'action'>,
): Promise<void> {
  const { scope } = budget;
  if (scope === 'group') throw noGroups();
  await onTeam(connection, (database) =>
    changeTeam(database, (team) => ({
      ...team,
      budgets: [...team.budgets.filter(isOther(budget)), { ...budget, scope }],
    })),
  );
}

export function noGroups(): HumanError {
  return new HumanError('usage', 'A ledger in Firestore has no groups: that needs PostgreSQL.');
}

/** Takes a budget away; false where there is none. */
export async function removeBudgetOnFirestore(
  connection: string,
  key: BudgetKey,
): Promise<boolean> {
  const changed = await onTeam(connection, (database) =>
    changeTeam(database, (team) => {
      const budgets = team.budgets.filter(isOther(key));
      return budgets.length === team.budgets.length ? undefined : { ...team, budgets };
    }),
  );
  return changed !== undefined;
}

function isOther({ scope, name, period }: BudgetKey): (budget: PoolBudget) => boolean {
  return (each) => each.scope !== scope || each.name !== name || each.period !== period;
}

async function onTeam<T>(
  connection: string,
  work: (database: FirestoreDatabase) => Promise<T>,
): Promise<T> {
  const database = await openFirestore(parseFirestore(connection, named), here());
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function here(): LedgerPlace {
  return { folder: dataFolder(), env: process.env };
}
