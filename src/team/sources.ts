import type { ReportContext } from '../query/context.ts';
import { teamSessions } from './claims.ts';
import { teamDays } from './dayRows.ts';
import { teamCalls } from './firestore/calls.ts';
import type { TeamSources } from './ledger.ts';

/** What a machine has, read from its store by `withContext`. */
export function teamSources(
  withContext: <T>(read: (context: ReportContext) => T) => T,
): TeamSources {
  return {
    days: (policy, since, sends) =>
      withContext((context) => teamDays(context, policy, since, sends)),
    sessions: (policy, since) => withContext(({ db }) => teamSessions(db, policy, since)),
    calls: (policy, wanted) => withContext((context) => teamCalls(context, policy, wanted)),
  };
}
