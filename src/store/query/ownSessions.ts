import type { EventKind } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import type { MessageRow } from '../schema/messageRow.ts';
import { agentType, titleOf } from './fragments.ts';

/** A session that ran on this machine, with all that is counted of it. Word numbers are texts already. */
export interface OwnSession {
  readonly id: number;
  readonly sid: string;
  /** Configuration directory: the account. */
  readonly root: string;
  readonly cwd: string;
  readonly gitRoot: string | null;
  readonly branch: string;
  readonly version: string;
  readonly entrypoint: string;
  readonly title: string | null;
  /** UTC milliseconds: of all its records, and of its own. */
  readonly first: number;
  readonly last: number;
  readonly own: number;
}

/** A message that counts; texts by `word`. */
export interface OwnMessage extends MessageRow {
  readonly aid: string;
}

/** Background of a session: UTC milliseconds and nano-dollars. */
export interface OwnBackground {
  readonly at: number;
  readonly nano: number;
}

/** A subagent of a session. */
export interface OwnAgent {
  readonly aid: string;
  readonly type: string;
  readonly parent: string;
}

/** Something that happened beside the messages. */
export interface OwnEvent {
  readonly key: string;
  readonly kind: EventKind;
  readonly at: number;
  readonly aid: string;
  readonly code: string;
  readonly count: number;
  /** The model a failed request asked for; '' where that is not said. */
  readonly model: string;
}

/** What of a session is read when its turn comes: messages and events earliest first. */
export interface SessionContent {
  readonly messages: readonly OwnMessage[];
  readonly background: readonly OwnBackground[];
  readonly agents: readonly OwnAgent[];
  readonly events: readonly OwnEvent[];
}

/** A session's first or last time; where no record of it is dated, of its messages. */
function dated(column: 'first_at' | 'last_at', extreme: 'min' | 'max'): string {
  return `coalesce(nullif(s.${column}, 0), (SELECT ${extreme}(m.at) FROM message m
    WHERE m.session = s.id AND m.counted = 1))`;
}

/** Sessions of this machine with spend, by account and begin: those that are new stand at the end of theirs. */
export function ownSessions(db: SqlDatabase): OwnSession[] {
  return db
    .prepare(
      `SELECT * FROM (SELECT s.id AS id, s.sid AS sid, r.text AS root, c.text AS cwd, p.git_root AS gitRoot,
         b.text AS branch, v.text AS version, e.text AS entrypoint, ${titleOf} AS title,
         ${dated('first_at', 'min')} AS first, ${dated('last_at', 'max')} AS last,
         coalesce(s.own_at, ${dated('first_at', 'min')}) AS own
       FROM session s JOIN word r ON r.id = s.root JOIN word c ON c.id = s.cwd
         JOIN word b ON b.id = s.branch JOIN word v ON v.id = s.version JOIN word e ON e.id = s.entrypoint
         LEFT JOIN project p ON p.cwd = s.cwd
       WHERE s.host = 0 AND (s.background > 0
         OR EXISTS (SELECT 1 FROM message m WHERE m.session = s.id AND m.counted = 1)))
       WHERE first IS NOT NULL AND last >= first ORDER BY root, first, sid`,
    )
    .all<OwnSession>();
}

/** Messages of this machine that are there as sums only. */
export function summedUpMessages(db: SqlDatabase): number {
  return db
    .prepare(
      `SELECT count(*) AS messages FROM thinned t JOIN session s ON s.id = t.session
       WHERE t.counted = 1 AND t.original IS NULL AND s.host = 0`,
    )
    .get<{ messages: number }>()!.messages;
}

/** Reads the content of sessions, one by one. */
export function contentReader(db: SqlDatabase): (session: number) => SessionContent {
  const messages = db.prepare(
    `SELECT m.*, a.aid AS aid FROM message m JOIN agent a ON a.id = m.agent
     WHERE m.session = ? AND m.counted = 1 ORDER BY m.at, m.mid, m.rid, m.side`,
  );
  const background = db.prepare('SELECT at, nano FROM background WHERE session = ? ORDER BY at');
  const agents = db.prepare(
    `SELECT a.aid AS aid, ${agentType} AS type, a.parent AS parent FROM agent a
     WHERE a.session = ? AND a.aid <> '' ORDER BY a.aid`,
  );
  const events = db.prepare(
    `SELECT e.key AS key, e.kind AS kind, e.at AS at, a.aid AS aid, w.text AS code, e.count AS count,
       o.text AS model
     FROM event e JOIN agent a ON a.id = e.agent JOIN word w ON w.id = e.code JOIN word o ON o.id = e.model
     WHERE e.session = ? ORDER BY e.at, e.key, e.kind`,
  );
  return (session) => ({
    messages: messages.all<OwnMessage>(session),
    background: background.all<OwnBackground>(session),
    agents: agents.all<OwnAgent>(session),
    events: events.all<OwnEvent>(session),
  });
}
