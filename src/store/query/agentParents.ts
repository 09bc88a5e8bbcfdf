import type { SqlDatabase } from '../../platform/sqlite/types.ts';

/** The agents of a session with the agent that started each; '' is the main thread. */
export function agentParents(db: SqlDatabase, session: number): Map<string, string> {
  const rows = db
    .prepare("SELECT aid AS agentId, parent FROM agent WHERE session = ? AND aid <> ''")
    .all<{ agentId: string; parent: string }>(session);
  return new Map(rows.map(({ agentId, parent }) => [agentId, parent]));
}
