import { dayMs, type TimeSpan } from '../../model/calendar.ts';
import { oddTime, usualProduct } from '../../model/records.ts';
import { parseUnreadable, type RootUnreadable, unreadableKey } from '../../model/unreadable.ts';
import type { SqlDatabase, SqlValue, Statement } from '../../platform/sqlite/types.ts';
import type { LeaseRow } from '../connection/writerLease.ts';
import { addHosts, filesOfHosts, hostKey, productKey, type SeenFile } from '../ingest/fileTable.ts';
import { downsampleMeta } from '../retention/downsampleState.ts';
import { bucketMs, bucketOf, bucketsOf, everyModel } from '../schema/rollupTables.ts';
import { sumSql } from '../schema/saturate.ts';
import { addSums, type SpendSums, takenAway, withMissing } from '../schema/sums.ts';
import { agentType, inScope, type Scope, spendSums, titleOf } from './fragments.ts';
import { type Loss, lossesOf, lostLines, recoveredBySession } from './losses.ts';
import { messageSums } from './messageSpend.ts';
import { spanPieces } from './spanPieces.ts';

export interface ModelSums extends SpendSums {
  readonly model: string;
}

/** A session with its totals. */
export interface SessionSummary extends SpendSums {
  readonly id: number;
  readonly sid: string;
  readonly root: string;
  readonly cwd: string;
  readonly gitRoot: string | null;
  readonly title: string | null;
  readonly branch: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly background: number;
  readonly unconfirmed: number;
  /** The client's last total in dollars, as written. */
  readonly clientUsd: number | null;
  /** A fork whose parent's total before the fork is not known. */
  readonly irreconcilable: boolean;
}

export interface AgentSums extends SpendSums {
  readonly session: number;
  readonly agentId: string;
  readonly type: string;
  readonly model: string;
}

export interface RejectedCount {
  readonly path: string;
  readonly reason: string;
  readonly count: number;
  readonly lines: readonly number[];
}

export interface Job {
  readonly name: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly result: string;
}

const metaTime = 'SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?';

/** Questions to the store. Every call is a few milliseconds; statements are prepared once. */
export class StoreReader {
  readonly #db: SqlDatabase;
  readonly #statements = new Map<string, Statement>();

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  close(): void {
    this.#db.close();
  }

  /** The connection, for questions that have classes of their own. */
  get db(): SqlDatabase {
    return this.#db;
  }

  get engine(): string {
    return this.#db.engine;
  }

  /** Changes with every commit that changes what a reader may be told; heartbeats do not count. */
  revision(): string {
    return this.meta('revision') ?? '';
  }

