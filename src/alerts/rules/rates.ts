import { dayMs, hourMs, lastHourSpan } from '../../model/calendar.ts';
import { usdToNano } from '../../model/money.ts';
import type { ReportContext } from '../../query/context.ts';
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
  const { now } = context;
  const read = spanReader(context, {});
  const hour = lastHourSpan(now);
  const last = read(hour);
  const spent = totalOf(last);
  const parts = {
    part: '',
    since: hour.from,
    atLeast: isLowerBound(last.sums),
    findCause: () => dearestSession(context, hour),
  };
  const over = (
    rule: 'hourly' | 'projection',
    usd: number | undefined,
    amount: number,
  ): Candidate[] => {
    const limit = usd === undefined ? undefined : usdToNano(usd);
    if (limit === undefined || amount <= limit) return [];
    const level = amount > criticalFactor * limit ? 'critical' : 'warning';
    const facts = { spent, limit, ...(rule === 'projection' && { projected: amount }) };
    return [{ ...parts, key: alertKey(rule), rule, level, repeat: within(hourMs, limit), facts }];
  };
  return [
    ...over('hourly', hourlyUsd, spent),
    ...over('projection', dailyProjectionUsd, spent * 24),
    ...spike(read, now, spent).map((facts): Candidate => {
      const level = spent > criticalFactor * spikeFactor * facts.usual! ? 'critical' : 'warning';
      return { ...parts, key: 'spike', rule: 'spike', level, repeat: within(hourMs), facts };
    }),
  ];
}

function spike(
  read: ReturnType<typeof spanReader>,
  now: number,
  spent: number,
): Candidate['facts'][] {
  const day = read({ from: now - dayMs + 1, to: now + 1 });
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
  const span = { from: context.now - found.bucket + 1, to: context.now + 1 };
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
