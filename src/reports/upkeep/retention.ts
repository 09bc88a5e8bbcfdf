import { dayOf, daySpan, monthSpan, type TimeSpan } from '../../model/calendar.ts';
import type {
  DownsampledCounts,
  RetentionLimits,
  RetentionSettings,
} from '../../model/retention.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import { summedUpKey } from '../../query/dimensions.ts';
import {
  type DownsampledUpTo,
  downsampledUpTo,
  downsamplingForecast,
} from '../../store/retention/downsampleState.ts';
import { sizeText } from '../../text/byteSize.ts';
import type { Document } from '../document/document.ts';
import { isoOrNull } from './workers.ts';

/** Retention, asked about or done. */
export interface RetentionQuestion {
  /** As set, or as the command was told. */
  readonly retention: RetentionSettings;
  readonly limits: RetentionLimits;
  readonly done: DownsampledCounts | undefined;
  /** What to do to have it done; '' where nothing need be said. */
  readonly remedy: string;
}

/**
 * What `outlay retention` prints: what is set, what was done, and what would be downsampled now.
 */
export function retentionReport(context: ReportContext, question: RetentionQuestion): Document {
  const { retention, limits, done, remedy } = question;
  const ahead = downsamplingForecast(context.db, limits);
  const upTo = downsampledUpTo(context.db);
  const last = context.reader.jobs().find(({ name }) => name === 'retention');
  const notes = warnings(context);
  const sentences = [
    settingSentence(retention),
    ...(done === undefined ? [] : [doneSentence(done)]),
    ...upToSentences(upTo, limits),
    ...(done === undefined ? aheadSentences(ahead, limits) : []),
    ...(remedy === '' ? [] : [remedy]),
  ];
  return {
    title: 'Retention',
    sentences,
    tables: [
      {
        title: '',
        columns: [
          { key: 'what', header: 'What', unit: 'text' },
          { key: 'before', header: 'Before', unit: 'text' },
          { key: 'count', header: 'Would be summed up', unit: 'count' },
        ],
        rows: [
          ['messages', dayOf(limits.messagesBefore, limits.zone), ahead.messages],
          ['days of messages', dayOf(limits.messagesBefore, limits.zone), ahead.days],
          ['months of days', dayOf(limits.daysBefore, limits.zone), ahead.months],
        ],
      },
    ],
    notes,
    json: {
      schemaVersion: 1,
      enabled: retention.enabled,
      messageDays: retention.messageDays,
      dayDays: retention.dayDays,
      messagesBefore: new Date(limits.messagesBefore).toISOString(),
      daysBefore: new Date(limits.daysBefore).toISOString(),
      ahead,
      done: done === undefined ? null : done,
      summedUp: {
        messagesBefore: isoOrNull(upTo.messages || null),
        daysBefore: isoOrNull(upTo.days || null),
      },
      lastRun: last === undefined ? null : { at: isoOrNull(last.startedAt), result: last.result },
      notes,
    },
  };
}

function settingSentence({ enabled, messageDays, dayDays }: RetentionSettings): string {
  const lengths = `single messages for ${messageDays} days, days for ${dayDays} days, months for ever`;
  return enabled
    ? `Kept are ${lengths}; what is older is summed up once a night.`
    : `Everything is kept: outlay.retention.enabled is off. With it on it would be ${lengths}.`;
}

function doneSentence({ messages, days, months }: DownsampledCounts): string {
  if (days + months === 0) return 'Nothing was old enough to be summed up.';
  const parts = [
    ...(days > 0 ? [`${count(messages, 'message')} of ${count(days, 'day')} by day`] : []),
    ...(months > 0 ? [`the days of ${count(months, 'month')} by month`] : []),
  ];
  return `Summed up: ${parts.join(', ')}. No sum has changed.`;
}

function upToSentences({ messages, days }: DownsampledUpTo, { zone }: RetentionLimits): string[] {
  if (messages === 0) return ['Nothing has been summed up so far.'];
  const months = days === 0 ? '' : `, those before ${dayOf(days, zone)} by month`;
  return [`Messages before ${dayOf(messages, zone)} are summed up by day${months}.`];
}

function aheadSentences(
  ahead: ReturnType<typeof downsamplingForecast>,
  { messagesBefore, daysBefore, zone }: RetentionLimits,
): string[] {
  const { messages, sessions, days, months, bytes } = ahead;
  if (messages + months === 0) return ['Nothing is old enough to be summed up now.'];
  const parts = [
    ...(messages > 0
      ? [
          `${count(messages, 'message')} before ${dayOf(messagesBefore, zone)}, of ${count(sessions, 'session')} and ${count(days, 'day')} (about ${sizeText(bytes)})`,
        ]
      : []),
    ...(months > 0
      ? [`the days of ${count(months, 'month')} before ${dayOf(daysBefore, zone)}`]
      : []),
  ];
  return [`Old enough to be summed up: ${parts.join(', and ')}. Sums stay as they are.`];
}

/**
 * What is to be said beside the figures of a span because of what was downsampled; `by` are names
 * of dimensions they are split by. Empty when all is exact.
 */
export function retentionNotes(
  context: ReportContext,
  span: TimeSpan | undefined,
  by: readonly string[] = [],
): string[] {
  return [...cutNotes(context, span), ...coarseNotes(context, span, by)];
}

/**
 * What is to be said about a span that cuts a day or a month that is only known as a whole: what is
 * downsampled counts where it begins. Empty when the span's figures are exact.
 */
function cutNotes(context: ReportContext, span: TimeSpan | undefined): string[] {
  if (span === undefined) return [];
  const { zone } = context;
  const upTo = downsampledUpTo(context.db);
  const cuts = (at: number): 'day' | 'month' | undefined => {
    if (at < upTo.days && at !== monthSpan(at, zone).from) return 'month';
    return at < upTo.messages && at !== daySpan(at, zone).from ? 'day' : undefined;
  };
  const edges = [span.from, span.to].filter((at) => at > 0 && at < upTo.messages);
  const kinds = new Set(edges.map(cuts).filter((kind) => kind !== undefined));
  return [...kinds].map((kind) => {
    const before = dayOf(kind === 'month' ? upTo.days : upTo.messages, zone);
    return `What was spent before ${before} is summed up by ${kind}, and this span begins or ends inside a ${kind}: that ${kind} counts where it begins.`;
  });
}

/** What is to be said where a report goes by something that sums of days do not know. */
function coarseNotes(
  context: ReportContext,
  span: TimeSpan | undefined,
  by: readonly string[],
): string[] {
  const { messages } = downsampledUpTo(context.db);
  if ((span?.from ?? 0) >= messages) return [];
  const before = dayOf(messages, context.zone);
  return [
    ...(by.includes('hour')
      ? [`What was spent before ${before} is summed up by day: it stands at the day's first hour.`]
      : []),
    ...(by.includes('tool')
      ? [`Messages before ${before} are summed up without the tools they called: "${summedUpKey}".`]
      : []),
    ...(by.includes('class')
      ? [
          `Messages before ${before} are summed up: how many of them used a token class is not known, so only later ones are counted by class.`,
        ]
      : []),
    ...(by.includes('message') ? [`Messages before ${before} are summed up and not listed.`] : []),
  ];
}

/** Says that a session's messages are not all listed; empty when they are. */
export function downsampledNote(context: ReportContext, missing: number): string[] {
  if (missing <= 0) return [];
  const before = dayOf(downsampledUpTo(context.db).messages, context.zone);
  return [
    `${count(missing, 'message')} before ${before} ${missing === 1 ? 'is' : 'are'} summed up and not listed: the sums hold them, the list does not.`,
  ];
}