  #all<T>(sql: string, ...values: SqlValue[]): T[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all<T>(...values);
  }

  /** Sums of the messages in a span. Spans that begin and end on a quarter of an hour are fastest. */
  spend(span: TimeSpan, scope: Scope): SpendSums {
    const list = scope === undefined ? null : JSON.stringify(scope);
    const { buckets, edges } = spanPieces(this.#db, span);
    const sums = edges.flatMap((edge) =>
      edge.kind === 'messages'
        ? [this.#spendExact(edge.span, list)]
        : [
            this.#spendBuckets(edge.bucket, edge.bucket + 1, list),
            takenAway(this.#spendExact(edge.behind, list)),
          ],
    );
    if (buckets !== undefined) sums.push(this.#spendBuckets(...buckets, list));
    const losses = lossesOf(this.#db, span).filter(
      ({ cwd }) => scope === undefined || scope.includes(cwd),
    );
    return withMissing(sums.length === 1 ? sums[0]! : addSums(sums), { lost: lostLines(losses) });
  }

  #spendBuckets(from: number, to: number, list: string | null): SpendSums {
    const where = 'b.bucket >= ? AND b.bucket < ?';
    if (list === null) {
      const sql = `SELECT ${spendSums} FROM spend_slot b WHERE ${where}`;
      return this.#all<SpendSums>(sql, from, to)[0]!;
    }
    const sql = `SELECT ${spendSums} FROM spend_bucket b JOIN session s ON s.id = b.session
      WHERE ${where} AND ${inScope}`;
    return this.#all<SpendSums>(sql, from, to, list, list)[0]!;
  }

  #spendExact(span: TimeSpan, list: string | null): SpendSums {
    return this.#all<SpendSums>(
      `SELECT ${messageSums}
       FROM message m JOIN session s ON s.id = m.session
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND ${inScope}`,
      span.from,
      span.to,
      list,
      list,
    )[0]!;
  }

  /**
   * What sessions of other hosts spent in a span that begins and ends on a quarter of an hour, with background; nano-dollars.
   */
  hostSpend({ from, to }: TimeSpan): number {
    if (this.hosts().size === 0) return 0;
    const sums = this.#all<{ nano: number }>(
      `SELECT ${sumSql('b.nano')} AS nano FROM spend_bucket b JOIN session s ON s.id = b.session
       WHERE b.bucket >= ? AND b.bucket < ? AND s.host <> 0
       UNION ALL SELECT ${sumSql('b.nano')} FROM background b JOIN session s ON s.id = b.session
       WHERE b.at >= ? AND b.at < ? AND s.host <> 0`,
      ...[bucketOf(from), bucketOf(to), from, to],
    );
    return sums.reduce((sum, { nano }) => sum + nano, 0);
  }

  /** What sessions of this machine, by their ids, spent on UTC days of a span, with background; nano-dollars. */
  sessionDaySpend(
    some: readonly { readonly day: string; readonly session: string }[],
    { from, to }: TimeSpan,
  ): number {
    const days = some
      .map(({ day, session }) => ({ session, day: Date.parse(day) / dayMs }))
      .filter(({ day }) => day * dayMs >= from && day * dayMs < to);
    if (days.length === 0) return 0;
    // What was spent is gone through once, however many sessions there are.
    const sums = this.#all<{ nano: number }>(
      `WITH d AS (SELECT DISTINCT s.id AS session, e.value ->> 'day' AS day
         FROM json_each(?) e JOIN session s ON s.sid = e.value ->> 'session' AND s.host = 0)
       SELECT ${sumSql('b.nano')} AS nano FROM spend_bucket b CROSS JOIN d
         ON d.session = b.session AND d.day = b.bucket / ${dayMs / bucketMs}
         WHERE b.bucket >= ? AND b.bucket < ?
       UNION ALL SELECT ${sumSql('b.nano')} FROM background b CROSS JOIN d
         ON d.session = b.session AND d.day = b.at / ${dayMs} WHERE b.at >= ? AND b.at < ?`,
      ...[JSON.stringify(days), bucketOf(from), bucketOf(to), from, to],
    );
    return sums.reduce((sum, { nano }) => sum + nano, 0);
  }

  /** Background spend dated into a span. */
  background(span: TimeSpan, scope: Scope): number {
    const list = scope === undefined ? null : JSON.stringify(scope);
    return this.#all<{ nano: number }>(
      `SELECT ${sumSql('b.nano')} AS nano FROM background b JOIN session s ON s.id = b.session
       WHERE b.at >= ? AND b.at < ? AND ${inScope}`,
      span.from,
      span.to,
      list,
      list,
    )[0]!.nano;
  }

  /** Unpriced models of a span with the number of their messages, most first. */
  unpricedModels(span: TimeSpan, scope: Scope): { model: string; messages: number }[] {
    return this.#models(
      'w.text AS model, sum(b.unpriced) AS messages',
      span,
      scope,
      'HAVING sum(b.unpriced) > 0 ORDER BY 2 DESC, 1',
    );
  }

  /** Sums per model in a span. */
  byModel(span: TimeSpan, scope: Scope): ModelSums[] {
    return this.#models(`w.text AS model, ${spendSums}`, span, scope, 'ORDER BY nano DESC, 1');
  }

  /** One row for each model; quarters of an hour at the span's edges are whole. */
  #models<T>(columns: string, span: TimeSpan, scope: Scope, end: string): T[] {
    const bounds = [Math.floor(span.from / bucketMs), Math.ceil(span.to / bucketMs)];
    if (scope === undefined) {
      return this.#all<T>(
        `SELECT ${columns} FROM spend_model b JOIN word w ON w.id = b.model
         WHERE ${bucketsOf('spend_model')} GROUP BY b.model ${end}`,
        ...bounds,
      );
    }
    const list = JSON.stringify(scope);
    return this.#all<T>(
      `SELECT ${columns} FROM spend_bucket b JOIN session s ON s.id = b.session
         JOIN word w ON w.id = b.model
       WHERE ${bucketsOf('spend_bucket')} AND ${inScope} GROUP BY b.model ${end}`,
      ...bounds,
      list,
      list,
    );
  }

  /** Sessions that have messages or a client's total, latest first. */
  sessions(limit = -1): SessionSummary[] {
    return this.#sessions('TRUE', limit);
  }

  /** Sessions whose id begins with a prefix, latest first. */
  sessionsByPrefix(prefix: string, limit = 20): SessionSummary[] {
    const escaped = prefix.replace(/[\\%_]/g, '\\$&');
    return this.#sessions("s.sid LIKE ? || '%' ESCAPE '\\'", limit, escaped);
  }

  /** A session by its whole id. */
  sessionById(sid: string): SessionSummary | undefined {
    return this.#sessions('s.sid = ?', 1, sid)[0];
  }

  /** The session last active up to a moment whose start directory is in scope. */
  latestSession(scope: Scope, until = Number.MAX_SAFE_INTEGER): SessionSummary | undefined {
    if (scope?.length === 0) return undefined;
    const list = scope === undefined ? null : JSON.stringify(scope);
    return this.#sessions(`s.last_at <= ? AND ${inScope}`, 1, until, list, list)[0];
  }

  /** Picks the sessions along the index first, so that only those wanted are downsampled. */
  #sessions(where: string, limit: number, ...values: SqlValue[]): SessionSummary[] {
    const rows = this.#all<Omit<SessionSummary, 'irreconcilable'> & { irreconcilable: number }>(
      `SELECT s.id AS id, s.sid AS sid, r.text AS root, c.text AS cwd, p.git_root AS gitRoot,
         ${titleOf} AS title, b.text AS branch,
         coalesce(s.own_at, s.first_at, 0) AS startedAt, coalesce(s.last_at, 0) AS endedAt,
         s.background AS background,
         CASE WHEN s.client_total IS NULL THEN ${sumSql('nano')}
           ELSE s.unconfirmed END AS unconfirmed,
         s.client_total AS clientUsd, s.reconciled = 2 AS irreconcilable, ${spendSums}
       FROM (SELECT s.id AS wanted FROM session s
           WHERE (s.client_total IS NOT NULL OR s.background > 0 OR EXISTS
             (SELECT 1 FROM spend_total t WHERE t.session = s.id AND t.messages > 0)) AND ${where}
           ORDER BY s.last_at DESC, s.sid LIMIT ?)
         JOIN session s ON s.id = wanted
         JOIN word r ON r.id = s.root JOIN word c ON c.id = s.cwd
         JOIN word b ON b.id = s.branch LEFT JOIN project p ON p.cwd = s.cwd
         LEFT JOIN spend_total t ON t.session = s.id
       GROUP BY s.id ORDER BY s.last_at DESC, s.sid`,
      ...values,
      limit,
    );
    const lost = Map.groupBy(lossesOf(this.#db, undefined), ({ session }) => session);
    const recovered = recoveredBySession(this.#db);
    return rows.map((row) =>
      withMissing(
        { ...row, irreconcilable: row.irreconcilable === 1 },
        { lost: lostLines(lost.get(row.id) ?? []), recovered: recovered.get(row.id) ?? 0 },
      ),
    );
  }

  /** Sums per agent and model, of one session or of all. */
  agents(session?: number): AgentSums[] {
    return this.#all<AgentSums>(
      `SELECT t.session AS session, a.aid AS agentId, ${agentType} AS type, w.text AS model, ${spendSums}
       FROM spend_total t JOIN agent a ON a.id = t.agent JOIN word w ON w.id = t.model
       ${session === undefined ? '' : 'WHERE t.session = ?'} GROUP BY t.session, t.agent, t.model`,
      ...(session === undefined ? [] : [session]),
    );
  }

  /** String numbers of models that messages are counted under. */
  modelNumbers(): number[] {
    return this.#all<{ model: number }>(`SELECT model FROM ${everyModel} m`).map(
      ({ model }) => model,
    );
  }

  /** Models that messages are counted under, by name. */
  knownModels(): string[] {
    return this.#all<{ text: string }>(
      `SELECT w.text AS text FROM ${everyModel} m JOIN word w ON w.id = m.model ORDER BY 1`,
    ).map(({ text }) => text);
  }

  /** Types of subagents, and names of teammates, that have spent something, by name. */
  knownAgentTypes(): string[] {
    // Types are few: for each one agent that has spent something is enough.
    return this.#all<{ type: string }>(
      `WITH kind AS (SELECT DISTINCT ${agentType} AS type FROM agent a WHERE a.aid <> '' OR a.type <> '')
       SELECT type FROM kind WHERE EXISTS (SELECT 1 FROM agent a
         WHERE (a.aid <> '' OR a.type <> '') AND ${agentType} = kind.type AND EXISTS
           (SELECT 1 FROM spend_total t WHERE t.session = a.session AND t.agent = a.id))
       ORDER BY 1`,
    ).map(({ type }) => type);
  }

  /** Directories sessions started in, with their repositories. */
  projects(): { cwd: string; gitRoot: string | null; checkedAt: number | null }[] {
    return this.#all(
      `SELECT w.text AS cwd, p.git_root AS gitRoot, p.checked_at AS checkedAt
       FROM (SELECT DISTINCT cwd FROM session WHERE cwd <> 0) d JOIN word w ON w.id = d.cwd
         LEFT JOIN project p ON p.cwd = d.cwd ORDER BY 1`,
    );
  }

  /** When a session that started in a directory was last active; UTC milliseconds, 0 for never. */
  lastUsed(cwd: string): number {
    return this.#all<{ at: number }>(
      `SELECT coalesce(max(s.last_at), 0) AS at
       FROM session s JOIN word w ON w.id = s.cwd WHERE w.text = ?`,
      cwd,
    )[0]!.at;
  }

  /** Transcripts known: how many, their bytes, lines, and how many are no longer on disk. */
  fileCounts(): { files: number; bytes: number; lines: number; gone: number } {
    return this.#all<{ files: number; bytes: number; lines: number; gone: number }>(
      `SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes, coalesce(sum(lines), 0) AS lines,
         coalesce(sum(gone), 0) AS gone FROM file`,
    )[0]!;
  }

  /** Size at which each transcript was last looked at, by path. */
  knownSizes(): Map<string, SeenFile> {
    const rows = this.#all<SeenFile & { readonly path: string }>(
      'SELECT path, size, mtime AS mtimeMs FROM file',
    );
    const known = new Map<string, SeenFile>(rows.map((row) => [row.path, row]));
    addHosts(known, this.#db.prepare(filesOfHosts));
    return known;
  }

  /** Transcripts with the configuration directory each stands under. */
  transcripts(): { path: string; root: string; size: number }[] {
    return this.#all(
      "SELECT path, coalesce(w.text, '') AS root, size FROM file LEFT JOIN word w ON w.id = root",
    );
  }

  /** Lines whose spend may be missing, that stand in no session `sessions` lists. */
  strayLosses(): Loss[] {
    const losses = lossesOf(this.#db, undefined);
    if (losses.length === 0) return [];
    const listed = new Set(this.sessions().map(({ id }) => id));
    return losses.filter(({ session }) => session === undefined || !listed.has(session));
  }

  /** Number of lines that could not be used. */
  rejectedLines(): number {
    return this.#all<{ count: number }>(
      'SELECT coalesce(sum(count), 0) AS count FROM rejected WHERE reason <> ?',
      oddTime,
    )[0]!.count;
  }

  /** Lines that could not be used, or not as they are, by file and reason. */
  rejected(): RejectedCount[] {
    return this.#all<{ path: string; reason: string; count: number; lines: string }>(
      `SELECT f.path AS path, r.reason AS reason, r.count AS count, r.lines AS lines
       FROM rejected r JOIN file f ON f.id = r.file ORDER BY 1, 2`,
    ).map((row) => ({ ...row, lines: JSON.parse(row.lines) as number[] }));
  }

  /** Whether there is a session at all. */
  hasSessions(): boolean {
    return this.#all('SELECT 1 FROM session LIMIT 1').length > 0;
  }

  /** When the first message was, summed up or not: UTC milliseconds, null without any. */
  firstAt(): number | null {
    return this.#all<{ at: number | null }>(
      `SELECT min(at) AS at FROM (SELECT min(at) AS at FROM message UNION ALL ${metaTime})`,
      downsampleMeta.firstAt,
    )[0]!.at;
  }

  /** Row counts of what the store keeps, and the first and last message. */
  kept(): { messages: number; sessions: number; firstAt: number | null; lastAt: number | null } {
    const counts = this.#all<{ messages: number; sessions: number; lastAt: number | null }>(
      `SELECT (SELECT coalesce(sum(messages), 0) FROM spend_total) AS messages,
         (SELECT count(DISTINCT session) FROM spend_total) AS sessions,
         (SELECT max(at) FROM (SELECT max(at) AS at FROM message UNION ALL ${metaTime})) AS lastAt`,
      downsampleMeta.lastAt,
    )[0]!;
    return { ...counts, firstAt: this.firstAt() };
  }

  meta(key: string): string | undefined {
    return this.#all<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)[0]?.value;
  }

  /** Products that write below roots, by root; a root that is not there has the usual one. */
  products(): Map<string, string> {
    return this.#noted(productKey);
  }

  /** The product that writes below a root. */
  productOf(root: string): string {
    return this.products().get(root) ?? usualProduct;
  }

  /** The host whose agents write below a root, of the roots where it is not this machine. */
  hosts(): Map<string, string> {
    return this.#noted(hostKey);
  }

  /** What is noted of roots in `meta`. */
  #noted(keyOf: (root: string) => string): Map<string, string> {
    const rows = this.#all<{ key: string; value: string }>(
      'SELECT key, value FROM meta WHERE key >= ? AND key < ?',
      keyOf(''),
      keyOf('\u{10ffff}'),
    );
    return new Map(rows.map(({ key, value }) => [key.slice(keyOf('').length), value]));
  }

  /** What could not be read below these roots, or any, by root. */
  unreadable(roots: readonly string[] | undefined): Map<string, RootUnreadable> {
    const all = parseUnreadable(this.meta(unreadableKey));
    for (const root of all.keys()) if (roots?.includes(root) === false) all.delete(root);
    return all;
  }

  lease(): LeaseRow | undefined {
    return this.#all<LeaseRow>('SELECT holder, pid, host, role, since, expires FROM lease')[0];
  }

  jobs(): Job[] {
    return this.#all<Job>(
      'SELECT name, started_at AS startedAt, finished_at AS finishedAt, result FROM job ORDER BY name',
    );
  }

  schemaVersion(): number {
    return Number(this.#db.pragma('user_version'));
  }
}
