import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { type EventRow, eventRows, failureKinds } from './events.ts';
import { promptColumn } from './messageSpend.ts';

/** Something that went wrong, with the run it belongs to. */
export interface FailureRow extends EventRow {
  /**
   * String number of the prompt, 0 for a subagent; undefined where no message is left that could
   * say.
   */
  readonly prompt: number | undefined;
}

/**
 * What went wrong in a span. An event belongs to the run of the last message of its session and agent
 * at or before it. `subagents` are the agents that have no prompts: nothing is looked up for them.
 */
export function failureRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  subagents: ReadonlySet<number>,
): FailureRow[] {
  const before = db.prepare(
    `SELECT ${promptColumn} AS prompt FROM message m
     WHERE session = ? AND agent = ? AND at <= ? AND counted = 1 ORDER BY at DESC, id DESC LIMIT 1`,
  );
  return eventRows(db, span, failureKinds).map((event) => ({
    ...event,
    prompt: subagents.has(event.agent)
      ? 0
      : before.get<{ prompt: number }>(event.session, event.agent, event.at)?.prompt,
  }));
}
