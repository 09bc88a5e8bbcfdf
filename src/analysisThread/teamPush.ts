import { withReportContext } from '../query/openContext.ts';
import { teamSessions } from '../team/claims.ts';
import { teamDays } from '../team/dayRows.ts';
import { type Outage, pushQuietly } from '../team/sync.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** What a push came to: an outage nobody was told of yet is to be told. Plain data. */
export interface TeamPushResult {
  readonly outage: Outage | undefined;
}

/** Sends what is new in the store to the team's ledger, and asks how its budgets stand. */
export async function runTeamPush(task: TaskOrigin): Promise<TeamPushResult> {
  const facts = contextParts(task);
  const outcome = await pushQuietly({
    folder: task.dataFolder,
    env: process.env,
    source: (policy, since, sends) =>
      withReportContext(facts, (context) => teamDays(context, policy, since, sends)),
    sessions: (policy, since) =>
      withReportContext(facts, (context) => teamSessions(context, policy, since)),
    catalogue: facts.book.catalogueDate,
    prices: facts.book.revision,
  });
  return { outage: outcome !== undefined && 'text' in outcome ? outcome : undefined };
}
