import type { Row, SqlDatabase } from '../../platform/sqlite/types.ts';
import type { LocatedMessage } from '../agentLog.ts';
import { emptyBatch } from '../batch.ts';
import { columnsOf, type RowBatch } from '../database.ts';
import { type Json, parseObject, text } from '../json.ts';
import { addMessage, requestsOf, type StoredMessage, timeIn } from './openCodeMessage.ts';
import { type SessionInfo, SessionTraces } from './sessionBook.ts';

/** How far a database was read. */
export interface MessagesState {
  /** The last row of messages: new ones stand behind it. */
  readonly row: number;
  /** The latest change of a message or session seen, UTC milliseconds: they are written again while they stream. */
  readonly updated: number;
  /** Chunks read. */
  readonly chunks: number;
}

/** Messages of one chunk. */
const mostMessages = 2_000;

/** A change may be committed after a later one: what was changed shortly before is read again. */
const overlapMs = 60_000;

const mostTools = 50;

/** Reads the messages of a database that are new or have changed. */
export function* messageRows(
  db: SqlDatabase,
  state: MessagesState = { row: 0, updated: 0, chunks: 0 },
): Generator<RowBatch<MessagesState>, void, void> {
  const sessions = sessionsIn(db);
  const infoOf = (id: string): SessionInfo | undefined => sessions.get(id);
  const since = state.updated - overlapMs;
  let { row, updated, chunks } = state;
  let titles = [...sessions.values()].filter((session) => session.updated >= since);
  // A clock that was ahead must not hide what is written from now on.
  const now = Date.now();
  const later = (at: number): number => Math.max(updated, Math.min(at, now));
  for (const session of titles) updated = later(session.updated);
  if (columnsOf(db, 'message').size === 0) {
    yield { batch: emptyBatch(), offset: chunks + 1, state: { row, updated, chunks: chunks + 1 } };
    return;
  }
  const next = db.prepare(
    `SELECT rowid AS row, id, session_id, time_updated, data FROM message
     WHERE rowid > ? AND (rowid > ? OR time_updated >= ?) ORDER BY rowid LIMIT ${mostMessages}`,
  );
  const partsOf = partReader(db);
  for (let last = 0; ; ) {
    const rows = next.all(last, state.row, since);
    const batch = emptyBatch();
    const traces = new SessionTraces(batch, infoOf);
    for (const session of titles) traces.title(session);
    titles = [];
    for (const each of rows) {
      last = Number(each.row);
      updated = later(timeIn(each.time_updated));
      const message = storedMessage(each, partsOf);
      if (message !== undefined) addMessage(batch, traces, message);
      else {
        batch.lines++;
        const place = { line: last, offset: last, at: 0, sessionId: text(each.session_id) };
        batch.rejected.push({ ...place, reason: 'not JSON' });
      }
    }
    traces.end();
    row = Math.max(row, last);
    chunks++;
    const done = rows.length < mostMessages;
    // Cut off here, what changed further on would be seen as such again.
    const known = {
      row: done ? row : Math.max(state.row, last),
      updated: done ? updated : state.updated,
    };
    yield { batch, offset: chunks, state: { ...known, chunks } };
    if (done) return;
  }
}

/** The requests of a database, each with its row. */
export function* requestsIn(db: SqlDatabase): Generator<LocatedMessage, void, void> {
  if (columnsOf(db, 'message').size === 0) return;
  const sessions = sessionsIn(db);
  const partsOf = partReader(db);
  const all = db.prepare('SELECT rowid AS row, id, session_id, data FROM message ORDER BY rowid');
  for (const row of all.all()) {
    const message = storedMessage(row, partsOf);
    if (message !== undefined) yield* requestsOf(message, (id) => sessions.get(id));
  }
}

/** The messages of a database made at a moment, as rows. */
export function messagesMadeAt(db: SqlDatabase, created: number): Row[] {
  if (columnsOf(db, 'message').size === 0) return [];
  return db
    .prepare(
      'SELECT rowid AS row, * FROM message WHERE time_created = ? OR data LIKE ? ORDER BY rowid',
    )
    .all(created, `%"created":%${created}%`);
}

