import type { Row, SqlDatabase, SqlValue, Statement } from '../../platform/sqlite/types.ts';
import { columnsOf } from '../database.ts';
import { text } from '../json.ts';

/** A span as it stands in the database. */
export interface Span {
  /** Its row: higher ones were written later, as long as none is deleted. */
  readonly row: number;
  readonly id: string;
  readonly trace: string;
  /** '' for the first of its trace. */
  readonly parent: string;
  /** UTC milliseconds, whole ones; NaN where it is not said. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly hasFailed: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Names of what is read of a span. */
export const attribute = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  server: 'server.address',
  agentName: 'gen_ai.agent.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  input: 'gen_ai.usage.input_tokens',
  output: 'gen_ai.usage.output_tokens',
  cacheRead: 'gen_ai.usage.cache_read.input_tokens',
  cacheWrite: 'gen_ai.usage.cache_creation.input_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
  /** As versions before the conventions named it wrote it; later ones write both. */
  reasoningBefore: 'gen_ai.usage.reasoning_tokens',
  nanoCredits: 'copilot_chat.copilot_usage_nano_aiu',
  nanoCreditsOfRuntime: 'github.copilot.nano_aiu',
  chatSession: 'copilot_chat.chat_session_id',
  parentSession: 'copilot_chat.parent_chat_session_id',
  session: 'copilot_chat.session_id',
  label: 'copilot_chat.debug_log_label',
  canceled: 'copilot_chat.canceled',
  branch: 'github.copilot.git.branch',
  branchBefore: 'copilot_chat.repo.head_branch_name',
  options: 'copilot_chat.request.options',
} as const;

/** What a span is of: a request to a model, or a run of an agent, which adds its requests up. */
export const operations = { request: 'chat', agent: 'invoke_agent' } as const;

/** Words of a person and of models, which are read on demand. */
export type SpanWords = 'gen_ai.input.messages' | 'gen_ai.output.messages';

/** Columns that repeat an attribute, for a database without attributes. */
const repeated = {
  operation_name: attribute.operation,
  provider_name: attribute.provider,
  agent_name: attribute.agentName,
  request_model: attribute.requestModel,
  response_model: attribute.responseModel,
  input_tokens: attribute.input,
  output_tokens: attribute.output,
  cached_tokens: attribute.cacheRead,
  reasoning_tokens: attribute.reasoningBefore,
  chat_session_id: attribute.chatSession,
} as const;

const columns = [
  ...['span_id', 'trace_id', 'parent_span_id', 'start_time_ms', 'end_time_ms', 'status_code'],
  ...Object.keys(repeated),
];

/** OpenTelemetry's code of a span that failed. */
const failed = 2;

/** Characters of an attribute that are looked at. */
const longestValue = 10_000;
const longestWords = 1_000_000;

/** Spans of a database. Columns come and go; what is not there is empty. */
export class Spans {
  readonly #db: SqlDatabase;
  readonly #select: string;
  readonly #attributes: Statement | undefined;
  readonly #words: Statement | undefined;
  readonly #parentSession: Statement | undefined;
  readonly #byId: Statement;

