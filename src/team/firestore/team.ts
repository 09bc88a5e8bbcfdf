import { randomBytes } from 'node:crypto';
import { budgetActions } from '../../analysis/budgets/budget.ts';
import type { TeamPolicy } from '../../dataFolder/team/membership.ts';
import { type Pool, poolPeriods } from '../../dataFolder/team/poolFile.ts';
import { HumanError } from '../../model/errors.ts';
import { isAmount, isObject } from '../../model/objects.ts';
import { type FirestoreDatabase, isRival } from './database.ts';
import { layoutVersion, teamPath } from './layout.ts';
import type { Fields, ReadDocument } from './values.ts';

/** A team as its document says. */
export interface TeamDocument {
  readonly name: string;
  readonly policy: TeamPolicy;
  readonly budgets: readonly PoolBudget[];
  readonly created: Date;
}

/** What the team, each member (`member`, ''), or one of them may spend in a UTC period. */
export interface PoolBudget {
  readonly scope: 'team' | 'member';
  readonly name: string;
  readonly period: Pool['period'];
  readonly nano: number;
  readonly ladder: string;
  readonly action: string;
}

/** Reads the team of a database. Throws a `HumanError` where there is none, or not one this Outlay knows. */
export async function readTeam(database: FirestoreDatabase): Promise<TeamDocument> {
  return (await teamDocument(database)).team;
}

async function teamDocument(
  database: FirestoreDatabase,
): Promise<{ readonly team: TeamDocument; readonly updateTime: unknown }> {
  const document = (await database.get(teamPath)).get(teamPath);
  if (document === undefined) {
    throw new HumanError(
      'store',
      'There is no team here: this database of Firestore has no ledger. Who runs the team makes it with "outlay team create".',
    );
  }
  return { team: teamOf(document), updateTime: document.updateTime };
}

function teamOf({ fields }: ReadDocument): TeamDocument {
  const { version, name, projects, branches, salt, budgets, created } = fields;
  if (typeof version === 'number' && version > layoutVersion) {
    throw new HumanError(
      'store',
      `The team's ledger is of a newer Outlay (layout ${version}, this one knows ${layoutVersion}). Update Outlay; what is not sent yet follows then.`,
    );
  }
  const isKnown = projects === 'name' || projects === 'hash';
  if (!isKnown || typeof name !== 'string' || typeof salt !== 'string' || salt.length < 16) {
    throw new HumanError(
      'store',
      `The document ${teamPath} is not what Outlay wrote: nothing is sent. Who runs the team puts it right, or makes the ledger anew.`,
    );
  }
  return {
    ...{ name, policy: { projects, branches: branches === true, salt } },
    budgets: isObject(budgets) ? Object.values(budgets).filter(isBudget) : [],
    created: created instanceof Date ? created : new Date(0),
  };
}

function isBudget(value: unknown): value is PoolBudget {
  if (!isObject(value)) return false;
  const { scope, name, period, nano, ladder, action } = value;
  return (
    (scope === 'team' || scope === 'member') &&
    poolPeriods.some((each) => each === period) &&
    typeof name === 'string' &&
    typeof ladder === 'string' &&
    /^[0-9./]{1,40}$/.test(ladder) &&
    budgetActions.some((each) => each === action) &&
    isAmount(nano) &&
    nano > 0
  );
}

/** Makes the team of a database; throws a `HumanError` where there is one. */
export async function createTeam(
  database: FirestoreDatabase,
  { name, projects, branches }: Pick<TeamDocument, 'name'> & Omit<TeamPolicy, 'salt'>,
): Promise<void> {
  const salt = randomBytes(16).toString('hex');
  const team = { name, policy: { projects, branches, salt }, budgets: [], created: new Date() };
  const fields = fieldsOfTeam(team);
  try {
    await database.commit([{ kind: 'put', path: teamPath, fields, only: 'absent' }]);
  } catch (error) {
    if (!isRival(error)) throw error;
    throw new HumanError(
      'usage',
      'There is a team in this database already. Its members invite with "outlay team invite".',
      { cause: error },
    );
  }
}

/** Changes the team as it stands there now, whoever else changes it; undefined for no change. */
export async function changeTeam(
  database: FirestoreDatabase,
  change: (team: TeamDocument) => TeamDocument | undefined,
): Promise<TeamDocument | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const { team, updateTime } = await teamDocument(database);
    const changed = change(team);
    if (changed === undefined) return undefined;
    const fields = fieldsOfTeam(changed);
    try {
      await database.commit([{ kind: 'put', path: teamPath, fields, only: { updateTime } }]);
      return changed;
    } catch (error) {
      if (!isRival(error) || attempt >= 5) throw error;
    }
  }
}

function fieldsOfTeam({ name, policy, budgets, created }: TeamDocument): Fields {
  return {
    ...{ version: layoutVersion, name, ...policy, created },
    budgets: Object.fromEntries(
      budgets.map((budget) => [`${budget.scope} ${budget.name} ${budget.period}`, { ...budget }]),
    ),
  };
}
