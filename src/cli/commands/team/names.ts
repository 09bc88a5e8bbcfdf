import { HumanError } from '../../../model/errors.ts';

/** Checks a name as the ledger keeps it. */
export function checkName(name: string, what: 'member' | 'group'): void {
  if (/^[a-z0-9][a-z0-9._-]{0,31}$/.test(name)) return;
  throw new HumanError(
    'usage',
    `${JSON.stringify(name)} is no name of a ${what}: use up to 32 lower-case letters, digits, dots, hyphens and underscores, a letter or digit first.`,
  );
}
