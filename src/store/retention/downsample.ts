import { daySpan, monthSpan, type TimeSpan } from '../../model/calendar.ts';
import type { RetentionLimits } from '../../model/retention.ts';
import type { SqlDatabase, Statement } from '../driver/types.ts';
import { tokenWeight } from '../ingest/clientPrices.ts';
import { idHash } from '../ingest/downsampledMessages.ts';
import type { Messages } from '../ingest/messageTable.ts';
import { moveBuckets, type Rollup } from '../ingest/rollups.ts';
import { type MessageRow, pricing } from '../schema/messageRow.ts';
import { bucketMs, bucketOf } from '../schema/rollupTables.ts';
import { downsampleMeta } from './downsampleState.ts';

/** What one transaction sums up: the messages of a day, or the days of a month. */
export interface Portion {
  readonly unit: 'day' | 'month';
  readonly span: TimeSpan;
  /** What is put together: from the bucket `first` up to `end`, into `first`. */
  readonly parts: readonly Part[];
}

interface Part extends TimeSpan {
  readonly first: number;
  readonly end: number;
}

type ThinRow = Pick<
  MessageRow,
  | 'id'
  | 'mid'
  | 'rid'
  | 'session'
  | 'at'
  | 'counted'
  | 'in_main'
  | 'sidechain'
  | 'model'
  | 'input'
  | 'output'
  | 'write5m'
  | 'write1h'
  | 'cache_read'
  | 'priced'
  | 'parts'
  | 'nano'
> & { readonly shared: number };

/**
 * Sums up what is older than its limits, a day or a month at a time. Roll-ups are moved to the start
 * of their day, later of their month; of the messages only what keeps them from being counted twice,
 * and what Claude Code's totals are held against, stays. Call `sumUp` inside a write transaction.
 */
export class Thinning {
  readonly #oldest: Statement;
  readonly #messages: Messages;
  readonly #rollup: Rollup;
  readonly #ofSpan: Statement;
  readonly #whole: Statement;
  readonly #add: Statement;
  readonly #addPlaces: Statement;
  readonly #dropPlaces: Statement;
  readonly #drop: Statement;
  readonly #nextBucket: Statement;
  readonly #raiseMeta: Statement;
  readonly #lowerMeta: Statement;
  readonly #move: (from: number, to: number, target: number) => void;

