import { daySpan, monthSpan, type TimeSpan } from '../../model/calendar.ts';
import type { RetentionLimits } from '../../model/retention.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { tokenWeight } from '../ingest/clientPrices.ts';
import { idHash, tombstoneSides } from '../ingest/downsampledMessages.ts';
import { inputSide, type MergedMessage, type VariantKey } from '../ingest/merge.ts';
import type { Messages } from '../ingest/messageTable.ts';
import type { Requests } from '../ingest/requestTable.ts';
import { formResponses } from '../ingest/responses.ts';
import { moveBuckets, type Rollup } from '../ingest/rollups.ts';
import { Variants } from '../ingest/variantTable.ts';
import { identity, type MessageRow, packLines, pricing, usageOf } from '../schema/messageRow.ts';
import { bucketMs, bucketOf } from '../schema/rollupTables.ts';
import { downsampleMeta } from './downsampleState.ts';

/** The work of one transaction: a day's messages to one bucket per key, or a month's days. */
export interface DownsampleStep {
  readonly unit: 'day' | 'month';
  readonly span: TimeSpan;
  /** Buckets [first, end) are merged into `first`. */
  readonly parts: readonly Part[];
}

interface Part extends TimeSpan {
  readonly first: number;
  readonly end: number;
}

type MessageToDrop = Pick<
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
  | 'listed'
  | 'input'
  | 'output'
  | 'write5m'
  | 'write1h'
  | 'cache_read'
  | 'priced'
  | 'parts'
  | 'nano'
  | 'list_nano'
  | 'side'
  | 'identity'
> & { readonly shared: number };

/**
 * Retention by downsampling: what is older than the limits is aggregated a day or a month at a
 * time. Rollup rows move to the start of their day, later of their month; of the messages only
 * tombstones stay (they keep a transcript read again from being counted twice), with the time and
 * cost that Claude Code's totals are reconciled with. Call `run` inside a write transaction.
 */
export class Downsampler {
  readonly #oldest: Statement;
  readonly #messages: Messages;
  readonly #variants: Variants;
  readonly #requests: Requests;
  readonly #rollup: Rollup;
  readonly #ofSpan: Statement;
  readonly #whole: Statement;
  readonly #add: Statement;
  readonly #setState: Statement;
  readonly #addCopy: Statement;
  readonly #addOccurrences: Statement;
  readonly #dropOccurrences: Statement;
  readonly #drop: Statement;
  readonly #nextBucket: Statement;
  readonly #raiseMeta: Statement;
  readonly #lowerMeta: Statement;
  readonly #move: (from: number, to: number, target: number) => void;
  /** Message ids that lost a variant in this step. */
  #divided = new Set<string>();

