import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { membershipFile } from '../../../dataFolder/team/membership.ts';
import { zoneName } from '../../../model/calendar.ts';
import { HumanError } from '../../../model/errors.ts';
import { teamSessions } from '../../../team/claims.ts';
import { teamDays } from '../../../team/dayRows.ts';
import type { TeamMachine } from '../../../team/sync.ts';
import { plainText } from '../../../text/plainText.ts';
import { asStored, withContext } from '../../support/answer.ts';
import type { Environment } from '../../support/environment.ts';

/** What every command of a team understands. */
export interface TeamOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly index: boolean;
}

/** This machine, as a push needs it: of the store that is its own, whatever an option names for once. */
export function teamMachine(environment: Environment): TeamMachine {
  return {
    folder: environment.folder,
    env: process.env,
    source: (policy, since, sends) =>
      withContext(environment, asStored, (context) => teamDays(context, policy, since, sends)),
    sessions: (policy, since) =>
      withContext(environment, asStored, (context) => teamSessions(context, policy, since)),
    catalogue: environment.book.catalogueDate,
    prices: environment.book.revision,
  };
}

/** Whether this run reads the machine's own store, and a team was joined. */
export function pushes({ folder, options }: Environment): boolean {
  const isOwn = options.configDir === undefined && options.store === undefined;
  return isOwn && existsSync(membershipFile(folder));
}

/** The name a machine has where nobody gives it another, and the zone its days are cut in. */
export function machineFacts(
  name: string | undefined,
  { settings }: Pick<Environment, 'settings'>,
): { readonly machineName: string; readonly zone: string } {
  const machineName = plainText(name ?? (hostname().split('.')[0] || 'machine')).trim();
  if (machineName === '' || machineName.length > 64) {
    throw new HumanError('usage', 'The name of a machine has 1 to 64 characters (--machine NAME).');
  }
  return { machineName, zone: zoneName(settings.zone) };
}
