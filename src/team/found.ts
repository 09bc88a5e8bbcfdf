import { randomBytes } from 'node:crypto';
import { HumanError } from '../model/errors.ts';
import { type Ledger, versionOf } from './connection.ts';
import { migrations, schemaVersion } from './schema/migrations.ts';
import { newPassword, scramVerifier } from './scram.ts';

/** How a team begins. */
export interface TeamPlan {
  readonly name: string;
  readonly projects: 'name' | 'hash';
  readonly branches: boolean;
  readonly visible: 'own' | 'totals' | 'members';
}

/**
 * Makes a team's ledger in a database, or brings an older one up to date: every step in one transaction, and
 * one program at a time. Answers with the versions before and after.
 */
export async function foundTeam(
  ledger: Ledger,
  plan: TeamPlan | undefined,
  upTo = schemaVersion,
): Promise<{ readonly from: number; readonly to: number }> {
  return ledger.transaction(async () => {
    await ledger.query("SELECT pg_advisory_xact_lock(hashtext('outlay.migration'))");
    const from = await versionOf(ledger);
    if (from === 0) {
      if (plan === undefined) {
        throw new HumanError(
          'usage',
          'There is no team in this database yet: leave out --upgrade.',
        );
      }
      await ledger.run(
        `CREATE SCHEMA outlay; REVOKE ALL ON SCHEMA outlay FROM PUBLIC;
         CREATE TABLE outlay.migration (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());`,
      );
    } else if (from > upTo) {
      throw new HumanError(
        'store',
        `The team's ledger is of a newer Outlay (schema ${from}, this one knows ${upTo}). Update Outlay.`,
      );
    }
    for (let version = from + 1; version <= upTo; version += 1) {
      const { sql, rights } = migrations[version - 1]!;
      await ledger.run(sql);
      if (version === 1) await addTeam(ledger, plan!);
      await ledger.run(rights);
      await ledger.query('INSERT INTO outlay.migration (version) VALUES ($1)', [version]);
    }
    return { from, to: upTo };
  });
}

async function addTeam(ledger: Ledger, { name, projects, branches, visible }: TeamPlan) {
  const role = `outlay_${randomBytes(4).toString('hex')}`;
  await ledger.query(
    `INSERT INTO outlay.team (id, name, role, projects, branches, visible, salt)
     VALUES (1, $1, $2, $3, $4, $5, $6)`,
    [name, role, projects, branches, visible, randomBytes(16).toString('hex')],
  );
  await ledger.query('SELECT outlay.make_role()');
}

/** A login that was made: its name and a password nobody else has ever seen. */
export interface NewLogin {
  readonly login: string;
  readonly password: string;
}

/** Adds a member; throws a `HumanError` where there is one of that name. */
export async function addMember(ledger: Ledger, name: string, admin: boolean): Promise<NewLogin> {
  const known = await ledger.query('SELECT 1 FROM outlay.member WHERE name = $1', [name]);
  if (known.length > 0) {
    throw new HumanError(
      'usage',
      `There is a member ${name} already. For a new invitation: outlay team invite ${name} --renew --to FILE`,
    );
  }
  const password = newPassword();
  const [row] = await ledger.query<{ login: string }>(
    'SELECT outlay.add_member($1, $2, $3) AS login',
    [name, admin, scramVerifier(password)],
  );
  return { login: row!.login, password };
}

/** Gives a member a new password, and with it a new invitation. */
export async function renewMember(ledger: Ledger, name: string): Promise<NewLogin> {
  const password = newPassword();
  const [row] = await ledger.query<{ login: string | null }>(
    'SELECT outlay.renew_member($1, $2) AS login',
    [name, scramVerifier(password)],
  );
  if (row!.login === null) throw unknownMember(name);
  return { login: row!.login, password };
}

export function unknownMember(name: string): HumanError {
  return new HumanError(
    'usage',
    `The team has no member ${name}. "outlay team members" lists all.`,
  );
}
