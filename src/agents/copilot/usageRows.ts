import { appendAll } from '../../model/lists.ts';
import { countSources, type SessionRecords, type TranscriptBatch } from '../../model/records.ts';
import type { Row, SqlDatabase, SqlValue } from '../../platform/sqlite/types.ts';
import { emptyAgentMetadata, emptyBatch, emptySessionRecords } from '../batch.ts';
import { columnsOf, type RowBatch } from '../database.ts';
import { text, tokenCount } from '../json.ts';
import { readTime } from '../timestamp.ts';
import { oneLine } from '../titleLine.ts';
import { copilotMessage, creditsIn, isNothing, readCounts } from './copilotMessage.ts';

/** How far a database was read. */
export interface UsageState {
  /** The last row's id: ids are never given twice. */
  readonly row: number;
  /** The latest change of a session seen, UTC milliseconds. */
  readonly sessionsAt: number;
}

const table = 'assistant_usage_events';

/** Rows of one chunk. */
const mostRows = 5_000;

const fields = {
  input: ['input_tokens'],
  output: ['output_tokens'],
  read: ['cache_read_tokens'],
  written: ['cache_write_tokens'],
  reasoning: ['reasoning_tokens'],
} as const;

/** A row of a session. Columns come and go from month to month. */
type SessionRow = Readonly<Record<string, SqlValue | undefined>>;

/** Reads the rows of a database behind those read before; of sessions that changed, their titles. */
export function* usageRows(
  db: SqlDatabase,
  state: UsageState = { row: 0, sessionsAt: 0 },
): Generator<RowBatch<UsageState>, void, void> {
  const sessions = sessionsIn(db);
  const batch = emptyBatch();
  let { row, sessionsAt } = state;
  for (const [id, session] of sessions) {
    const at = timeOf(session.updated_at);
    if (Number.isNaN(at) || at < state.sessionsAt) continue;
    sessionsAt = Math.max(sessionsAt, at);
    const title = oneLine(text(session.summary));
    if (title === '') continue;
    batch.titles.push({ sessionId: id, kind: 'ai', at, offset: 0, text: title });
  }
  if (columnsOf(db, table).size === 0) {
    yield { batch, offset: row, state: { row, sessionsAt } };
    return;
  }
  // Ids begin anew in a database that was written over the other.
  if (lastId(db) < row) row = 0;
  const next = db.prepare(`SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT ${mostRows}`);
  for (let reader = new RowReader(sessions, batch); ; reader = new RowReader(sessions)) {
    const rows = next.all(row);
    for (const each of rows) reader.take(each);
    row = rows.reduce((last, { id }) => Math.max(last, Number(id)), row);
    yield { batch: reader.end(), offset: row, state: { row, sessionsAt } };
    if (rows.length < mostRows) return;
  }
}

/** The last id that was given, whether its row is still there or not. */
function lastId(db: SqlDatabase): number {
  if (columnsOf(db, 'sqlite_sequence').size === 0) return Number.POSITIVE_INFINITY;
  const sql = 'SELECT seq FROM sqlite_sequence WHERE name = ?';
  return db.prepare(sql).get<{ seq: number }>(table)?.seq ?? Number.POSITIVE_INFINITY;
}

/** The rows of a database around one. */
export function rowsAround(db: SqlDatabase, row: number, around: number): Row[] {
  if (columnsOf(db, table).size === 0) return [];
  return db
    .prepare(`SELECT * FROM ${table} WHERE id BETWEEN ? AND ? ORDER BY id`)
    .all(row - around, row + around);
}

/** The ids requests of a session are counted by, in order, by agent; '' is the main one. Compactions say nothing. */
export function requestsOfSession(db: SqlDatabase, session: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (columnsOf(db, table).size === 0) return found;
  const rows = db.prepare(`SELECT * FROM ${table} WHERE session_id = ? ORDER BY id`);
  for (const row of rows.all(session)) {
    if (row.initiator === 'compaction') continue;
    const agent = text(row.agent_id);
    found.set(agent, [...(found.get(agent) ?? []), rowId(row)]);
  }
  return found;
}