  constructor(db: SqlDatabase, messages: Messages, rollup: Rollup) {
    this.#messages = messages;
    this.#rollup = rollup;
    this.#oldest = db.prepare('SELECT min(at) AS at FROM message WHERE at < ?');
    this.#whole = db.prepare('SELECT * FROM message WHERE at >= ? AND at < ?');
    this.#ofSpan = db.prepare(
      `SELECT id, mid, rid, session, at, counted, in_main, sidechain, model, input, output, write5m,
         write1h, cache_read, priced, parts, nano,
         EXISTS (SELECT 1 FROM place p WHERE p.message = m.id) AS shared
       FROM message m WHERE at >= ? AND at < ? ORDER BY at, id`,
    );
    this.#add = db.prepare(
      `INSERT INTO thinned (mid, rid, session, at, counted, in_main, sidechain, nano, model, weight)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#addPlaces = db.prepare(
      'INSERT INTO thinned_place SELECT ?, session FROM place WHERE message = ?',
    );
    this.#dropPlaces = db.prepare('DELETE FROM place WHERE message = ?');
    this.#drop = db.prepare('DELETE FROM message WHERE at >= ? AND at < ?');
    this.#nextBucket = db.prepare(
      'SELECT min(bucket) AS bucket FROM spend_slot WHERE bucket >= ? AND bucket < ?',
    );
    const meta = 'INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';
    this.#raiseMeta = db.prepare(
      `${meta} WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)`,
    );
    this.#lowerMeta = db.prepare(
      `${meta} WHERE CAST(excluded.value AS INTEGER) < CAST(value AS INTEGER)`,
    );
    this.#move = moveBuckets(db);
  }

  /** The oldest portion that is still to be summed up; days come before months. */
  next(limits: RetentionLimits): Portion | undefined {
    const { messagesBefore, zone } = limits;
    const oldest = this.#oldest.get<{ at: number | null }>(messagesBefore)?.at ?? null;
    if (oldest === null) return this.#nextMonth(limits);
    const span = daySpan(oldest, zone);
    return { unit: 'day', span, parts: partsOf(span, limits) };
  }

  #nextMonth(limits: RetentionLimits): Portion | undefined {
    const { daysBefore, zone } = limits;
    const end = bucketOf(daysBefore);
    const first = (from: number, to: number): number | null =>
      this.#nextBucket.get<{ bucket: number | null }>(from, to)?.bucket ?? null;
    let bucket = first(0, end);
    while (bucket !== null) {
      const month = monthSpan(startOf(bucket), zone);
      const to = Math.min(bucketOf(month.to), end);
      const span = { from: month.from, to: startOf(to) };
      const parts = partsOf(span, limits);
      const scattered = parts.some((part) => first(part.first + 1, part.end) !== null);
      if (scattered) return { unit: 'month', span, parts };
      bucket = first(to, end);
    }
    return undefined;
  }

  /** Sums up a portion; returns how many messages it took. */
  sumUp({ unit, span, parts }: Portion): number {
    const { from, to } = span;
    const rows = unit === 'day' ? this.#ofSpan.all<ThinRow>(from, to) : [];
    for (const row of rows) this.#keepIdentity(row);
    if (unit === 'day') this.#pullOver(parts);
    for (const { first, end } of parts) if (first < end) this.#move(first, end, first);
    if (unit === 'day') this.#drop.run(from, to);
    this.#raiseMeta.run(unit === 'day' ? downsampleMeta.messages : downsampleMeta.days, String(to));
    if (rows.length > 0) {
      this.#lowerMeta.run(downsampleMeta.firstAt, String(rows[0]!.at));
      this.#raiseMeta.run(downsampleMeta.lastAt, String(rows.at(-1)!.at));
    }
    return rows.length;
  }

  /** Of a bucket that is cut, each message goes to its own side while it is still known. */
  #pullOver(parts: readonly Part[]): void {
    const cut = new Set(parts.slice(1).map(({ from }) => bucketOf(from)));
    for (const bucket of cut) {
      for (const row of this.#whole.all<MessageRow>(startOf(bucket), startOf(bucket + 1))) {
        const part = parts.find(({ from, to }) => row.at >= from && row.at < to);
        if (part === undefined || part.first >= part.end) continue;
        this.#messages.contribute(-1, row);
        this.#messages.contribute(1, { ...row, at: startOf(part.first) });
      }
    }
    this.#rollup.flush();
  }

  #keepIdentity(row: ThinRow): void {
    // A share of Claude Code's total must not be dealt out again to the messages that stay.
    const shares = row.counted === 1 && row.priced !== pricing.row && row.parts === null;
    const { lastInsertRowid } = this.#add.run(
      idHash(row.mid),
      idHash(row.rid),
      row.session,
      row.at,
      row.counted,
      row.in_main,
      row.sidechain,
      row.nano,
      shares ? row.model : 0,
      shares ? tokenWeight(row) : 0,
    );
    if (row.shared === 0) return;
    this.#addPlaces.run(lastInsertRowid, row.id);
    this.#dropPlaces.run(row.id);
  }
}

/** A day or a month, cut where it has to be; of each part the buckets that lie in it wholly. */
function partsOf(span: TimeSpan, { cuts = [] }: RetentionLimits): Part[] {
  const inside = cuts.filter((at) => at > span.from && at < span.to).sort((a, b) => a - b);
  const edges = [span.from, ...new Set(inside), span.to];
  return edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    const first = i === 0 ? bucketOf(from) : Math.ceil(from / bucketMs);
    return { from, to, first, end: bucketOf(to) };
  });
}

function startOf(bucket: number): number {
  return bucket * bucketMs;
}
