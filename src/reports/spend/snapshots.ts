import { join } from 'node:path';
import * as z from 'zod/mini';
import { dayMs, dayOf, startOfDay, type TimeSpan } from '../../model/calendar.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { leftOutText, readLines } from '../../platform/jsonLines.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { keepBroken } from '../../platform/setAsideFile.ts';
import type { ReportContext } from '../../query/context.ts';
import { Names } from '../../query/names.ts';
import { outcomes, successRate } from '../../query/outcomes.ts';
import type { Question } from '../../query/question.ts';
import { select } from '../../query/select.ts';
import type { Document } from '../document/document.ts';

/** The figures of one summary, kept for `trend`: one JSON object a line in the data folder. */
export interface KeptSnapshot {
  /** ISO 8601. */
  readonly keptAt: string;
  /** YYYY-MM-DD in the user's zone: there is one of a day, filters and length. */
  readonly day: string;
  /** Filters of the summary, by name. */
  readonly filters: Readonly<Record<string, string>>;
  /** Days the summary covered; null for all time. */
  readonly days: number | null;
  readonly total_cost_usd: number;
  readonly sessionCount: number;
  readonly messages: number;
  /** Dollars a session; null without one. */
  readonly perSessionUsd: number | null;
  /** Prompt tokens that came from the cache, as a share of one; null without any. */
  readonly cacheShare: number | null;
  /** Requests the API answered with an error, as a share of one; null where it is not known. */
  readonly failureRate: number | null;
}

const share = z.nullable(z.number().check(z.nonnegative()));
const line = z.object({
  keptAt: z.string(),
  day: z.string(),
  filters: z.record(z.string(), z.string()),
  days: z.nullable(z.number()),
  total_cost_usd: z.number(),
  sessionCount: z.number(),
  messages: z.number(),
  perSessionUsd: share,
  cacheShare: share,
  failureRate: share,
});

/** Where kept snapshots are. */
export function snapshotsFile(folder: string): string {
  return join(folder, 'snapshots.jsonl');
}

/** What is kept so far, earliest first; lines that are none are named. No file is no problem. */
export function readSnapshots(folder: string): { kept: KeptSnapshot[]; problems: string[] } {
  const file = snapshotsFile(folder);
  const { entries, bad, unreadable } = readLines(file, line);
  if (unreadable !== undefined) {
    return { kept: [], problems: [`The snapshots ${file} cannot be read (${unreadable}).`] };
  }
  const kept = entries.sort((a, b) => (a.keptAt < b.keptAt ? -1 : 1));
  return { kept, problems: bad.length === 0 ? [] : [leftOutText(file, bad, 'snapshot')] };
}

/** What tells rows of snapshots apart: filters and length. */
export function seriesOf({ filters, days }: Pick<KeptSnapshot, 'filters' | 'days'>): string {
  return JSON.stringify([Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)), days]);
}

/** Keeps the figures of a summary; those of the same day, filters and length are replaced. */
export function keepSnapshot(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  summary: Document,
): void {
  const next = snapshotOf(context, question, summary);
  const file = snapshotsFile(context.dataFolder);
  withFileLock(file, () => {
    const { kept, problems } = readSnapshots(context.dataFolder);
    const others = kept.filter(
      (each) => each.day !== next.day || seriesOf(each) !== seriesOf(next),
    );
    const text = [...others, next].map((each) => `${JSON.stringify(each)}\n`).join('');
    // Lines that are no snapshots are not carried over.
    if (problems.length > 0) keepBroken(file);
    writeFileAtomically(file, text, 0o600);
  });
}

/** Every month counts as thirty days, so that months are one series. */
function wholeDays(ms: number): number {
  const days = Math.max(1, Math.round(ms / dayMs));
  return days >= 28 && days <= 31 ? 30 : days;
}

/** A length back from now begins within a day, and ends with today: its days are those up to now. */
function daysOfSpan({ from, to }: TimeSpan, { now, zone }: ReportContext): number {
  return wholeDays((from === startOfDay(from, zone) ? to : Math.min(to, now)) - from);
}

function snapshotOf(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  { json }: Document,
): KeptSnapshot {
  const { now, zone } = context;
  const { span, filters } = question;
  const figures = json as Pick<KeptSnapshot, 'total_cost_usd' | 'sessionCount' | 'messages'>;
  const { total_cost_usd, sessionCount, messages } = figures;
  const { sums } = select(context, question, []);
  const prompt = sums.input + sums.cacheWrite5m + sums.cacheWrite1h + sums.cacheRead;
  const errors = outcomes(context, question, new Names(context));
  const success = errors && successRate(messages, errors);
  return {
    keptAt: new Date(now).toISOString(),
    day: dayOf(now, zone),
    filters: filters as Record<string, string>,
    days: span === undefined ? null : daysOfSpan(span, context),
    total_cost_usd,
    sessionCount,
    messages,
    perSessionUsd: sessionCount === 0 ? null : total_cost_usd / sessionCount,
    cacheShare: prompt === 0 ? null : sums.cacheRead / prompt,
    failureRate: success === undefined ? null : 1 - success,
  };
}
