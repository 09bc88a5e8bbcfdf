import { withReportContext } from '../query/openContext.ts';
import { refreshGateway } from '../team/gateway/refresh.ts';
import { teamSources } from '../team/sources.ts';
import { type Outage, pushQuietly } from '../team/sync.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** What is sent from and asked about. Plain data, which nobody keeps. */
export interface TeamTask extends TaskOrigin {
  /** Of the company's gateway, where the editor keeps it. */
  readonly gatewayKey?: string;
}

/** What a push came to: an outage nobody was told of yet is to be told. Plain data. */
export interface TeamPushResult {
  readonly outage: Outage | undefined;
}

/** Sends what is new to the team's ledger, and asks it and the company's gateway how their budgets stand. */
export async function runTeamPush(task: TeamTask): Promise<TeamPushResult> {
  const facts = contextParts(task);
  const outcome = await pushQuietly({
    folder: task.dataFolder,
    env: process.env,
    sources: teamSources((read) => withReportContext(facts, read)),
    catalogue: facts.book.catalogueDate,
    prices: facts.book.revision,
  });
  const ledger = outcome !== undefined && 'text' in outcome ? outcome : undefined;
  const gateway = await refreshGateway(task.dataFolder, {
    env: process.env,
    kept: task.gatewayKey,
  });
  return { outage: ledger?.told === false ? ledger : (gateway ?? ledger) };
}
