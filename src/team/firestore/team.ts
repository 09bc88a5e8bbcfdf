import { randomBytes } from 'node:crypto';
import type { TeamPolicy } from '../../dataFolder/team/membership.ts';
import { HumanError } from '../../model/errors.ts';
import { type FirestoreDatabase, isRival } from './database.ts';
import { layoutVersion, teamPath } from './layout.ts';
import type { ReadDocument } from './values.ts';

/** A team as its document says. */
export interface TeamDocument {
  readonly name: string;
  readonly policy: TeamPolicy;
}

/** Reads the team of a database. Throws a `HumanError` where there is none, or not one this Outlay knows. */
export async function readTeam(database: FirestoreDatabase): Promise<TeamDocument> {
  return teamOf(await teamDocument(database));
}

async function teamDocument(database: FirestoreDatabase): Promise<ReadDocument> {
  const document = (await database.get(teamPath)).get(teamPath);
  if (document === undefined) {
    throw new HumanError(
      'store',
      'There is no team here: this database of Firestore has no ledger. Who runs the team makes it with "outlay team create".',
    );
  }
  return document;
}

function teamOf({ fields }: ReadDocument): TeamDocument {
  const { version, name, projects, branches, salt } = fields;
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
  return { name, policy: { projects, branches: branches === true, salt } };
}

/** Makes the team of a database; throws a `HumanError` where there is one. */
export async function createTeam(
  database: FirestoreDatabase,
  { name, projects, branches }: Pick<TeamDocument, 'name'> & Omit<TeamPolicy, 'salt'>,
): Promise<void> {
  const salt = randomBytes(16).toString('hex');
  const fields = { version: layoutVersion, name, projects, branches, salt, created: new Date() };
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

/** Changes what leaves machines; undefined leaves something as it is. */
export async function changePolicy(
  database: FirestoreDatabase,
  change: Partial<Omit<TeamPolicy, 'salt'>>,
): Promise<TeamPolicy> {
  const document = await teamDocument(database);
  const { name, policy } = teamOf(document);
  const changed = {
    projects: change.projects ?? policy.projects,
    branches: change.branches ?? policy.branches,
  };
  const { created } = document.fields;
  const fields = {
    ...{ version: layoutVersion, name, salt: policy.salt, ...changed },
    created: created instanceof Date ? created : new Date(),
  };
  const only = { updateTime: document.updateTime };
  await database.commit([{ kind: 'put', path: teamPath, fields, only }]);
  return { ...policy, ...changed };
}