/** The id a row is counted by. A database that was made anew gives its ids again, but not at the same time. */
export function rowId(row: Row): string {
  return `${text(row.session_id)}/row/${row.id}/${timeOf(row.created_at)}`;
}

/** The row's number in an id it is counted by; undefined for the id of something else. */
export function rowIn(messageId: string): number | undefined {
  const [, row] = /\/row\/(\d+)\/\d+$/.exec(messageId) ?? [];
  return row === undefined ? undefined : Number(row);
}

/** Turns rows into records. */
class RowReader {
  readonly #sessions: ReadonlyMap<string, SessionRow>;
  readonly #batch: TranscriptBatch;
  readonly #records = new Map<string, SessionRecords>();
  readonly #agents = new Set<string>();

  constructor(sessions: ReadonlyMap<string, SessionRow>, batch: TranscriptBatch = emptyBatch()) {
    this.#sessions = sessions;
    this.#batch = batch;
  }

  take(row: Row): void {
    const id = Number(row.id);
    const session = text(row.session_id);
    const agent = text(row.agent_id);
    const at = timeOf(row.created_at);
    this.#batch.lines++;
    const place = { line: id, offset: id, sessionId: session, at: Number.isNaN(at) ? 0 : at };
    const counts = readCounts(row, fields);
    if (isNothing(counts)) {
      if (counts.odd) this.#batch.rejected.push({ ...place, reason: 'bad usage' });
      return;
    }
    if (Number.isNaN(at)) {
      this.#batch.rejected.push({ ...place, reason: 'no time' });
      return;
    }
    const { cwd, branch } = this.#trace(session, at);
    if (agent !== '') this.#agent(row, session, agent);
    this.#batch.messages.push(
      copilotMessage({
        id: rowId(row),
        session,
        agent,
        at,
        model: text(row.copilot_usage_model) || text(row.model),
        counts,
        countedFrom: countSources.row,
        requests: 1,
        prompt: row.turn_index == null ? '' : `${session}/turn/${row.turn_index}`,
        tools: [],
        cwd,
        branch,
        version: '',
        effort: text(row.reasoning_effort),
        durationMs: tokenCount(row.duration_ms) ?? null,
        nanoCredits: creditsIn(row.total_nano_aiu),
      }),
    );
  }

  end(): TranscriptBatch {
    appendAll(this.#batch.sessions, this.#records.values());
    return this.#batch;
  }

  #trace(session: string, at: number): { cwd: string; branch: string } {
    const row = this.#sessions.get(session);
    const [cwd, branch] = [text(row?.cwd), text(row?.branch)];
    let records = this.#records.get(session);
    if (records === undefined) {
      records = emptySessionRecords(session);
      this.#records.set(session, records);
    }
    records.firstAt = Math.min(records.firstAt, at);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, at);
    if (cwd !== '') {
      records.cwd = cwd;
      records.cwdAt = records.firstAt;
      records.cwdSidechain = false;
    }
    if (branch !== '') {
      records.branch = branch;
      records.branchAt = records.lastAt;
    }
    return { cwd, branch };
  }

  #agent(row: Row, sessionId: string, agentId: string): void {
    if (this.#agents.has(`${sessionId} ${agentId}`)) return;
    this.#agents.add(`${sessionId} ${agentId}`);
    const toolUseId = text(row.parent_tool_call_id);
    this.#batch.agents.push({ ...emptyAgentMetadata, sessionId, agentId, toolUseId });
  }
}

function sessionsIn(db: SqlDatabase): Map<string, SessionRow> {
  if (columnsOf(db, 'sessions').size === 0) return new Map();
  const rows = db.prepare('SELECT * FROM sessions').all();
  return new Map(rows.map((row) => [text(row.id), row]));
}

/** A time as the database has it, in UTC: ISO, or what SQLite's own clock writes. */
function timeOf(value: SqlValue | undefined): number {
  const written = text(value);
  return readTime(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(written) ? `${written.replace(' ', 'T')}Z` : written,
  );
}