  constructor(db: SqlDatabase, messages: Messages, requests: Requests, rollup: Rollup) {
    this.#messages = messages;
    this.#requests = requests;
    this.#variants = new Variants(db);
    this.#rollup = rollup;
    this.#oldest = db.prepare(
      `SELECT min(at) AS at FROM (SELECT min(at) AS at FROM message WHERE at < ?
         UNION ALL SELECT min(at) FROM request_event WHERE at < ?)`,
    );
    this.#whole = db.prepare('SELECT * FROM message WHERE at >= ? AND at < ?');
    this.#ofSpan = db.prepare(
      `SELECT id, mid, rid, session, at, counted, in_main, sidechain, model, input, output, write5m,
         write1h, cache_read, priced, parts, nano, listed, list_nano, side, identity,
         EXISTS (SELECT 1 FROM place p WHERE p.message = m.id) AS shared
       FROM message m WHERE at >= ? AND at < ? ORDER BY at, id`,
    );
    this.#add = db.prepare(
      `INSERT INTO thinned (mid, rid, side, session, at, counted, in_main, sidechain, nano, list_nano,
         model, weight, listed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    // Of another variant of the same response only the identity is kept.
    this.#setState = db.prepare('UPDATE message SET identity = ?, lines = ? WHERE mid = ?');
    this.#addCopy = db.prepare(
      `INSERT OR IGNORE INTO thinned
         (mid, rid, side, original, session, at, counted, in_main, sidechain, nano, model, weight)
       VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0)`,
    );
    this.#addOccurrences = db.prepare(
      'INSERT INTO thinned_place SELECT ?, session FROM place WHERE message = ?',
    );
    this.#dropOccurrences = db.prepare('DELETE FROM place WHERE message = ?');
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

  /** The oldest step still to be done; days come before months. */
  nextStep(limits: RetentionLimits): DownsampleStep | undefined {
    const { messagesBefore, zone } = limits;
    const oldest =
      this.#oldest.get<{ at: number | null }>(messagesBefore, messagesBefore)?.at ?? null;
    if (oldest === null) return this.#nextMonth(limits);
    const span = daySpan(oldest, zone);
    return { unit: 'day', span, parts: partsOf(span, limits) };
  }

  #nextMonth(limits: RetentionLimits): DownsampleStep | undefined {
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

  /** Does a step; returns how many messages it removed. */
  run({ unit, span, parts }: DownsampleStep): number {
    const { from, to } = span;
    const rows = unit === 'day' ? this.#ofSpan.all<MessageToDrop>(from, to) : [];
    for (const row of rows) this.#keepIdentity(row);
    if (unit === 'day') this.#pullOver(parts);
    for (const { first, end } of parts) if (first < end) this.#move(first, end, first);
    if (unit === 'day') {
      this.#drop.run(from, to);
      this.#requests.downsample(to);
    }
    this.#settle();
    this.#raiseMeta.run(unit === 'day' ? downsampleMeta.messages : downsampleMeta.days, String(to));
    if (rows.length > 0) {
      this.#lowerMeta.run(downsampleMeta.firstAt, String(rows[0]!.at));
      this.#raiseMeta.run(downsampleMeta.lastAt, String(rows.at(-1)!.at));
    }
    return rows.length;
  }

  /**
   * A bucket that a cut divides: each message moves to its own side while its exact time is still
   * known.
   */
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

  #keepIdentity(row: MessageToDrop): void {
    // A share of Claude Code's total must not be allocated again to the remaining messages.
    const shares = row.counted === 1 && row.priced !== pricing.row && row.parts === null;
    const mid = idHash(row.mid);
    const [original, ...copies] = this.#identitiesOf(row);
    const { lastInsertRowid } = this.#add.run(
      mid,
      original!.rid,
      original!.side,
      row.session,
      row.at,
      row.counted,
      row.in_main,
      row.sidechain,
      row.nano,
      row.list_nano,
      shares ? row.model : 0,
      shares ? tokenWeight(row) : 0,
      row.listed,
    );
    for (const { rid, side, inMain } of copies) {
      const values = [mid, rid, side, lastInsertRowid, row.session, row.at];
      this.#addCopy.run(...values, inMain, row.sidechain);
    }
    if (row.shared === 0) return;
    this.#addOccurrences.run(lastInsertRowid, row.id);
    this.#dropOccurrences.run(row.id);
  }

  /** A message id of which one variant is left has its state in the message again. */
  #settle(): void {
    for (const mid of this.#divided) {
      const [only, ...others] = this.#variants.withMessageId(mid);
      if (only === undefined || others.length > 0 || only.state.sides.length > 1) continue;
      const state = only.legacy ? identity.legacy : identity.sole;
      this.#setState.run(state, packLines(only.state.lines), mid);
      this.#variants.drop(mid, only);
    }
    this.#divided = new Set();
  }

  /** What a message's records are known by; its variants are dropped with it. */
  #identitiesOf(row: MessageToDrop): Identity[] {
    if (row.identity !== identity.several) {
      const side = inputSide(usageOf({ ...row, searches: 0 }));
      return identities(row, { sides: side === '' ? [] : [side] }, row.in_main);
    }
    this.#divided.add(row.mid);
    const responses = formResponses(this.#variants.withMessageId(row.mid));
    const response = responses.find((each) => each.rid === row.rid && each.side === row.side);
    return response!.members.flatMap((member) => {
      this.#variants.drop(row.mid, member);
      return identities(member, member.state, Number(member.state.inMain));
    });
  }
}

/** What a tombstone is known by. */
interface Identity {
  readonly rid: number;
  readonly side: number;
  readonly inMain: number;
}

function identities(
  key: VariantKey,
  state: Pick<MergedMessage, 'sides'>,
  inMain: number,
): Identity[] {
  const rid = idHash(key.rid);
  return tombstoneSides(key, state).map((side) => ({ rid, side, inMain }));
}

/** Splits a day or a month at the cuts; each part has the buckets that lie wholly inside it. */
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
