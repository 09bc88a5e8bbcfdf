import { dayMs, hourMs, lastHourSpan, lastSpan } from '../../model/calendar.ts';
import { usdToNano } from '../../model/money.ts';
import type { ReportContext } from '../../query/context.ts';
import { readForecasts } from '../../query/forecast/forecast.ts';
import { readQuestion } from '../../query/question.ts';
import { type SpanSums, spanReader } from '../../query/spendRate.ts';
import { burn, readBurn } from '../../reports/spend/burn.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { dearestSession } from '../cause.ts';
import { alertKey, type Candidate, type Repeat } from '../decide.ts';

/** Limits of rates, in dollars; undefined where there is none. */
export interface RateRuleOptions {
  readonly hourlyUsd: number | undefined;
  readonly dailyProjectionUsd: number | undefined;
}

/** A spike needs so many messages in 24 hours. */
const fewestMessages = 10;
/** The last hour of a spike costs more than so many usual ones. */
const spikeFactor = 3;
/** From so many times the limit on, or the usual, it is critical. */
const criticalFactor = 2;
/** Change above which the last day counts as accelerating: that of `outlay health`. */
export const accelerationPercent = 100;

const totalOf = ({ sums, background }: SpanSums): number => sums.nano + background;

/** The last hour against its limits and against the hours before it. */
export function hourCandidates(
  context: ReportContext,
  { hourlyUsd, dailyProjectionUsd }: RateRuleOptions,
): Candidate[] {
  const { now, zone } = context;
  const read = spanReader(context, {});
  const hour = lastHourSpan(now, zone);
  const last = read(hour);
  const spent = totalOf(last);
  const parts = {
    part: '',
    since: hour.from,
    atLeast: isLowerBound(last.sums),
    findCause: () => dearestSession(context, hour),
  };
  const limit = hourlyUsd === undefined ? undefined : usdToNano(hourlyUsd);
  return [
    ...(limit === undefined || spent <= limit
      ? []
      : [
          {
            ...parts,
            key: alertKey('hourly'),
            rule: 'hourly' as const,
            level: levelOf(spent, limit),
            repeat: within(hourMs, limit),
            facts: { spent, limit },
          },
        ]),
    ...(dailyProjectionUsd === undefined ? [] : dayCandidates(context, dailyProjectionUsd)),
    ...spike(read, context, spent).map((facts): Candidate => {
      const level = spent > criticalFactor * spikeFactor * facts.usual! ? 'critical' : 'warning';
      return { ...parts, key: 'spike', rule: 'spike', level, repeat: within(hourMs), facts };
    }),
  ];
}

function levelOf(amount: number, limit: number): Candidate['level'] {
  return amount > criticalFactor * limit ? 'critical' : 'warning';
}

/** Today, where the one forecast says that it will cost more than a limit. */
function dayCandidates(context: ReportContext, usd: number): Candidate[] {
  const limit = usdToNano(usd);
  const { day, evident } = readForecasts(context, {});
  const isForeseen = evident && day.spent > 0 && day.nano > limit;
  if (!isForeseen && day.spent <= limit) return [];
  const projected = Math.round(evident ? day.nano : day.spent);
  return [
    {
      key: alertKey('projection'),
      rule: 'projection',
      level: levelOf(projected, limit),
      part: '',
      since: day.span.from,
      atLeast: isLowerBound(spanReader(context, {})(day.span).sums),
      repeat: within(hourMs, limit),
      facts: { spent: day.spent, limit, projected },
      findCause: () => dearestSession(context, day.span),
    },
  ];
}

function spike(
  read: ReturnType<typeof spanReader>,
  { now, zone }: Pick<ReportContext, 'now' | 'zone'>,
  spent: number,
): Candidate['facts'][] {
  const day = read(lastSpan(now, zone, dayMs));
  if (day.sums.messages < fewestMessages) return [];
  const before = totalOf(read({ from: now - hourMs - dayMs + 1, to: now - hourMs + 1 }));
  // One multiplication on each side: the mean itself need not be exact.
  if (before <= 0 || spent * 24 <= spikeFactor * before) return [];
  return [{ spent, usual: before / 24, messages: day.sums.messages }];
}

/** The last day against the active ones before it, as `outlay burn` compares them. */
export function accelerationCandidates(context: ReportContext): Candidate[] {
  const raw = { 'alert-on-acceleration-pct': String(accelerationPercent) };
  const found = readBurn(context, readQuestion(burn, raw, context));
  const { active, latest, alert } = found.burn;
  if (!alert || active === undefined) return [];
  const span = lastSpan(context.now, context.zone, found.bucket);
  return [
    {
      key: 'acceleration',
      rule: 'acceleration',
      level: 'info',
      part: '',
      since: span.from,
      atLeast: isLowerBound(found.spendRate.latest),
      repeat: within(found.bucket),
      facts: { spent: latest, usual: Math.round(active.mean), change: active.change },
      findCause: () => dearestSession(context, span),
    },
  ];
}

/** Told again once the whole window is new. */
export function within(ms: number, limit = 0): Repeat {
  return { kind: 'window', ms, limit: String(limit) };
}
