import { daysOf } from '../../model/calendar.ts';
import type { RetentionLimits } from '../../model/retention.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bucketMs, bucketOf } from '../schema/rollupTables.ts';

/** Names in `meta`; values are UTC milliseconds. */
export const downsampleMeta = {
  /** Messages before this moment are aggregated by day. */
  messages: 'messagesThinnedBefore',
  /** Days before this moment are aggregated by month. */
  days: 'daysThinnedBefore',
  /** Times of the first and the last downsampled message. */
  firstAt: 'firstThinnedAt',
  lastAt: 'lastThinnedAt',
} as const;

/**
 * Downsampling watermarks. UTC milliseconds, each the start of a local day; 0 when nothing was
 * downsampled.
 */
export interface DownsampledUpTo {
  /** Before it there are no single messages, only days. */
  readonly messages: number;
  /** Before it there are no days, only months. */
  readonly days: number;
}

/** The watermarks of a store. */
export function downsampledUpTo(db: SqlDatabase): DownsampledUpTo {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?');
  const at = (key: string): number => Number(value.get<{ value: string }>(key)?.value ?? 0);
  return { messages: at(downsampleMeta.messages), days: at(downsampleMeta.days) };
}

/** What a downsampling would remove now. */
export interface DownsamplingForecast {
  readonly messages: number;
  /** Sessions they belong to. */
  readonly sessions: number;
  /** Days they are of. */
  readonly days: number;
  /** Months whose days would be summed up. */
  readonly months: number;
  /** About so many bytes of the store's file would be free for what comes. */
  readonly bytes: number;
}

/** Bytes a message takes beyond its tombstone: measured, median. */
const bytesPerMessage = 120;

/** Counts what is beyond the limits and still there in detail. */
export function downsamplingForecast(
  db: SqlDatabase,
  limits: RetentionLimits,
): DownsamplingForecast {
  const { messagesBefore, daysBefore, zone } = limits;
  const dayOf = daysOf(zone);
  const old = db
    .prepare(
      `SELECT at / ${bucketMs} AS bucket, count(*) AS messages FROM message WHERE at < ? GROUP BY 1`,
    )
    .all<{ bucket: number; messages: number }>(messagesBefore);
  const { sessions } = db
    .prepare(
      `SELECT count(*) AS sessions FROM session s
       WHERE EXISTS (SELECT 1 FROM message m WHERE m.session = s.id AND m.at < ?)`,
    )
    .get<{ sessions: number }>(messagesBefore)!;
  const buckets = db
    .prepare('SELECT bucket FROM spend_slot WHERE bucket < ?')
    .all<{ bucket: number }>(bucketOf(daysBefore));
  const inMonths = buckets.map(({ bucket }) => dayOf(bucket * bucketMs)).filter(notFirst);
  const messages = old.reduce((sum, row) => sum + row.messages, 0);
  return {
    messages,
    sessions,
    days: new Set(old.map(({ bucket }) => dayOf(bucket * bucketMs))).size,
    months: new Set(inMonths.map((day) => day.slice(0, 7))).size,
    bytes: messages * bytesPerMessage,
  };
}

/** The first of a month is where the month's other days go. */
function notFirst(day: string): boolean {
  return !day.endsWith('-01');
}
