/** Names of the tools that only read, in the order they are listed. */
export const toolNames = [
  'spend',
  'sessions',
  'session',
  'budgets',
  'forecast',
  'anomalies',
  'savings',
  'explain',
] as const;
export type ToolName = (typeof toolNames)[number];