  private constructor(db: SqlDatabase, known: ReadonlySet<string>) {
    this.#db = db;
    const list = columns.map((name) => (known.has(name) ? name : `NULL AS ${name}`));
    this.#select = `SELECT rowid AS row, ${list.join(', ')} FROM spans`;
    this.#byId = db.prepare(`${this.#select} WHERE span_id = ?`);
    const ofAttributes = columnsOf(db, 'span_attributes');
    if (!['span_id', 'key', 'value'].every((name) => ofAttributes.has(name))) return;
    const names = Object.values(attribute).map(() => '?');
    this.#attributes = db.prepare(
      `SELECT key, substr(value, 1, ${longestValue}) AS value FROM span_attributes
       WHERE span_id = ? AND key IN (${names.join(', ')})`,
    );
    this.#words = db.prepare(
      `SELECT substr(value, 1, ${longestWords}) AS value FROM span_attributes
       WHERE span_id = ? AND key = ?`,
    );
    if (!known.has('chat_session_id')) return;
    this.#parentSession = db.prepare(
      `SELECT a.value AS value FROM spans s
         JOIN span_attributes a ON a.span_id = s.span_id AND a.key = '${attribute.parentSession}'
       WHERE s.chat_session_id = ? LIMIT 1`,
    );
  }

  /** The spans of a database; undefined for one that has none. */
  static in(db: SqlDatabase): Spans | undefined {
    const known = columnsOf(db, 'spans');
    return known.has('span_id') && known.has('trace_id') ? new Spans(db, known) : undefined;
  }

  /** Spans behind a row, in order. */
  behind(row: number, most: number): Span[] {
    const rows = this.#db.prepare(`${this.#select} WHERE rowid > ? ORDER BY rowid LIMIT ${most}`);
    return rows.all(row).map((each) => this.#spanOf(each));
  }

  between(first: number, last: number): Row[] {
    return this.#db
      .prepare(`${this.#select} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`)
      .all(first, last);
  }

  /** The id of the span in a row; '' where there is none. */
  idIn(row: number): string {
    const sql = 'SELECT span_id FROM spans WHERE rowid = ?';
    return text(this.#db.prepare(sql).get<{ span_id: SqlValue }>(row)?.span_id);
  }

  byId(id: string): Span | undefined {
    const row = this.#byId.get<Row>(id);
    return row && this.#spanOf(row);
  }

  ofTrace(trace: string): Span[] {
    const rows = this.#db.prepare(`${this.#select} WHERE trace_id = ? ORDER BY rowid`).all(trace);
    return rows.map((each) => this.#spanOf(each));
  }

  /** The chat session a child session belongs to, as any of its spans says; '' for one that is no child. */
  parentSession(id: string): string {
    return text(this.#parentSession?.get<{ value: SqlValue }>(id)?.value);
  }

  /** When the span began that began last, UTC milliseconds; 0 for none. */
  latestStart(): number {
    const latest = this.#db.prepare(`SELECT max(start_time_ms) AS at FROM (${this.#select})`);
    return Number(latest.get<{ at: SqlValue }>()?.at ?? 0);
  }

  /** What was said in a span; '' where it is not kept. */
  words({ id }: Pick<Span, 'id'>, key: SpanWords): string {
    return text(this.#words?.get<{ value: SqlValue }>(id, key)?.value);
  }

  #spanOf(row: Row): Span {
    const id = text(row.span_id);
    return {
      row: Number(row.row),
      id,
      trace: text(row.trace_id),
      parent: text(row.parent_span_id),
      startedAt: timeOf(row.start_time_ms),
      endedAt: timeOf(row.end_time_ms),
      hasFailed: row.status_code === failed,
      attributes: this.#attributesOf(row, id),
    };
  }

  #attributesOf(row: Row, id: string): Map<string, string> {
    const own = Object.entries(repeated).flatMap(([column, name]) =>
      row[column] == null ? [] : [[name, String(row[column])] as const],
    );
    const all = new Map<string, string>(own);
    const rows = this.#attributes?.all<{ key: string; value: SqlValue }>(
      id,
      ...Object.values(attribute),
    );
    for (const { key, value } of rows ?? []) if (value !== null) all.set(key, String(value));
    return all;
  }
}

/** The moment a span counts at: when it ended, or else began; NaN where neither is said. */
export function momentOf({ startedAt, endedAt }: Pick<Span, 'startedAt' | 'endedAt'>): number {
  return Number.isNaN(endedAt) ? startedAt : endedAt;
}

/** A time as spans have it: milliseconds with a fraction, whatever the column's type says. */
function timeOf(value: SqlValue | undefined): number {
  const at = typeof value === 'number' ? Math.floor(value) : Number.NaN;
  return Number.isSafeInteger(at) && at > 0 && at < 8.64e15 ? at : Number.NaN;
}
