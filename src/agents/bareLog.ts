import type { AgentLog } from './agentLog.ts';

/** What is known of an agent that writes its logs and nothing beside them: no facts, prices or notes of processes. */
export const bareLog = {
  readMeta: () => undefined,
  metadataBeside: () => [],
  clientPrices: () => [],
  runningSessions: () => [],
  runningAgents: () => [],
} as const satisfies Partial<AgentLog>;
