import { dayMs, hourMs } from '../../model/calendar.ts';
import { nanoPerUsd } from '../../model/money.ts';
import type { ReportContext } from '../../query/context.ts';
import { readQuestion } from '../../query/question.ts';
import { anomaly, type Outlier, outliersOf, readAnomalies } from '../../reports/spend/anomaly.ts';
import { alertKey, type Candidate } from '../decide.ts';

/** What costs less is not worth an alert, however unusual it is. */
const leastNano = nanoPerUsd;

/** So many outliers are looked through for those of just now. */
const most = 200;

/**
 * Sessions at work in the last 24 hours that stand out among those of 30 days, and messages of the last
 * hour that do among those of seven: as `outlay anomaly` finds them, each session once.
 */
export function outlierCandidates(context: ReportContext): Candidate[] {
  const { now, reader } = context;
  const sessions = high(context, { by: 'session', period: '30d' }).filter(
    ({ session }) => now - (reader.sessionById(session!)?.endedAt ?? 0) <= dayMs,
  );
  const messages = high(context, { by: 'message', period: '7d' }).filter(
    ({ at }) => now - at! < hourMs,
  );
  // Of a session's messages the one farthest out.
  const first = new Map(messages.toReversed().map((each) => [each.session, each]));
  return [
    ...sessions.map((each) => candidate(each, 'session')),
    ...[...first.values()].map((each) => candidate(each, 'message')),
  ];
}

function high(
  context: ReportContext,
  raw: { readonly by: 'session' | 'message'; readonly period: string },
): Outlier[] {
  const question = readQuestion(anomaly, raw, context);
  return outliersOf(context, readAnomalies(context, question), most).filter(
    ({ z, nano, session }) => z > 0 && nano >= leastNano && session !== null,
  );
}

function candidate(outlier: Outlier, kind: 'session' | 'message'): Candidate {
  const { session, title, project, message, nano, z } = outlier;
  return {
    key: alertKey('outlier', kind, session!),
    rule: 'outlier',
    level: 'info',
    part: session!,
    atLeast: false,
    repeat: { kind: 'period', instance: 'ever', until: undefined },
    facts: { spent: nano, score: z },
    findCause: () => ({
      session: session!,
      title,
      project: project ?? '',
      amount: nano,
      ...(message !== null && { message }),
    }),
  };
}