/** The messages of a database around one, by the numbers of their rows. */
export function messagesAround(db: SqlDatabase, row: number, around: number): Row[] {
  if (columnsOf(db, 'message').size === 0) return [];
  return db
    .prepare('SELECT rowid AS row, * FROM message WHERE rowid BETWEEN ? AND ? ORDER BY rowid')
    .all(row - around, row + around);
}

/** What a message's parts say, as they stand in the database. */
export function partsOfMessage(db: SqlDatabase, message: string): Json[] {
  if (columnsOf(db, 'part').size === 0) return [];
  return db
    .prepare('SELECT data FROM part WHERE message_id = ? ORDER BY id')
    .all<{ data: string }>(message)
    .map(({ data }) => parseObject(data))
    .filter((part) => part !== undefined);
}

export type PartsOf = (message: string) => Pick<StoredMessage, 'steps' | 'tools'>;

interface PartRow {
  readonly message: string;
  /** What a `step-finish` says; null for a tool. */
  readonly step: string | null;
  readonly tool: string | null;
}

/** Finds the steps and tools of messages. */
export function partReader(db: SqlDatabase): PartsOf {
  if (columnsOf(db, 'part').size === 0) return () => ({ steps: [], tools: [] });
  const isIndexed = db
    .prepare(
      `SELECT 1 FROM pragma_index_list('part') l, pragma_index_info(l.name) i
       WHERE i.seqno = 0 AND i.name = 'message_id'`,
    )
    .get();
  // Tools' results may be large: of them the name is all that is read.
  const select = (where: string): string =>
    `SELECT message, CASE type WHEN 'step-finish' THEN data END AS step,
       CASE type WHEN 'tool' THEN json_extract(data, '$.tool') END AS tool
     FROM (SELECT id, message_id AS message, data,
         CASE WHEN json_valid(data) THEN json_extract(data, '$.type') END AS type
       FROM part ${where}) WHERE type IN ('step-finish', 'tool') ORDER BY id`;
  const ofMessage = db.prepare(select('WHERE message_id = ?'));
  // Without an index each question would go through all of them: that is done once.
  const byMessage = isIndexed
    ? undefined
    : Map.groupBy(db.prepare(select('')).all<PartRow>(), ({ message }) => message);
  return (message) => {
    const rows = byMessage?.get(message) ?? (byMessage ? [] : ofMessage.all<PartRow>(message));
    return {
      steps: rows.map(({ step }) => parseObject(step ?? '')).filter((step) => step !== undefined),
      tools: [...new Set(rows.flatMap(({ tool }) => text(tool) || []))].slice(0, mostTools),
    };
  };
}

/** A message with its parts; undefined where it is not JSON. */
export function storedMessage(row: Row, partsOf: PartsOf): StoredMessage | undefined {
  const data = parseObject(text(row.data));
  if (data === undefined) return undefined;
  const [id, line] = [text(row.id), Number(row.row)];
  const parts = data.role === 'assistant' ? partsOf(id) : { steps: [], tools: [] };
  return { id, session: text(row.session_id), data, line, ...parts };
}

const sessionColumns = [
  'parent_id',
  'directory',
  'title',
  'version',
  'time_created',
  'time_updated',
];

function sessionsIn(db: SqlDatabase): Map<string, SessionInfo> {
  const columns = columnsOf(db, 'session');
  if (columns.size === 0) return new Map();
  const list = ['id', ...sessionColumns.filter((name) => columns.has(name))].join(', ');
  const rows = db.prepare(`SELECT ${list} FROM session`).all();
  return new Map(
    rows.map((row) => [
      text(row.id),
      {
        id: text(row.id),
        parent: text(row.parent_id),
        directory: text(row.directory),
        title: text(row.title),
        version: text(row.version),
        created: timeIn(row.time_created),
        updated: timeIn(row.time_updated),
      },
    ]),
  );
}
